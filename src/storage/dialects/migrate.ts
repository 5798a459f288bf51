import { type Kysely, sql } from 'kysely';
import { DEFAULT_MIGRATION_TABLE, type Migration, Migrator } from 'kysely/migration';
import { OperatorError } from '../../errors.ts';

/**
 * Brings the tables up to date. Run it inside a transaction, so that a kill leaves all of it or nothing. Returns whether
 * there was something to do.
 * @param known applied in the order of their names
 * @param hasRun whether there is a table of those that were applied
 * @param schema where that table is, if the database has several
 * @throws OperatorError when a newer version of the service wrote the database.
 */
export const migrateWith = async <T>(
  db: Kysely<T>,
  known: Readonly<Record<string, Migration>>,
  hasRun: boolean,
  schema?: string,
): Promise<boolean> => {
  const applied = hasRun
    ? (await sql<{ name: string }>`select name from ${sql.table(DEFAULT_MIGRATION_TABLE)}`.execute(db)).rows
    : [];
  const newer = applied.find(({ name }) => !(name in known));
  if (newer) {
    throw new OperatorError(
      `The database was written by a newer version of this service (migration ${newer.name}): start that one, or restore a backup from before it`,
    );
  }
  const migrator = new Migrator({
    db,
    provider: { getMigrations: async () => ({ ...known }) },
    ...(schema !== undefined && { migrationTableSchema: schema }),
  });
  const { error, results = [] } = await migrator.migrateToLatest();
  if (error !== undefined) throw error;
  return results.length > 0;
};
