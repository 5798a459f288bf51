import { createHash } from 'node:crypto';
import { chmodSync, existsSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { OperatorError } from '../../errors.ts';
import { errorCode, forOthers, syncFolder, type Warn, writeFileDurably } from '../sqlite/data-folder.ts';
import { KEY_BYTES } from './seal.ts';

export const keyFilePath = (folder: string): string => join(folder, 'encryption.key');

/** The key of a rotation that is under way: it is on disk before anything is sealed under it. */
export const newKeyFilePath = (folder: string): string => `${keyFilePath(folder)}.new`;

/** Named after the key itself, so that keeping it a second time, after a crash, makes no second file. */
const oldKeyFilePath = (folder: string, key: Uint8Array): string =>
  `${keyFilePath(folder)}.old-${createHash('sha256').update(key).digest('hex').slice(0, 8)}`;

/**
 * The master key of a key file; undefined when there is no file. One that others can read is tightened, with a warning
 * since it may have been read, or refused where it can't be.
 */
export const readKeyFile = (path: string, warn: Warn): Buffer | undefined => {
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
export const writeKeyFile = (path: string, key: Uint8Array): void => {
  if (key.length !== KEY_BYTES) throw new OperatorError(`A master key has ${KEY_BYTES} bytes`);
  writeFileDurably(path, `${Buffer.from(key).toString('hex')}\n`);
};

/**
 * Keeps the key file under another name, since backups made before need its key; undefined when there is no file. The
 * file itself stays, so that there is a key file at every moment.
 */
export const keepOldKeyFile = (folder: string, warn: Warn): string | undefined => {
  const path = keyFilePath(folder);
  const key = readKeyFile(path, warn);
  if (!key) return undefined;
  const kept = oldKeyFilePath(folder, key);
  if (!existsSync(kept)) writeKeyFile(kept, key);
  return kept;
};

/** Makes the new key file the key file; the old one is kept. Both have the same effect after a crash in between. */
export const takeNewKeyFile = (folder: string, warn: Warn): string | undefined => {
  const kept = keepOldKeyFile(folder, warn);
  renameSync(newKeyFilePath(folder), keyFilePath(folder));
  syncFolder(folder);
  return kept;
};

/** For a database whose key comes from elsewhere now. */
export const retireKeyFile = (folder: string, warn: Warn): string | undefined => {
  const kept = keepOldKeyFile(folder, warn);
  rmSync(keyFilePath(folder), { force: true });
  syncFolder(folder);
  return kept;
};

/** The keys that were kept. */
export const readOldKeyFiles = (folder: string, warn: Warn): Buffer[] =>
  readdirSync(folder)
    .filter((name) => name.startsWith('encryption.key.old-'))
    .flatMap((name) => readKeyFile(join(folder, name), warn) ?? []);
