import { type Kysely, sql } from 'kysely';

/**
 * Keyed calls are not tokens' alone; each says which run of the service has it under way, and what form its outcome has. A
 * run that left one without saying so has ended.
 */
const STATEMENTS = [
  `create table outcomes_next (
    caller_kind text not null check (caller_kind in ('token', 'job')),
    caller_id text not null,
    key_hash blob not null,
    instance_id text not null references instances (id) on delete cascade,
    fingerprint blob not null,
    sealed blob,
    version integer,
    owner text,
    created_at integer not null,
    primary key (caller_kind, caller_id, key_hash)
  ) strict, without rowid`,
  `insert into outcomes_next
    select 'token', token_id, key_hash, instance_id, fingerprint, sealed,
      case when sealed is not null then 1 end, case when sealed is null then '' end, created_at
    from outcomes`,
  `drop table outcomes`,
  `alter table outcomes_next rename to outcomes`,
  `create index outcomes_by_time on outcomes (created_at)`,
  `create index outcomes_by_caller on outcomes (caller_kind, caller_id, created_at)`,
  `create index outcomes_running on outcomes (owner) where owner is not null`,
];

export const up = async (db: Kysely<unknown>): Promise<void> => {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
};
