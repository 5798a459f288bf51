import { randomUUID } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { Clock } from '../clock.ts';
import { guarded } from './errors.ts';
import type { Tables } from './schema.ts';

/** A tenant of the service. */
export interface AccountRecord {
  readonly id: string;
  readonly label: string;
  /** Epoch milliseconds, as all times here. */
  readonly createdAt: number;
}

export interface Accounts {
  create(account: { readonly label: string }): Promise<AccountRecord>;
  /** The oldest first. */
  list(): Promise<AccountRecord[]>;
  find(id: string): Promise<AccountRecord | undefined>;
}

const toRecord = (row: Tables['accounts']): AccountRecord => ({
  id: row.id,
  label: row.label,
  createdAt: row.created_at,
});

export const createAccounts = (db: Kysely<Tables>, clock: Clock): Accounts => ({
  create: ({ label }) =>
    guarded('accounts.create', async () => {
      const row = { id: randomUUID(), label, created_at: clock.now() };
      await db.insertInto('accounts').values(row).execute();
      return toRecord(row);
    }),

  list: () =>
    guarded('accounts.list', async () => {
      const rows = await db.selectFrom('accounts').selectAll().orderBy('created_at').orderBy('id').execute();
      return rows.map(toRecord);
    }),

  find: (id) =>
    guarded('accounts.find', async () => {
      const row = await db.selectFrom('accounts').selectAll().where('id', '=', id).executeTakeFirst();
      return row && toRecord(row);
    }),
});
