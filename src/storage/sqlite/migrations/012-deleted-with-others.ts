import { type Kysely, sql } from 'kysely';

/** Whoever deletes an instance, or sets a login aside, need not read all outcomes or all archives. */
const STATEMENTS = [
  `create index outcomes_by_instance on outcomes (instance_id)`,
  `create index archives_by_end on archives (purge_at)`,
];

export const up = async (db: Kysely<unknown>): Promise<void> => {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
};
