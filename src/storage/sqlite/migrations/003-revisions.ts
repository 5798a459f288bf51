import { type Kysely, sql } from 'kysely';

/** What was sealed before has revision 0, which is not a part of its place. */
const STATEMENTS = [
  `alter table instances add column credentials_revision integer not null default 0`,
  `alter table instances add column keys_revision integer not null default 0`,
  `create table signal_key_revisions (
    instance_id text not null references instances (id) on delete cascade,
    type text not null,
    key_id text not null,
    revision integer not null,
    primary key (instance_id, type, key_id)
  ) strict, without rowid`,
  `insert into signal_key_revisions select instance_id, type, key_id, 0 from signal_keys`,
  `alter table archived_rows add column revision integer not null default 0`,
];

export const up = async (db: Kysely<unknown>): Promise<void> => {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
};
