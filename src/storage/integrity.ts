import { type Kysely, sql } from 'kysely';
import { StorageError } from './errors.ts';
import type { Tables } from './schema.ts';

/** @throws StorageError `corrupt` when SQLite finds fault with the file, or a row whose parent is missing. */
export const checkIntegrity = async (db: Kysely<Tables>): Promise<void> => {
  const { rows: faults } = await sql<{ integrity_check: string }>`pragma integrity_check(1)`.execute(db);
  const fault = faults[0]?.integrity_check;
  if (fault !== 'ok') throw new StorageError('corrupt', `The database is damaged: ${fault}`);
  const { rows: orphans } = await sql`pragma foreign_key_check`.execute(db);
  if (orphans.length > 0)
    throw new StorageError('corrupt', `The database is damaged: ${orphans.length} rows have no parent`);
};
