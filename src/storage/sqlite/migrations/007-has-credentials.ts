import { type Kysely, sql } from 'kysely';

/** What tells credentials that are missing from those that were never there. Read from the table, whatever its index says. */
const STATEMENTS = [
  `alter table instances add column has_credentials integer not null default 0`,
  `update instances set has_credentials = 1 where id in (select instance_id from credentials not indexed)`,
];

export const up = async (db: Kysely<unknown>): Promise<void> => {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
};
