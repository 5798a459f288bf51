import { type Kysely, sql } from 'kysely';

const STATEMENTS = [
  `create table outcomes (
    token_id text not null references tokens (id) on delete cascade,
    key_hash blob not null,
    instance_id text not null references instances (id) on delete cascade,
    fingerprint blob not null,
    sealed blob,
    created_at integer not null,
    primary key (token_id, key_hash)
  ) strict, without rowid`,
  `create index outcomes_by_time on outcomes (created_at)`,
];

export const up = async (db: Kysely<unknown>): Promise<void> => {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
};
