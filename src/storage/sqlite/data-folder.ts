import {
  type BigIntStats,
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { OperatorError } from '../../errors.ts';

/** Told what the operator should know although the service goes on. */
export type Warn = (message: string) => void;

export const errorCode = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;

export const forOthers = (path: string): boolean => (statSync(path).mode & 0o077) !== 0;

/** Not by Node's `recursive`, which never comes back where a folder can't be made in one that exists, as in /proc. */
const makeFolder = (folder: string): void => {
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return;
    if (errorCode(error) !== 'ENOENT' || dirname(folder) === folder) throw error;
    makeFolder(dirname(folder));
    mkdirSync(folder, { mode: 0o700 });
  }
};

/** The service's own files in its data folder. */
export const OWN_FILES = /^(privet\.db([.-].*)?|owner\..*|encryption\.key.*)$/;

/** Whether somebody else uses the folder, such as /tmp or a home: nothing of ours is there, but something else is. */
const isSharedFolder = (folder: string): boolean => {
  const names = readdirSync(folder).filter((name) => name !== 'lost+found');
  return !names.includes('privet.db') && names.some((name) => !OWN_FILES.test(name));
};

/**
 * Makes the folder, for this user alone. An existing one that others can enter is tightened where that is allowed.
 * @throws OperatorError where that would take it from others, whose files it holds.
 */
export const prepareDataFolder = (folder: string, warn: Warn): void => {
  try {
    makeFolder(folder);
    if (!statSync(folder).isDirectory()) throw new Error('it is not a folder');
  } catch (cause) {
    throw new OperatorError(`PRIVET_DATA: can't use the folder ${folder} (${errorCode(cause) ?? 'not a folder'})`, {
      cause,
    });
  }
  if (!forOthers(folder)) return;
  if (isSharedFolder(folder)) {
    throw new OperatorError(
      `PRIVET_DATA: ${folder} holds other files and is open to other users: choose a folder for the service alone`,
    );
  }
  try {
    chmodSync(folder, 0o700);
  } catch {
    warn(`Other users can look into the data folder ${folder}: run chmod 700 on it`);
  }
};

/** SQLite would make it readable for all. Only when it is new: closing a file drops this process's SQLite locks on it. */
export const createPrivately = (path: string): void => {
  if (!existsSync(path)) closeSync(openSync(path, 'a', 0o600));
};

/** Which file it is, whatever its name. */
export const fileOf = ({ dev, ino }: BigIntStats): string => `${dev}:${ino}`;

/** The same for the file of this name; undefined when there is none. */
export const identityOf = (path: string): string | undefined => {
  const file = statSync(path, { bigint: true, throwIfNoEntry: false });
  return file && fileOf(file);
};

/** A file of this process's own: fails where there is one, or a link of somebody else's. */
export const createAnew = (path: string): void => closeSync(openSync(path, 'wx', 0o600));

/** Makes it last over a power cut which names the folder holds. */
export const syncFolder = (folder: string): void => {
  const directory = openSync(folder, 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
};

/** Makes the file's content last over a power cut. */
export const syncFile = (path: string): void => {
  const file = openSync(path, 'r+');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
};

/** By a rename, so that a reader sees the old file or the new one, also after a power cut. For this user alone. */
export const writeFileDurably = (path: string, content: string): void => {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    const file = openSync(temporary, 'w', 0o600);
    try {
      writeSync(file, content);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
  } finally {
    // Nothing is left of it where the disk is full.
    rmSync(temporary, { force: true });
  }
  syncFolder(dirname(path));
};
