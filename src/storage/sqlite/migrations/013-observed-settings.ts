import { type Kysely, sql } from 'kysely';

/** Apart from the instances: whoever lists those need not read it, and whoever wants both reads a page of it at once. */
const STATEMENTS = [
  `create table observed_settings (
    instance_id text primary key references instances (id) on delete cascade,
    sealed blob not null
  ) strict, without rowid`,
];

export const up = async (db: Kysely<unknown>): Promise<void> => {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
};
