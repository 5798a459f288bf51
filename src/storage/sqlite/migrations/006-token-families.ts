import { type Kysely, sql } from 'kysely';

/** A rotated token counts against the limits of the one that it replaced. Reading tokens takes no longer than their page. */
const STATEMENTS = [
  `alter table tokens add column family text not null default ''`,
  `update tokens set family = id`,
  `drop index tokens_by_account`,
  `drop index tokens_by_instance`,
  `create index tokens_by_account on tokens (account_id, created_at, id)`,
  `create index tokens_by_instance on tokens (instance_id, created_at, id)`,
  `create index tokens_working on tokens (account_id, instance_id) where revoked_at is null`,
  `create index tokens_revoked on tokens (account_id, revoked_at) where revoked_at is not null`,
  `create index tokens_expiring on tokens (account_id, expires_at) where expires_at is not null`,
];

export const up = async (db: Kysely<unknown>): Promise<void> => {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
};
