import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { OperatorError } from '../errors.ts';
import { KEY_BYTES } from './seal.ts';

/** Told what the operator should know although the service goes on. */
export type Warn = (message: string) => void;

const errorCode = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;

const forOthers = (path: string): boolean => (statSync(path).mode & 0o077) !== 0;

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

/** Makes the folder, for this user alone. An existing one that others can enter is tightened where that is allowed. */
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

export const keyFilePath = (folder: string): string => join(folder, 'encryption.key');

/**
 * The master key of the key file; undefined when there is no file. One that others can read is tightened, with a
 * warning since it may have been read, or refused where it can't be.
 */
export const readKeyFile = (folder: string, warn: Warn): Uint8Array | undefined => {
  const path = keyFilePath(folder);
  let text: string;
  try {
    text = readFileSync(path, 'utf8').trim();
  } catch (cause) {
    if (errorCode(cause) === 'ENOENT') return undefined;
    throw new OperatorError(`Can't read the key file ${path} (${errorCode(cause) ?? 'unknown'})`, { cause });
  }
  if (!/^[0-9a-f]{64}$/i.test(text)) {
    throw new OperatorError(`The key file ${path} is damaged: it must hold 64 hex digits. Restore it from a backup`);
  }
  if (forOthers(path)) {
    try {
      chmodSync(path, 0o600);
    } catch (cause) {
      throw new OperatorError(`Other users can read the key file ${path}: run chmod 600 on it`, { cause });
    }
    warn(`Other users could read the key file ${path}; it is for this user alone now`);
  }
  return Buffer.from(text, 'hex');
};

/** Writes the key so that after a power cut the file is there whole, or not at all. */
export const writeKeyFile = (folder: string, key: Uint8Array): void => {
  if (key.length !== KEY_BYTES) throw new OperatorError(`A master key has ${KEY_BYTES} bytes`);
  const path = keyFilePath(folder);
  writeFileDurably(path, `${Buffer.from(key).toString('hex')}\n`);
  const directory = openSync(folder, 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
};

/** By a rename, so that a reader sees the old file or the new one. For this user alone. */
export const writeFileDurably = (path: string, content: string): void => {
  const temporary = `${path}.${process.pid}.tmp`;
  const file = openSync(temporary, 'w', 0o600);
  try {
    writeSync(file, content);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(temporary, path);
};
