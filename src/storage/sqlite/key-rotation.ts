import { randomBytes } from 'node:crypto';
import { lstatSync } from 'node:fs';
import { type Kysely, sql } from 'kysely';
import { OperatorError } from '../../errors.ts';
import { BUSY_MS } from '../dialects/contention.ts';
import { prepareDataFolder, type Warn } from './data-folder.ts';
import { databasePath, openDatabase } from './database.ts';
import { guarded } from '../errors.ts';
import {
  keyFilePath,
  newKeyFilePath,
  readKeyFile,
  retireKeyFile,
  takeNewKeyFile,
  writeKeyFile,
} from '../sealing/key-file.ts';
import { type KeyringRow, readKeyringRow, unwrapKeys, wrapKeys } from '../sealing/keyring.ts';
import { requireDatabase } from './lost-database.ts';
import type { Tables } from '../schema.ts';
import { KEY_BYTES } from '../sealing/seal.ts';

export interface RotationOptions {
  readonly dataDir: string;
  /** The master key until now; undefined: the key file. */
  readonly masterKey?: Uint8Array | undefined;
  /** The master key from now on; undefined: one made here, in the key file. */
  readonly newMasterKey?: Uint8Array | undefined;
  readonly warn: Warn;
}

export interface Rotation {
  /** False when the database was under the new key before, and so were the key files: nothing is changed. */
  readonly changed: boolean;
  /** Where the key file that was there is kept, if this process put it aside. */
  readonly keptOldKey?: string | undefined;
  /** False when the old key is still in the database's log: another process did not let it be emptied. */
  readonly emptiedLog: boolean;
}

/**
 * Seals the database's keys under a new master key. What they seal stays as it is, so a service that runs, which has
 * them in memory, notices nothing. A crash between any two steps leaves a database that opens, with the old key or,
 * from the commit on, with the new one; running it once more finishes it.
 */
export const rotateMasterKey = async (options: RotationOptions): Promise<Rotation> => {
  const path = databasePath(options.dataDir);
  requireDatabase(path);
  prepareDataFolder(options.dataDir, options.warn);
  refuseLinkedKey(options);

  const db = openDatabase(path);
  let rewrapped: Rewrapped;
  try {
    rewrapped = await guarded('keys.rewrap', () => rewrap(db, options));
  } finally {
    await db.destroy();
  }
  // By its path again: a restore may have put another database there meanwhile.
  const reopened = openDatabase(path);
  try {
    return await guarded('keys.settle', () => settle(reopened, rewrapped, options));
  } finally {
    await reopened.destroy();
  }
};

/** A key that is mounted from elsewhere stays there: no rotation may put it, or its successor, on the data's own disk. */
const refuseLinkedKey = ({ dataDir, masterKey, newMasterKey }: RotationOptions): void => {
  const path = keyFilePath(dataDir);
  if ((masterKey && newMasterKey) || !lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink()) return;
  throw new OperatorError(
    `The key file ${path} is a link to another place, which is left alone: run this with the present key in PRIVET_ENCRYPTION_KEY and the new one in PRIVET_NEW_ENCRYPTION_KEY, then put the new key where the link leads`,
  );
};

interface Rewrapped {
  readonly newKey: Uint8Array;
  /** False when the database was under that key before. */
  readonly now: boolean;
}

/** One write transaction, as all that changes key files, so that no other process sees a file that has no row yet. */
const rewrap = (db: Kysely<Tables>, { dataDir, masterKey, newMasterKey, warn }: RotationOptions): Promise<Rewrapped> =>
  db.transaction().execute(async (tx) => {
    const row = await readKeyringRow(tx);
    if (!row) throw new OperatorError(`The database ${databasePath(dataDir)} has no keys yet: start the service first`);
    const inFile = readKeyFile(keyFilePath(dataDir), warn);
    const current = masterKey ?? inFile;
    const keys = current && unwrapKeys(current, row);
    if (!keys) {
      // An earlier one may have been cut short behind its commit; its new key file may be in place since, or not.
      const candidates = newMasterKey ? [newMasterKey] : [readKeyFile(newKeyFilePath(dataDir), warn), inFile];
      const done = candidates.find((key) => opensRow(key, row));
      if (done) return { newKey: done, now: false };
      throw new OperatorError(
        masterKey
          ? 'PRIVET_ENCRYPTION_KEY does not open the database: nothing is changed'
          : `The key file ${keyFilePath(dataDir)} is missing or does not open the database: nothing is changed`,
      );
    }
    if (newMasterKey && Buffer.compare(newMasterKey, current) === 0) {
      throw new OperatorError('The new key is the present one: nothing is changed');
    }
    const newKey = newMasterKey ?? randomBytes(KEY_BYTES);
    if (!newMasterKey) {
      writeKeyFile(newKeyFilePath(dataDir), newKey);
      const written = readKeyFile(newKeyFilePath(dataDir), warn);
      if (!written?.equals(newKey)) throw new OperatorError('The new key file does not hold what was written to it');
    }
    await tx.updateTable('keyring').set(wrapKeys(newKey, keys)).execute();
    return { newKey, now: true };
  });

const opensRow = (masterKey: Uint8Array | undefined, row: KeyringRow): boolean =>
  masterKey !== undefined && unwrapKeys(masterKey, row) !== undefined;

const settle = async (
  db: Kysely<Tables>,
  { newKey, now }: Rewrapped,
  { dataDir, masterKey, newMasterKey, warn }: RotationOptions,
): Promise<Rotation> => {
  const files = await db.transaction().execute(async (tx) => {
    const row = await readKeyringRow(tx);
    if (!row || !unwrapKeys(newKey, row)) {
      // A rotation that came after this one leaves nothing to do here: the key files are its own.
      const inFiles = newMasterKey ? [] : [keyFilePath(dataDir), newKeyFilePath(dataDir)];
      const overtaken = row && inFiles.some((path) => opensRow(readKeyFile(path, warn), row));
      if (overtaken) return { changed: false };
      throw new OperatorError('Another process changed the database or its key meanwhile; try again');
    }
    if (newMasterKey) {
      const keptOldKey = masterKey ? undefined : retireKeyFile(dataDir, warn);
      return { keptOldKey, changed: keptOldKey !== undefined };
    }
    // Where it is gone, another process opened the database since and took it into place. One that holds another key is
    // what a rotation left that was cut short before its commit.
    if (!readKeyFile(newKeyFilePath(dataDir), warn)?.equals(newKey)) return { changed: false };
    return { keptOldKey: takeNewKeyFile(dataDir, warn), changed: true };
  });
  // The old row is in the log until its pages are used again. Who reads it right now is waited for.
  await sql`pragma busy_timeout = ${sql.lit(BUSY_MS)}`.execute(db);
  const { rows } = await sql<{ busy: number }>`pragma wal_checkpoint(truncate)`.execute(db);
  return { ...files, changed: now || files.changed, emptiedLog: rows[0]?.busy === 0 };
};
