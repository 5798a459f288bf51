import { type Kysely, sql } from 'kysely';
import type { Clock } from '../clock.ts';
import { createArchives } from './archives.ts';
import { createCredentials } from './credentials.ts';
import { inTransaction } from './database.ts';
import type { Ownership } from './dialects/ownership.ts';
import { guarded, StorageError } from './errors.ts';
import { createInstances, type InstancePatch, noInstance } from './instances.ts';
import type { Tables } from './schema.ts';
import type { Sealer } from './sealing/seal.ts';
import { forgetObserved, writeObserved } from './settings/observed-settings.ts';
import { createSignalKeys, type SignalKeyChange } from './keys/signal-keys.ts';

/** Who writes an instance: a run of the service, and the instance's epoch since that run took it. */
export interface Claim {
  /** Another one at each start of the service. */
  readonly incarnation: string;
  /** Undefined before the first write, which takes the instance. */
  readonly epoch: number | undefined;
}

/** What changes of one instance together. What is absent stays. */
export interface InstanceChange {
  readonly patch?: InstancePatch | undefined;
  /** Its login, as JSON text. */
  readonly credentials?: string | undefined;
  readonly keys?: readonly SignalKeyChange[] | undefined;
  /** Its settings as they were observed, as text; null forgets them. Of an instance without a login none are kept. */
  readonly observed?: string | null | undefined;
  /** Archives credentials and keys until then, and forgets what was observed: epoch milliseconds. */
  readonly archiveUntil?: number | undefined;
}

/**
 * What the service writes of an instance while it has it. Each transaction begins with the check that nobody has taken
 * the instance since, and keeps others from taking it until its end.
 */
export interface OwnedInstances {
  /**
   * Stores all of the change or nothing; returns the epoch that it was stored under.
   * @throws StorageError `fenced` when another run of the service has the instance; `no_instance` when it is gone.
   */
  change(instanceId: string, claim: Claim, change: InstanceChange): Promise<number>;
  /** As `Instances.remove`. @throws StorageError `fenced` */
  remove(instanceId: string, claim: Claim): Promise<boolean>;
}

const fenced = (id: string): StorageError =>
  new StorageError('fenced', `Another run of the service has taken the instance ${id}`);

/** From the commit on all earlier claims are void. */
const take = async (tx: Kysely<Tables>, id: string, incarnation: string, lock?: Lock): Promise<number> => {
  const row = await tx
    .updateTable('instances')
    .set((instance) => ({ epoch: instance('epoch', '+', 1), owner_incarnation: incarnation }))
    .where('id', '=', id)
    .returning('epoch')
    .executeTakeFirst();
  if (!row) throw noInstance(id);
  // Only now, with the row locked: whoever has the lock of the data next takes the instance after this.
  const isHeld = (await lock?.isHeldIn?.(tx)) ?? true;
  if (!isHeld) throw new StorageError('io', 'This process does not hold the lock of the data any more');
  return row.epoch;
};

/** An update that changes nothing: on Postgres it locks the row. */
const hold = async (tx: Kysely<Tables>, id: string, incarnation: string, epoch: number): Promise<number> => {
  // guard: a write is fenced by the epoch, else sql`true`
  const isOfEpoch = sql<boolean>`epoch = ${epoch}`;
  // guard: a write is fenced by the run of the service, else sql`true`
  const isOfRun = sql<boolean>`owner_incarnation = ${incarnation}`;
  const held = await tx
    .updateTable('instances')
    .set((instance) => ({ epoch: instance.ref('epoch') }))
    .where('id', '=', id)
    .where(isOfEpoch)
    .where(isOfRun)
    .returning('id')
    .executeTakeFirst();
  if (held) return epoch;
  const row = await tx.selectFrom('instances').select('id').where('id', '=', id).executeTakeFirst();
  throw row ? fenced(id) : noInstance(id);
};

/** The lock of the data, as much of it as is asked here. */
export type Lock = Pick<Ownership, 'isHeldIn'>;

const check = (tx: Kysely<Tables>, id: string, { incarnation, epoch }: Claim, lock?: Lock): Promise<number> =>
  epoch === undefined ? take(tx, id, incarnation, lock) : hold(tx, id, incarnation, epoch);

/** @param lock what an instance is taken under; without it, whoever asks may take it. */
export const createOwnedInstances = (
  db: Kysely<Tables>,
  sealer: Sealer,
  clock: Clock,
  lock?: Lock,
): OwnedInstances => ({
  change: (id, claim, { patch, credentials, keys, observed, archiveUntil }) =>
    guarded('owned.change', () =>
      inTransaction(db, async (tx) => {
        const epoch = await check(tx, id, claim, lock);
        if (archiveUntil !== undefined) await createArchives(tx, sealer, clock).archive(id, archiveUntil);
        if (credentials !== undefined) await createCredentials(tx, sealer, clock).save(id, credentials);
        if (keys) await createSignalKeys(tx, sealer).apply(id, keys);
        if (patch) await createInstances(tx, sealer, clock).update(id, patch);
        if (observed === null) await forgetObserved(tx, id);
        else if (observed !== undefined) await writeObserved(tx, sealer, id, observed);
        return epoch;
      }),
    ),

  remove: (id, claim) =>
    guarded('owned.remove', () =>
      inTransaction(db, async (tx) => {
        const row = await tx.selectFrom('instances').select('id').where('id', '=', id).executeTakeFirst();
        if (!row) return false;
        await check(tx, id, claim, lock);
        return createInstances(tx, sealer, clock).remove(id);
      }),
    ),
});
