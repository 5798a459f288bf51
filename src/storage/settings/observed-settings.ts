import type { Kysely } from 'kysely';
import { guarded, SealError } from '../errors.ts';
import type { Tables } from '../schema.ts';
import type { Sealer } from '../sealing/seal.ts';

/** The settings of each instance as they were observed last, as text, sealed. */
export interface ObservedSettings {
  /** By the id of the instance, of those that have some; the error where they do not open. */
  load(instanceIds: readonly string[]): Promise<Map<string, string | SealError>>;
}

const place = (account: string, instance: string) => ({ account, instance, type: 'observed_settings', id: '' });

/** What is sealed is as long as this, or twice as long, …: its length tells nothing of the values. */
const BLOCK = 512;
const padded = (text: string): string => text.padEnd(Math.ceil(text.length / BLOCK) * BLOCK);

/** Run it in the transaction that has the instance's row locked. */
export const writeObserved = async (
  tx: Kysely<Tables>,
  sealer: Sealer,
  instanceId: string,
  text: string,
): Promise<void> => {
  // What is late must not be taken for the settings of the account that is linked next.
  const row = await tx
    .selectFrom('instances')
    .select('account_id')
    .where('id', '=', instanceId)
    .where('has_credentials', '=', 1)
    .executeTakeFirst();
  if (!row) return;
  const sealed = sealer.sealText(place(row.account_id, instanceId), padded(text));
  await tx
    .insertInto('observed_settings')
    .values({ instance_id: instanceId, sealed })
    .onConflict((conflict) => conflict.column('instance_id').doUpdateSet({ sealed }))
    .execute();
};

export const forgetObserved = async (tx: Kysely<Tables>, instanceId: string): Promise<void> => {
  await tx.deleteFrom('observed_settings').where('instance_id', '=', instanceId).execute();
};

export const createObservedSettings = (db: Kysely<Tables>, sealer: Sealer): ObservedSettings => {
  const opened = (account: string, instance: string, sealed: Uint8Array): string | SealError => {
    try {
      return sealer.openText(place(account, instance), sealed).trimEnd();
    } catch (error) {
      // One instance's bad row does not hide those of others.
      if (error instanceof SealError) return error;
      throw error;
    }
  };
  return {
    load: (instanceIds) =>
      guarded('observed_settings.load', async () => {
        if (instanceIds.length === 0) return new Map();
        const rows = await db
          .selectFrom('observed_settings')
          .innerJoin('instances', 'instances.id', 'observed_settings.instance_id')
          .select(['account_id', 'instance_id', 'sealed'])
          .where('instance_id', 'in', instanceIds)
          .execute();
        return new Map(rows.map((row) => [row.instance_id, opened(row.account_id, row.instance_id, row.sealed)]));
      }),
  };
};
