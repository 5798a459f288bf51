import { type Kysely, sql } from 'kysely';

/** Which run of the service writes an instance, and how often that changed. */
const STATEMENTS = [
  `alter table instances add column if not exists owner_incarnation text collate "C"`,
  `alter table instances add column if not exists epoch bigint not null default 0`,
];

export const up = async <T>(db: Kysely<T>): Promise<void> => {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
};
