import { join } from 'node:path';
import { Kysely, sql } from 'kysely';
import { type Clock, systemClock } from '../../clock.ts';
import { OperatorError } from '../../errors.ts';
import type { Contention } from '../dialects/contention.ts';
import { createPrivately } from './data-folder.ts';
import { NodeSqliteDialect, openSqlite } from './dialect.ts';
import { createKeyring, type Keyring, type KeyringOptions, openKeyring } from '../sealing/keyring.ts';
import { migrate } from './migrations/index.ts';
import type { Tables } from '../schema.ts';

export const databasePath = (dataDir: string): string => join(dataDir, 'privet.db');

export const unusable = (path: string, cause: unknown): OperatorError =>
  new OperatorError(`Can't use the database ${path}: ${cause instanceof Error ? cause.message : 'unknown'}`, { cause });

/** With SQLite's own errors; `openDatabase` says them in a line for the operator. */
export const connect = (
  path: string,
  clock: Clock = systemClock,
  contention?: Contention,
  onAlone?: () => void,
): Kysely<Tables> =>
  new Kysely<Tables>({ dialect: new NodeSqliteDialect(openSqlite(path, onAlone), clock, contention) });

/** Opens the file, or makes an empty one. */
export const openDatabase: typeof connect = (path, ...options) => {
  try {
    createPrivately(path);
    return connect(path, ...options);
  } catch (cause) {
    throw unusable(path, cause);
  }
};

/** Migrates and opens the keyring, in one transaction: with a wrong key nothing is changed. */
export const prepareDatabase = async (db: Kysely<Tables>, options: KeyringOptions, clock: Clock): Promise<Keyring> => {
  const { keyring, migrated } = await db.transaction().execute(async (tx) => {
    const opened = await openKeyring(tx, options);
    const migrated = await migrate(tx, opened?.sealer);
    return { keyring: opened ?? (await createKeyring(tx, options, clock.now())), migrated };
  });
  // What a migration took away is in the log until its pages are used again.
  if (migrated) await sql`pragma wal_checkpoint(truncate)`.execute(db);
  return keyring;
};
