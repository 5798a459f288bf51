import { type Kysely, sql } from 'kysely';

/**
 * Keyed calls are not tokens' alone; each says which run of the service has it under way, and what form its outcome has. A
 * run that left one without saying so has ended.
 */
const STATEMENTS = [
  `alter table outcomes
    drop constraint outcomes_token_id_fkey,
    drop constraint outcomes_pkey,
    add column caller_kind text collate "C" not null default 'token' check (caller_kind in ('token', 'job')),
    add column version integer,
    add column owner text collate "C"`,
  `alter table outcomes rename column token_id to caller_id`,
  `alter table outcomes alter column caller_kind drop default, add primary key (caller_kind, caller_id, key_hash)`,
  `update outcomes set
    version = case when sealed is not null then 1 end, owner = case when sealed is null then '' end`,
  `drop index outcomes_by_token`,
  `create index outcomes_by_caller on outcomes (caller_kind, caller_id, created_at)`,
  `create index outcomes_running on outcomes (owner) where owner is not null`,
];

export const up = async (db: Kysely<unknown>): Promise<void> => {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
};
