import type { Kysely } from 'kysely';
import type { Clock } from '../clock.ts';
import { inTransaction } from './database.ts';
import { guarded, SealError } from './errors.ts';
import { nextRevision, noInstance } from './instances.ts';
import type { Tables } from './schema.ts';
import type { Sealer } from './sealing/seal.ts';

/** The login of each instance at WhatsApp, sealed. */
export interface Credentials {
  /** The JSON text; undefined only when none was ever saved, or it was archived. */
  load(instanceId: string): Promise<string | undefined>;
  save(instanceId: string, json: string): Promise<void>;
}

/** The instance's row says which revision counts. */
export const credentialsPlace = (account: string, instance: string, revision: number) => ({
  account,
  instance,
  type: 'credentials',
  id: '',
  revision,
});

/** Run it in a transaction: the revision and what is sealed under it change together. */
export const writeCredentials = async (
  tx: Kysely<Tables>,
  sealer: Sealer,
  instanceId: string,
  json: string,
  now: number,
): Promise<void> => {
  const { account, revision } = await nextRevision(tx, instanceId, 'credentials_revision');
  const row = { sealed: sealer.sealText(credentialsPlace(account, instanceId, revision), json), updated_at: now };
  await tx.updateTable('instances').set({ has_credentials: 1 }).where('id', '=', instanceId).execute();
  await tx
    .insertInto('credentials')
    .values({ instance_id: instanceId, ...row })
    .onConflict((conflict) => conflict.column('instance_id').doUpdateSet(row))
    .execute();
};

export const createCredentials = (db: Kysely<Tables>, sealer: Sealer, clock: Clock): Credentials => ({
  load: (instanceId) =>
    guarded('credentials.load', async () => {
      const row = await db
        .selectFrom('instances')
        .leftJoin('credentials', 'credentials.instance_id', 'instances.id')
        .select(['account_id', 'credentials_revision', 'has_credentials', 'sealed'])
        .where('instances.id', '=', instanceId)
        .executeTakeFirst();
      if (!row) throw noInstance(instanceId);
      if (row.sealed === null) {
        if (row.has_credentials === 1) throw new SealError('refused', 'The credentials of the instance are missing');
        return undefined;
      }
      const at = credentialsPlace(row.account_id, instanceId, row.credentials_revision);
      return sealer.openText(at, row.sealed);
    }),

  save: (instanceId, json) =>
    guarded('credentials.save', () =>
      inTransaction(db, (tx) => writeCredentials(tx, sealer, instanceId, json, clock.now())),
    ),
});
