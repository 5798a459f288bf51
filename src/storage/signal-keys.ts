import type { Kysely } from 'kysely';
import { inTransaction } from './database.ts';
import { guarded, SealError } from './errors.ts';
import { accountOf, nextRevision } from './instances.ts';
import type { Tables } from './schema.ts';
import type { Sealer } from './sealing/seal.ts';

/** One key as it will be; null deletes it. The values are texts of the caller's own form. */
export interface SignalKeyChange {
  readonly type: string;
  readonly id: string;
  readonly value: string | null;
}

/** The keys of each instance's Signal sessions, sealed. Their ids, phone numbers among them, are kept as keyed hashes. */
export interface SignalKeys {
  /** Those of `ids` that exist. */
  get(instanceId: string, type: string, ids: readonly string[]): Promise<Map<string, string>>;
  /** All of it or nothing: one database transaction. */
  apply(instanceId: string, changes: readonly SignalKeyChange[]): Promise<void>;
}

const KEY_COLUMNS = ['instance_id', 'type', 'key_id'] as const;

/** SQLite takes 32,766 parameters a statement. A row below has four. */
const CHUNK = 500;

const chunks = <T>(items: readonly T[]): T[][] =>
  Array.from({ length: Math.ceil(items.length / CHUNK) }, (_, i) => items.slice(i * CHUNK, (i + 1) * CHUNK));

const place = (account: string, instance: string, type: string, id: string) => ({
  account,
  instance,
  // Apart from the types of other tables, whatever WhatsApp calls its own.
  type: `signal/${type}`,
  id,
});

/** The last change of a key counts. */
const lastOfEach = (changes: readonly SignalKeyChange[]): SignalKeyChange[] => [
  ...new Map(changes.map((change) => [JSON.stringify([change.type, change.id]), change])).values(),
];

export const createSignalKeys = (db: Kysely<Tables>, sealer: Sealer): SignalKeys => ({
  get: (instanceId, type, ids) =>
    guarded('signalKeys.get', async () => {
      const found = new Map<string, string>();
      const account = await accountOf(db, instanceId);
      const places = new Map(
        ids.map((id) => {
          const at = place(account, instanceId, type, id);
          return [sealer.blind(at), at];
        }),
      );
      for (const some of chunks([...places.keys()])) {
        const rows = await db
          .selectFrom('signal_key_revisions as current')
          .leftJoin('signal_keys as key', (join) =>
            join
              .onRef('key.instance_id', '=', 'current.instance_id')
              .onRef('key.type', '=', 'current.type')
              .onRef('key.key_id', '=', 'current.key_id'),
          )
          .select(['current.key_id', 'current.revision', 'key.sealed'])
          .where('current.instance_id', '=', instanceId)
          .where('current.type', '=', type)
          .where('current.key_id', 'in', some)
          .execute();
        for (const { key_id, revision, sealed } of rows) {
          const at = places.get(key_id);
          if (!at) continue;
          if (!sealed) throw new SealError('refused', `A sealed value of type "${at.type}" is missing`);
          found.set(at.id, sealer.openText({ ...at, revision }, sealed));
        }
      }
      return found;
    }),

  apply: (instanceId, changes) =>
    guarded('signalKeys.apply', () =>
      inTransaction(db, async (tx) => {
        const last = lastOfEach(changes);
        if (last.length === 0) return;
        const { account, revision } = await nextRevision(tx, instanceId, 'keys_revision');
        const written = last.flatMap(({ type, id, value }) => {
          if (value === null) return [];
          const at = place(account, instanceId, type, id);
          const sealed = sealer.sealText({ ...at, revision }, value);
          return [{ key: { instance_id: instanceId, type, key_id: sealer.blind(at) }, sealed }];
        });
        for (const some of chunks(written)) {
          await tx
            .insertInto('signal_keys')
            .values(some.map(({ key, sealed }) => ({ ...key, sealed })))
            .onConflict((conflict) =>
              conflict.columns([...KEY_COLUMNS]).doUpdateSet((row) => ({ sealed: row.ref('excluded.sealed') })),
            )
            .execute();
          await tx
            .insertInto('signal_key_revisions')
            .values(some.map(({ key }) => ({ ...key, revision })))
            .onConflict((conflict) => conflict.columns([...KEY_COLUMNS]).doUpdateSet({ revision }))
            .execute();
        }
        const deleted = Map.groupBy(
          last.filter(({ value }) => value === null),
          ({ type }) => type,
        );
        for (const [type, keys] of deleted) {
          for (const some of chunks(keys.map(({ id }) => sealer.blind(place(account, instanceId, type, id))))) {
            for (const table of ['signal_keys', 'signal_key_revisions'] as const) {
              const query = tx.deleteFrom(table).where('instance_id', '=', instanceId);
              await query.where('type', '=', type).where('key_id', 'in', some).execute();
            }
          }
        }
      }),
    ),
});
