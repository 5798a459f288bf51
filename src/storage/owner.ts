import { readFileSync, rmSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { OperatorError } from '../errors.ts';
import { createPrivately, identityOf, prepareDataFolder, type Warn, writeFileDurably } from './data-folder.ts';
import { isBusy } from './errors.ts';

/** That this process alone serves the data folder. Disposing gives it back. */
export interface Ownership extends Disposable {
  readonly held: boolean;
}

const sidecarPath = (dataDir: string): string => join(dataDir, 'owner.json');

/** Who holds the folder, as far as it said so: only for the message, the lock alone decides. */
const describeOwner = (dataDir: string): string => {
  try {
    const owner: unknown = JSON.parse(readFileSync(sidecarPath(dataDir), 'utf8'));
    if (typeof owner !== 'object' || owner === null) return 'another process';
    const { pid, host, startedAt } = owner as Record<string, unknown>;
    return `process ${String(pid)} on ${String(host)}, started at ${String(startedAt)}`;
  } catch {
    return 'another process';
  }
};

const lock = (path: string): DatabaseSync | undefined => {
  const database = new DatabaseSync(path, { timeout: 0 });
  try {
    // A lock by the operating system, which drops it whatever way the process ends. It needs the rollback journal:
    // in WAL mode an exclusive transaction still lets others in.
    database.exec('pragma journal_mode = delete; begin exclusive');
    return database;
  } catch (error) {
    database.close();
    if (isBusy(error)) return undefined;
    throw error;
  }
};

/**
 * Makes this process the only one that serves the data folder. On a network file system it is worth what that file
 * system's locks are.
 * @throws OperatorError naming the owner when there is one already.
 */
export const acquireOwnership = (dataDir: string, startedAt: Date, warn: Warn = () => {}): Ownership => {
  prepareDataFolder(dataDir, () => {});
  const path = join(dataDir, 'owner.db');
  let database: DatabaseSync | undefined;
  try {
    createPrivately(path);
    database = lock(path);
  } catch (cause) {
    throw new OperatorError(`Can't use the lock file ${path}: ${cause instanceof Error ? cause.message : ''}`, {
      cause,
    });
  }
  if (!database) throw new OperatorError(`The data folder ${dataDir} is in use by ${describeOwner(dataDir)}`);

  const held = database;
  const owner = { pid: process.pid, host: hostname(), startedAt: startedAt.toISOString() };
  try {
    writeFileDurably(sidecarPath(dataDir), `${JSON.stringify(owner)}\n`);
  } catch (error) {
    warn(`Could not note who has the data folder: ${error instanceof Error ? error.message : 'unknown'}`);
  }
  const locked = identityOf(path);
  return {
    get held() {
      // Where the file was removed, another process may have locked one of its own.
      return held.isOpen && locked !== undefined && identityOf(path) === locked;
    },
    [Symbol.dispose]() {
      if (!held.isOpen) return;
      rmSync(sidecarPath(dataDir), { force: true });
      held.close();
    },
  };
};
