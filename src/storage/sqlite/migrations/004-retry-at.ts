import { type Kysely, sql } from 'kysely';

/** A ban lasts longer than a process may. */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  await sql`alter table instances add column retry_at integer`.execute(db);
};
