import { existsSync, statSync } from 'node:fs';
import { OperatorError } from '../../errors.ts';
import { type Warn, writeFileDurably } from './data-folder.ts';
import { keyFilePath } from '../sealing/key-file.ts';

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

/** A database file that holds nothing; a log may hold all of it. */
export const isEmpty = (path: string): boolean => sizeOf(path) === 0;

/** Whether a log with something in it lies beside the place of the database. */
export const hasLog = (path: string): boolean => sizeOf(`${path}-wal`) > 0;

/** Outlasts the database, to tell one that was lost from one that was never made. */
const notePath = (path: string): string => `${path}.made`;

/**
 * Looks whether a database that is missing or empty was there before: SQLite would make a new one, and delete the log.
 * @throws OperatorError that says what to do; then nothing is touched.
 */
export const refuseLostDatabase = (path: string, dataDir: string, warn: Warn): void => {
  if (!isEmpty(path)) return;
  if (hasLog(path) || existsSync(notePath(path))) {
    throw new OperatorError(
      `The database ${path} is ${existsSync(path) ? 'empty' : 'missing'}, though there was one: put it back, or restore a backup with "privet restore <file>". To begin anew, without the accounts and linked instances that it held, move all files privet.db* to another folder`,
    );
  }
  if (existsSync(keyFilePath(dataDir))) {
    warn(`There is a key file but no database: a new one is made. Did you mean to restore a backup?`);
  }
};

/** For commands that make none. Nothing opens an empty file: SQLite would delete the log beside it. */
export const requireDatabase = (path: string): void => {
  if (isEmpty(path)) throw new OperatorError(`There is no database ${path}`);
};

/** Notes that there is a database now. */
export const noteDatabase = (path: string, warn: Warn): void => {
  if (existsSync(notePath(path))) return;
  try {
    writeFileDurably(notePath(path), 'There is a database privet.db. Without it, the service makes no new one.\n');
  } catch (error) {
    const why = error instanceof Error ? error.message : 'unknown';
    warn(`Could not note that there is a database, so one that is lost would be made anew without a word: ${why}`);
  }
};

/** Outlasts the move of a database to another place: its instances would be the same devices twice. */
const movedPath = (path: string): string => `${path}.moved`;

/** @throws OperatorError where another place has what the database held. */
export const refuseMovedDatabase = (path: string): void => {
  if (!existsSync(movedPath(path))) return;
  throw new OperatorError(
    `What the database ${path} held was moved to Postgres: set DATABASE_URL. To go back to this one all the same, with logins that are out of date, remove ${movedPath(path)}`,
  );
};

/** Notes that another place has what the database held. */
export const noteMoved = (path: string, warn: Warn): void => {
  try {
    writeFileDurably(movedPath(path), 'What privet.db held was moved to Postgres. The service does not start on it.\n');
  } catch (error) {
    const why = error instanceof Error ? error.message : 'unknown';
    warn(`Could not note that the database ${path} was moved, so never start a service on it again: ${why}`);
  }
};
