import { type Kysely, sql } from 'kysely';
import { DEFAULT_MIGRATION_TABLE, type Migration, Migrator } from 'kysely/migration';
import { OperatorError } from '../../../errors.ts';
import type { Sealer } from '../../sealing/seal.ts';
import { up as first } from './001-first.ts';
import { up as outcomes } from './002-outcomes.ts';
import { up as revisions } from './003-revisions.ts';
import { up as retryAt } from './004-retry-at.ts';
import { keyOutcomes } from './005-keyed-outcomes.ts';
import { up as tokenFamilies } from './006-token-families.ts';
import { up as hasCredentials } from './007-has-credentials.ts';
import { packKeys } from './008-packed-keys.ts';
import { up as epochs } from './009-epochs.ts';

/** Applied in the order of their names. One that was released is never edited or renamed: add the next instead. */
const migrations = (sealer: Sealer | undefined): Readonly<Record<string, Migration>> => ({
  '001-first': { up: first },
  '002-outcomes': { up: outcomes },
  '003-revisions': { up: revisions },
  '004-retry-at': { up: retryAt },
  '005-keyed-outcomes': { up: keyOutcomes(sealer) },
  '006-token-families': { up: tokenFamilies },
  '007-has-credentials': { up: hasCredentials },
  '008-packed-keys': { up: packKeys(sealer) },
  '009-epochs': { up: epochs },
});

const applied = async <T>(db: Kysely<T>): Promise<string[]> => {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
  if (!tables.some((table) => table.name === DEFAULT_MIGRATION_TABLE)) return [];
  const { rows } = await sql<{ name: string }>`select name from ${sql.table(DEFAULT_MIGRATION_TABLE)}`.execute(db);
  return rows.map((row) => row.name);
};

/**
 * Brings the tables up to date. Run it inside a transaction, so that a kill leaves all of it or nothing. `sealer` is
 * that of the database's own keys; undefined where it has none yet. Returns whether there was something to do.
 * @throws OperatorError when a newer version of the service wrote the database.
 */
export const migrate = async <T>(db: Kysely<T>, sealer: Sealer | undefined): Promise<boolean> => {
  const known = migrations(sealer);
  const newer = (await applied(db)).find((name) => !(name in known));
  if (newer !== undefined) {
    throw new OperatorError(
      `The database was written by a newer version of this service (migration ${newer}): start that one, or restore a backup from before it`,
    );
  }
  const migrator = new Migrator({ db, provider: { getMigrations: async () => ({ ...known }) } });
  const { error, results = [] } = await migrator.migrateToLatest();
  if (error !== undefined) throw error;
  return results.length > 0;
};
