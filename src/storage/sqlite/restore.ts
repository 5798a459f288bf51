import {
  chmodSync,
  constants,
  copyFileSync,
  existsSync,
  linkSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { Kysely } from 'kysely';
import { systemClock } from '../../clock.ts';
import { OperatorError } from '../../errors.ts';
import { syncFile, syncFolder, type Warn } from './data-folder.ts';
import { connect, databasePath } from './database.ts';
import { BUSY_MS } from '../dialects/contention.ts';
import { guarded } from '../errors.ts';
import { isBusy } from './faults.ts';
import { checkIntegrity } from './integrity.ts';
import { keyFilePath, newKeyFilePath, readKeyFile, readOldKeyFiles } from '../sealing/key-file.ts';
import { readKeyringRow, unwrapKeys, wrapKeys } from '../sealing/keyring.ts';
import { hasLog, isEmpty } from './lost-database.ts';
import { migrate } from './migrations/index.ts';
import { acquireOwnership } from './owner.ts';
import type { Tables } from '../schema.ts';
import { Sealer } from '../sealing/seal.ts';

export interface RestoreOptions {
  readonly dataDir: string;
  /** Undefined: the key file. */
  readonly masterKey?: Uint8Array | undefined;
  readonly warn: Warn;
  readonly file: string;
  /** Whether a database that is there may be replaced. */
  readonly force: boolean;
  readonly now: Date;
}

export interface Restored {
  /** Where the database that was there is kept. */
  readonly aside?: string | undefined;
  /** Whether the backup was made under an older key, which was kept, and is now under the present one. */
  readonly rewrapped: boolean;
}

/**
 * Puts a backup into the place of the database. Until the last step, one rename, the database that is there stays as
 * it is; a crash leaves the one or the other.
 * @throws OperatorError when a service runs on the folder, or the backup does not open.
 */
export const restoreBackup = (options: RestoreOptions): Promise<Restored> =>
  guarded('restore', async () => {
    const { dataDir, file, force, now } = options;
    checkSource(file);
    using _owner = await acquireOwnership(dataDir, systemClock);
    const path = databasePath(dataDir);
    const temporary = `${path}.restoring`;
    if (existsSync(temporary) && realpathSync(temporary) === realpathSync(file)) {
      throw new OperatorError(`${file} is a name of the service's own: move it to another place first`);
    }
    // One that is empty holds nothing, and opening it would delete the log beside it.
    const isThere = !isEmpty(path);
    const isLogAlone = !isThere && hasLog(path);
    if (isThere && realpathSync(path) === realpathSync(file)) throw new OperatorError(`${file} is the database itself`);
    if (isThere && !force) {
      throw new OperatorError(
        `There is a database ${path} already: --force replaces it, and keeps it under another name`,
      );
    }
    // Before the key is looked at, so that no rotation changes it in between.
    using present = isThere ? shutOthersOut(path) : undefined;
    removeDatabase(temporary);
    try {
      copyFileSync(file, temporary);
      chmodSync(temporary, 0o600);
      const rewrapped = await makeReady(temporary, options);
      syncFile(temporary);
      const aside = present || isLogAlone ? setAside(path, now) : undefined;
      if (present?.isDamaged || isLogAlone) removeLog(path);
      renameSync(temporary, path);
      syncFolder(dataDir);
      return { aside, rewrapped };
    } finally {
      removeDatabase(temporary);
    }
  });

const checkSource = (file: string): void => {
  if (!statSync(file, { throwIfNoEntry: false })?.isFile()) throw new OperatorError(`There is no file ${file}`);
  if ((statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0) {
    throw new OperatorError(
      `${file} has a log beside it, so it is a database in use: make a backup with "privet backup"`,
    );
  }
};

/** What SQLite would apply to whatever database lies beside it. */
const LOG_SUFFIXES = ['-wal', '-journal'] as const;
const removeLog = (path: string): void => {
  for (const suffix of [...LOG_SUFFIXES, '-shm']) rmSync(path + suffix, { force: true });
};
const removeDatabase = (path: string): void => {
  removeLog(path);
  rmSync(path, { force: true });
};

/** Moves what is in the database's log into its file, and locks it until disposed. */
const shutOthersOut = (path: string): Disposable & { readonly isDamaged: boolean } => {
  const database = new DatabaseSync(path, { timeout: BUSY_MS });
  const close = () => database.close();
  try {
    // Leaving the WAL mode takes that nobody else has it open.
    database.exec('pragma journal_mode = delete; begin exclusive');
    return { isDamaged: false, [Symbol.dispose]: close };
  } catch (cause) {
    if (isBusy(cause)) {
      close();
      throw new OperatorError(`Another command has the database ${path} open: try again once it is over`, { cause });
    }
    // That may be the very reason for a restore.
    return { isDamaged: true, [Symbol.dispose]: close };
  }
};

/** Brings the copy up to this version and under the present key; whether that took another key. */
const makeReady = async (path: string, options: RestoreOptions): Promise<boolean> => {
  const { file } = options;
  try {
    const db = connect(path);
    try {
      await checkIntegrity(db);
      return await db.transaction().execute((tx) => takeOver(tx, options));
    } finally {
      await db.destroy();
    }
  } catch (cause) {
    if (cause instanceof OperatorError) throw cause;
    const why = cause instanceof Error ? cause.message : 'unknown';
    throw new OperatorError(`${file} can't be restored: ${why}`, { cause });
  }
};

const takeOver = async (tx: Kysely<Tables>, { dataDir, masterKey, warn, file }: RestoreOptions): Promise<boolean> => {
  const row = await readKeyringRow(tx);
  if (!row) throw new OperatorError(`${file} is no backup of this service`);
  const keyFile = keyFilePath(dataDir);
  const newKey = readKeyFile(newKeyFilePath(dataDir), warn);
  const key = masterKey ?? readKeyFile(keyFile, warn) ?? newKey;
  if (!key) {
    throw new OperatorError(`The key of ${file} is missing: put it back as ${keyFile}, or set PRIVET_ENCRYPTION_KEY`);
  }
  const candidates = [key, newKey, ...readOldKeyFiles(dataDir, warn)];
  const opening = candidates.find((candidate) => candidate && unwrapKeys(candidate, row));
  const keys = opening && unwrapKeys(opening, row);
  if (!keys) {
    throw new OperatorError(
      `${masterKey ? 'PRIVET_ENCRYPTION_KEY' : `The key file ${keyFile}`} does not open ${file}: use the key that it was made under`,
    );
  }
  if (opening !== key) await tx.updateTable('keyring').set(wrapKeys(key, keys)).execute();
  await migrate(tx, new Sealer(keys.data));
  return opening !== key;
};

/** Under a name with the time; the database itself stays where it is. */
const setAside = (path: string, now: Date): string => {
  const aside = `${path}.before-restore-${now.toISOString().replaceAll(':', '-')}`;
  for (const suffix of ['', ...LOG_SUFFIXES]) {
    if (!existsSync(path + suffix)) continue;
    try {
      linkSync(path + suffix, aside + suffix);
    } catch {
      // Not every file system has links.
      copyFileSync(path + suffix, aside + suffix, constants.COPYFILE_EXCL);
      syncFile(aside + suffix);
    }
  }
  return aside;
};
