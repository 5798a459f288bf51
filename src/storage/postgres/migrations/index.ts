import { type Kysely, sql } from 'kysely';
import { DEFAULT_MIGRATION_TABLE, type Migration } from 'kysely/migration';
import { OperatorError } from '../../../errors.ts';
import { migrateWith } from '../../dialects/migrate.ts';
import { up as first } from './001-first.ts';

/** Applied in the order of their names. One that was released is never edited or renamed: add the next instead. */
const MIGRATIONS: Readonly<Record<string, Migration>> = {
  '001-first': { up: first },
};

/** Of the schema that comes first on the way to search; another service may have the next one. */
export const migrate = async <T>(db: Kysely<T>): Promise<boolean> => {
  const { rows } = await sql<{ schema: string | null; hasRun: boolean }>`
    select current_schema() as schema,
      to_regclass(quote_ident(current_schema()) || '.' || ${DEFAULT_MIGRATION_TABLE}) is not null as "hasRun"`.execute(
    db,
  );
  const { schema = null, hasRun = false } = rows[0] ?? {};
  if (schema === null) throw new OperatorError('The database has no schema where the user may make tables');
  return migrateWith(db, MIGRATIONS, hasRun, schema);
};
