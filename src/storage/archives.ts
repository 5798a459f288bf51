import { type Kysely, sql } from 'kysely';
import type { Clock } from '../clock.ts';
import { PrivetError } from '../errors.ts';
import { credentialsPlace, writeCredentials } from './credentials.ts';
import { inTransaction } from './database.ts';
import { guarded, SealError } from './errors.ts';
import { accountOf, lockInstance } from './instances.ts';
import type { Tables } from './schema.ts';
import type { Sealer } from './sealing/seal.ts';
import { forgetObserved } from './settings/observed-settings.ts';

/** An archived login. Times are epoch milliseconds. */
export interface Archive {
  readonly archivedAt: number;
  /** Until when it is kept. */
  readonly purgeAt: number;
}

/** Logins that have ended, with their signal keys: kept sealed for a limited time. */
export interface Archives {
  /**
   * Archives credentials and signal keys until `until` (epoch milliseconds). Keys without credentials are deleted, and so
   * are the settings that were observed, and all archives whose time is over.
   */
  archive(instanceId: string, until: number): Promise<void>;
  /** The archive that `restore` would restore. */
  archived(instanceId: string): Promise<Archive | undefined>;
  /**
   * Restores the newest archive. False when there is none.
   * @throws PrivetError CONFLICT when the instance has credentials now.
   */
  restore(instanceId: string): Promise<boolean>;
  /** Deletes the archives whose time is over; returns how many. */
  purgeArchived(now: number): Promise<number>;
}

const purge = async (db: Kysely<Tables>, now: number): Promise<number> => {
  const { numDeletedRows } = await db.deleteFrom('archives').where('purge_at', '<=', now).executeTakeFirstOrThrow();
  return Number(numDeletedRows);
};

/** The type of the row for the credentials. Rows of signal keys have their own. */
const CREDENTIALS = '';

const lastArchive = async (db: Kysely<Tables>, instanceId: string, now: number) =>
  db
    .selectFrom('archives')
    .select(['id', 'archived_at as archivedAt', 'purge_at as purgeAt'])
    .where('instance_id', '=', instanceId)
    .where('account_id', '=', await accountOf(db, instanceId))
    .where('purge_at', '>', now)
    .orderBy('id', 'desc')
    .executeTakeFirst();

const removeAll = async (tx: Kysely<Tables>, instanceId: string): Promise<void> => {
  // The next account that is linked may be another one.
  // guard: what was observed goes with the login
  await forgetObserved(tx, instanceId);
  for (const table of ['credentials', 'signal_keys', 'signal_key_revisions'] as const) {
    await tx.deleteFrom(table).where('instance_id', '=', instanceId).execute();
  }
  await tx.updateTable('instances').set({ has_credentials: 0 }).where('id', '=', instanceId).execute();
};

/** Copies the rows as they are sealed, with the revisions that they open under. */
const copyRows = async (tx: Kysely<Tables>, instanceId: string, archiveId: number): Promise<void> => {
  // Without the cast Postgres takes the parameter for a text.
  const archive = sql<number>`cast(${archiveId} as bigint)`;
  await tx
    .insertInto('archived_rows')
    .columns(['archive_id', 'type', 'key_id', 'sealed', 'revision'])
    .expression((from) =>
      from
        .selectFrom('credentials')
        .innerJoin('instances', 'instances.id', 'credentials.instance_id')
        .select((row) => [
          archive.as('archive_id'),
          row.val(CREDENTIALS).as('type'),
          row.val('').as('key_id'),
          'sealed',
          'credentials_revision as revision',
        ])
        .where('instance_id', '=', instanceId)
        .unionAll(
          from
            .selectFrom('signal_keys as key')
            .innerJoin('signal_key_revisions as current', (join) =>
              join
                .onRef('current.instance_id', '=', 'key.instance_id')
                .onRef('current.type', '=', 'key.type')
                .onRef('current.key_id', '=', 'key.key_id'),
            )
            .select([archive.as('archive_id'), 'key.type', 'key.key_id', 'key.sealed', 'current.revision'])
            .where('key.instance_id', '=', instanceId),
        ),
    )
    .execute();
};

/** As they are, with their revisions. */
const bringKeysBack = async (tx: Kysely<Tables>, instanceId: string, archiveId: number): Promise<void> => {
  const instance = sql<string>`cast(${instanceId} as text)`.as('instance_id');
  const keys = tx.selectFrom('archived_rows').where('archive_id', '=', archiveId).where('type', '!=', CREDENTIALS);
  await tx
    .insertInto('signal_keys')
    .columns(['instance_id', 'type', 'key_id', 'sealed'])
    .expression(keys.select([instance, 'type', 'key_id', 'sealed']))
    .execute();
  await tx
    .insertInto('signal_key_revisions')
    .columns(['instance_id', 'type', 'key_id', 'revision'])
    .expression(keys.select([instance, 'type', 'key_id', 'revision']))
    .execute();
};

export const createArchives = (db: Kysely<Tables>, sealer: Sealer, clock: Clock): Archives => ({
  archive: (instanceId, until) =>
    guarded('credentials.archive', () =>
      inTransaction(db, async (tx) => {
        const account = await lockInstance(tx, instanceId);
        // Not only at a start: a service may run for long.
        await purge(tx, clock.now());
        const credentials = tx.selectFrom('credentials').select('instance_id').where('instance_id', '=', instanceId);
        if (await credentials.executeTakeFirst()) {
          const { id } = await tx
            .insertInto('archives')
            .values({ instance_id: instanceId, account_id: account, archived_at: clock.now(), purge_at: until })
            .returning('id')
            .executeTakeFirstOrThrow();
          await copyRows(tx, instanceId, id);
        }
        await removeAll(tx, instanceId);
      }),
    ),

  archived: (instanceId) =>
    guarded('credentials.archived', async () => {
      const last = await lastArchive(db, instanceId, clock.now());
      return last && { archivedAt: last.archivedAt, purgeAt: last.purgeAt };
    }),

  restore: (instanceId) =>
    guarded('credentials.restore', () =>
      inTransaction(db, async (tx) => {
        const account = await lockInstance(tx, instanceId);
        const present = tx.selectFrom('credentials').select('instance_id').where('instance_id', '=', instanceId);
        if (await present.executeTakeFirst()) {
          throw new PrivetError('CONFLICT', 'The instance has credentials; unlink it first');
        }
        const archive = await lastArchive(tx, instanceId, clock.now());
        if (!archive) return false;
        const rows = tx.selectFrom('archived_rows').where('archive_id', '=', archive.id);
        const kept = await rows.select(['sealed', 'revision']).where('type', '=', CREDENTIALS).executeTakeFirst();
        if (!kept) throw new SealError('refused', 'The credentials of the archive are missing');
        // Under a new revision: if one were used twice, older rows would open again.
        const json = sealer.openText(credentialsPlace(account, instanceId, kept.revision), kept.sealed);
        await removeAll(tx, instanceId);
        await writeCredentials(tx, sealer, instanceId, json, clock.now());
        await bringKeysBack(tx, instanceId, archive.id);
        await tx.deleteFrom('archives').where('id', '=', archive.id).execute();
        return true;
      }),
    ),

  purgeArchived: (now) => guarded('credentials.purgeArchived', () => purge(db, now)),
});
