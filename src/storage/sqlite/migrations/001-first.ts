import { type Kysely, sql } from 'kysely';

/** Plain SQL, so that it means the same for ever whatever the code around it becomes. */
const STATEMENTS = [
  `create table keyring (
    id integer primary key check (id = 1),
    data_key blob not null,
    token_key blob not null,
    created_at integer not null
  ) strict`,
  `create table accounts (
    id text primary key,
    label text not null,
    created_at integer not null
  ) strict`,
  `create table instances (
    id text primary key,
    account_id text not null references accounts (id),
    name text not null collate binary,
    wanted text not null check (wanted in ('running', 'stopped')),
    state text not null,
    state_since integer not null,
    reason_code text,
    reason_message text,
    phone blob,
    created_at integer not null,
    unique (account_id, name)
  ) strict`,
  `create table tokens (
    id text primary key,
    account_id text not null references accounts (id),
    instance_id text references instances (id) on delete cascade,
    hash blob not null unique,
    scopes text not null,
    label text not null,
    created_at integer not null,
    expires_at integer,
    revoked_at integer,
    last_used_at integer
  ) strict`,
  `create index tokens_by_account on tokens (account_id, created_at)`,
  `create index tokens_by_instance on tokens (instance_id)`,
  `create table credentials (
    instance_id text primary key references instances (id) on delete cascade,
    sealed blob not null,
    updated_at integer not null
  ) strict`,
  `create table signal_keys (
    instance_id text not null references instances (id) on delete cascade,
    type text not null,
    key_id text not null,
    sealed blob not null,
    primary key (instance_id, type, key_id)
  ) strict, without rowid`,
  `create table archives (
    id integer primary key,
    instance_id text not null,
    account_id text not null,
    archived_at integer not null,
    purge_at integer not null
  ) strict`,
  `create index archives_by_instance on archives (instance_id)`,
  `create table archived_rows (
    archive_id integer not null references archives (id) on delete cascade,
    type text not null,
    key_id text not null,
    sealed blob not null,
    primary key (archive_id, type, key_id)
  ) strict, without rowid`,
];

export const up = async (db: Kysely<unknown>): Promise<void> => {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
};
