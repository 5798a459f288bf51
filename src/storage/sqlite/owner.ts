import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Clock } from '../../clock.ts';
import { OperatorError } from '../../errors.ts';
import { createPrivately, fileOf, identityOf, prepareDataFolder, type Warn, writeFileDurably } from './data-folder.ts';
import type { Ownership } from '../dialects/ownership.ts';
import { databasePath } from './database.ts';
import { isBusy } from './faults.ts';

interface Lock {
  readonly database: DatabaseSync;
  readonly file: string | undefined;
}

const sidecarPath = (dataDir: string): string => join(dataDir, 'owner.json');

export interface NotedOwner {
  readonly pid: string;
  readonly host: string;
  readonly startedAt: string;
  /** Whether it was on this machine, and is there no more. */
  readonly isGone: boolean;
}

/** Who holds the folder, as far as it said so: only for people, the lock alone decides. */
export const ownerNoted = (dataDir: string): NotedOwner | undefined => {
  try {
    const owner: unknown = JSON.parse(readFileSync(sidecarPath(dataDir), 'utf8'));
    if (typeof owner !== 'object' || owner === null) return undefined;
    const { pid, host, startedAt } = owner as Record<string, unknown>;
    const isGone = host === hostname() && !isThere(Number(pid));
    return { pid: String(pid), host: String(host), startedAt: String(startedAt), isGone };
  } catch {
    return undefined;
  }
};

const isThere = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // It is somebody else's.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
};

const describeOwner = (dataDir: string): string => {
  const owner = ownerNoted(dataDir);
  return owner ? `process ${owner.pid} on ${owner.host}, started at ${owner.startedAt}` : 'another process';
};

/** SQLite would write the first page of an empty file at each `begin`, for which there may be no room next time. */
const makeFirstPage = (database: DatabaseSync): void => {
  if (database.prepare('pragma user_version').get()?.['user_version'] !== 0) return;
  // The lock outlasts the commit: that is what the exclusive locking mode is for.
  database.exec('pragma user_version = 1; commit; begin exclusive');
};

const lock = (path: string): DatabaseSync | undefined => {
  const database = new DatabaseSync(path, { timeout: 0 });
  try {
    // A lock by the operating system, which drops it whatever way the process ends. It needs the rollback journal:
    // in WAL mode an exclusive transaction still lets others in.
    database.exec('pragma journal_mode = delete; pragma locking_mode = exclusive; begin exclusive');
    makeFirstPage(database);
    return database;
  } catch (error) {
    database.close();
    if (isBusy(error)) return undefined;
    throw error;
  }
};

/** How long a start waits for a lock file that is missing, in milliseconds: who has the folder makes it anew by then. */
const REMADE_MS = 2_000;
const LOOK_EVERY_MS = 100;

/**
 * Where the lock file is missing although the database is open, or was left by a crash, somebody removed it, perhaps
 * from under a running service: that one makes it anew and locks it, see `watchOwnership`.
 */
const whenRemade = async (dataDir: string, path: string, clock: Clock): Promise<void> => {
  if (existsSync(path) || !existsSync(`${databasePath(dataDir)}-wal`)) return;
  const end = clock.monotonic() + REMADE_MS;
  while (!existsSync(path) && clock.monotonic() < end) await clock.sleep(LOOK_EVERY_MS);
  // It may have been seen between its making and its lock.
  await clock.sleep(LOOK_EVERY_MS);
};

const SAYS: Ownership['says'] = {
  renewed: 'The lock file owner.db was removed or replaced while in use: it is locked anew',
  notRenewed: "The lock file owner.db was removed or replaced, and can't be locked anew",
  lost: 'Another process serves the data folder now: owner.db was removed or replaced. This one ends',
};

/**
 * Makes this process the only one that serves the data folder. On a network file system it is worth what that file
 * system's locks are.
 * @throws OperatorError naming the owner when there is one already.
 */
export const acquireOwnership = async (
  dataDir: string,
  clock: Clock,
  warn: Warn = () => {},
): Promise<Ownership & Disposable> => {
  prepareDataFolder(dataDir, () => {});
  const path = join(dataDir, 'owner.db');
  const owner = { pid: process.pid, host: hostname(), startedAt: new Date(clock.now()).toISOString() };
  const folder = identityOf(dataDir);
  await whenRemade(dataDir, path, clock);

  const take = (): Lock | undefined => {
    createPrivately(path);
    const database = lock(path);
    if (!database) return undefined;
    try {
      writeFileDurably(sidecarPath(dataDir), `${JSON.stringify(owner)}\n`);
    } catch (error) {
      warn(`Could not note who has the data folder: ${error instanceof Error ? error.message : 'unknown'}`);
    }
    return { database, file: identityOf(path) };
  };

  let held: Lock | undefined;
  try {
    held = take();
  } catch (cause) {
    throw new OperatorError(`Can't use the lock file ${path}: ${cause instanceof Error ? cause.message : ''}`, {
      cause,
    });
  }
  if (!held) throw new OperatorError(`The data folder ${dataDir} is in use by ${describeOwner(dataDir)}`);

  let current = held;
  const isHeld = (): boolean =>
    current.database.isOpen && current.file !== undefined && identityOf(path) === current.file;
  return {
    incarnation: randomUUID(),
    says: SAYS,
    get held() {
      return isHeld();
    },
    async renew() {
      // Not by a call that waits for the disk: one that does not answer is no concern of what needs none.
      const found = await stat(path, { bigint: true }).catch(() => undefined);
      if (!current.database.isOpen || (found && fileOf(found) === current.file)) return 'held';
      // Another folder of this name is not the one whose database is open.
      if (identityOf(dataDir) !== folder) throw new Error(`the folder ${dataDir} was removed or replaced`);
      const renewed = take();
      // By this process itself, where the file was only out of sight: moved and put back, or on a disk that failed once.
      if (!renewed) return isHeld() ? 'held' : 'lost';
      current.database.close();
      current = renewed;
      return 'renewed';
    },
    [Symbol.dispose]() {
      if (!current.database.isOpen) return;
      if (isHeld()) rmSync(sidecarPath(dataDir), { force: true });
      current.database.close();
    },
  };
};
