import type { Kysely } from 'kysely';
import type { Clock } from '../clock.ts';
import { PrivetError } from '../errors.ts';
import { guarded } from './errors.ts';
import { accountOf } from './instances.ts';
import type { Tables } from './schema.ts';
import type { Sealer } from './seal.ts';

/** The login of each instance at WhatsApp, sealed. */
export interface Credentials {
  /** The JSON text; undefined only when none was ever saved, or it was archived. */
  load(instanceId: string): Promise<string | undefined>;
  save(instanceId: string, json: string): Promise<void>;
  /** Sets credentials and signal keys aside, still sealed, until `until` (epoch milliseconds). */
  archive(instanceId: string, until: number): Promise<void>;
  /**
   * Brings back what was archived last. False when nothing is there (any more).
   * @throws PrivetError CONFLICT when the instance has credentials now.
   */
  restore(instanceId: string): Promise<boolean>;
  /** Deletes what was kept long enough; returns how many archives that were. */
  purgeArchived(now: number): Promise<number>;
}

const place = (account: string, instance: string) => ({ account, instance, type: 'credentials', id: '' });

export const createCredentials = (db: Kysely<Tables>, sealer: Sealer, clock: Clock): Credentials => ({
  load: (instanceId) =>
    guarded('credentials.load', async () => {
      const account = await accountOf(db, instanceId);
      const query = db.selectFrom('credentials').select('sealed').where('instance_id', '=', instanceId);
      const row = await query.executeTakeFirst();
      return row && sealer.openText(place(account, instanceId), row.sealed);
    }),

  save: (instanceId, json) =>
    guarded('credentials.save', async () => {
      const sealed = sealer.sealText(place(await accountOf(db, instanceId), instanceId), json);
      const row = { sealed, updated_at: clock.now() };
      await db
        .insertInto('credentials')
        .values({ instance_id: instanceId, ...row })
        .onConflict((conflict) => conflict.column('instance_id').doUpdateSet(row))
        .execute();
    }),

  archive: (instanceId, until) =>
    guarded('credentials.archive', () =>
      db.transaction().execute(async (tx) => {
        const account = await accountOf(tx, instanceId);
        const { id } = await tx
          .insertInto('archives')
          .values({ instance_id: instanceId, account_id: account, archived_at: clock.now(), purge_at: until })
          .returning('id')
          .executeTakeFirstOrThrow();
        await tx
          .insertInto('archived_rows')
          .columns(['archive_id', 'type', 'key_id', 'sealed'])
          .expression((from) =>
            from
              .selectFrom('credentials')
              .select((row) => [
                row.val(id).as('archive_id'),
                row.val('').as('type'),
                row.val('').as('key_id'),
                'sealed',
              ])
              .where('instance_id', '=', instanceId)
              .unionAll(
                from
                  .selectFrom('signal_keys')
                  .select((row) => [row.val(id).as('archive_id'), 'type', 'key_id', 'sealed'])
                  .where('instance_id', '=', instanceId),
              ),
          )
          .execute();
        await tx.deleteFrom('credentials').where('instance_id', '=', instanceId).execute();
        await tx.deleteFrom('signal_keys').where('instance_id', '=', instanceId).execute();
        // Nothing was there: leave no empty archive, which a restore would take for the last one.
        await tx
          .deleteFrom('archives')
          .where('id', '=', id)
          .where((where) =>
            where.not(
              where.exists(where.selectFrom('archived_rows').select('archive_id').where('archive_id', '=', id)),
            ),
          )
          .execute();
      }),
    ),

  restore: (instanceId) =>
    guarded('credentials.restore', () =>
      db.transaction().execute(async (tx) => {
        const present = tx.selectFrom('credentials').select('instance_id').where('instance_id', '=', instanceId);
        if (await present.executeTakeFirst()) {
          throw new PrivetError('CONFLICT', 'The instance has credentials; unlink it first');
        }
        const archive = await tx
          .selectFrom('archives')
          .select('id')
          .where('instance_id', '=', instanceId)
          .where('account_id', '=', await accountOf(tx, instanceId))
          .orderBy('id', 'desc')
          .executeTakeFirst();
        if (!archive) return false;
        const rows = await tx.selectFrom('archived_rows').selectAll().where('archive_id', '=', archive.id).execute();
        await tx.deleteFrom('signal_keys').where('instance_id', '=', instanceId).execute();
        for (const { type, key_id, sealed } of rows) {
          if (type === '') {
            const row = { instance_id: instanceId, sealed, updated_at: clock.now() };
            await tx.insertInto('credentials').values(row).execute();
          } else {
            await tx.insertInto('signal_keys').values({ instance_id: instanceId, type, key_id, sealed }).execute();
          }
        }
        await tx.deleteFrom('archives').where('id', '=', archive.id).execute();
        return true;
      }),
    ),

  purgeArchived: (now) =>
    guarded('credentials.purgeArchived', async () => {
      const { numDeletedRows } = await db.deleteFrom('archives').where('purge_at', '<=', now).executeTakeFirstOrThrow();
      return Number(numDeletedRows);
    }),
});
