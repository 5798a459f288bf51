import { OperatorError, PrivetError, RetryLaterError } from '../errors.ts';
import type { Fault } from './dialects/faults.ts';
import { postgresFault } from './postgres/faults.ts';
import { sqliteFault } from './sqlite/faults.ts';

/** Why the database did not do what was asked. */
export type StorageErrorCode =
  /** The disk did not read or write. */
  | 'io'
  /** The file is damaged, or no database. */
  | 'corrupt'
  /** The rules of the tables forbid it (a missing parent, a value out of its range). */
  | 'constraint'
  /** The instance that the row belongs to does not exist. */
  | 'no_instance'
  /** Another run of the service has taken the instance. The caller has lost it for good. */
  | 'fenced'
  | 'failed';

/** The database failed. It never stands for "there is no such row": that is `undefined`. */
export class StorageError extends Error {
  override readonly name = 'StorageError';
  readonly code: StorageErrorCode;

  constructor(code: StorageErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** After how long another try makes sense where another process has the database locked, in milliseconds. */
const BUSY_RETRY_MS = 3_000;

/** Another process had the database locked for too long. Nothing was written. */
export class DatabaseBusyError extends RetryLaterError {
  constructor(options: ErrorOptions) {
    super('OVERLOADED', 'The database is in use by another process: try again later', BUSY_RETRY_MS, options);
  }
}

/** The server did not answer for too long. It may have stored the change all the same. */
export class DatabaseAwayError extends RetryLaterError {
  constructor(options: ErrorOptions) {
    super('OVERLOADED', 'The database does not answer: try again later', BUSY_RETRY_MS, options);
  }
}

/** After how long another try makes sense where somebody has to make room first, in milliseconds. */
const FULL_RETRY_MS = 30_000;

/** The disk or the quota is full. Nothing was written. */
export class DiskFullError extends RetryLaterError {
  constructor(options: ErrorOptions) {
    super(
      'OVERLOADED',
      'The disk of the service is full, so nothing could be stored: try again later',
      FULL_RETRY_MS,
      options,
    );
  }
}

/** Whether the same may work a little later: the database is busy, full or away, but not damaged. */
export const isPassing = (error: unknown): boolean =>
  error instanceof DatabaseBusyError ||
  error instanceof DatabaseAwayError ||
  error instanceof DiskFullError ||
  (error instanceof StorageError && ['io', 'failed'].includes(error.code));

export type SealErrorCode =
  /** Not in the form this version writes. */
  | 'malformed'
  /** Does not open: damaged, moved from another place, or sealed under another key. */
  | 'refused';

/** A sealed value does not open. Its content is unknown, which is not the same as absent. */
export class SealError extends Error {
  override readonly name = 'SealError';
  readonly code: SealErrorCode;

  constructor(code: SealErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The fault behind an error of either database. */
const faultOf = (error: unknown): Fault | undefined => sqliteFault(error) ?? postgresFault(error);

export const isUniqueViolation = (error: unknown): boolean => faultOf(error) === 'unique';

/** Whether the database rolled the transaction back in favour of another one: the same may work at once. */
export const wasUndone = (error: unknown): boolean =>
  faultOf(error instanceof DatabaseAwayError ? error.cause : error) === 'undone';

const CODES: Readonly<Partial<Record<Fault, StorageErrorCode>>> = {
  unique: 'constraint',
  constraint: 'constraint',
  io: 'io',
  corrupt: 'corrupt',
};

/** Runs one operation of a repository, so that callers see this file's errors instead of a driver's. */
export const guarded = async <T>(operation: string, work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    if ([StorageError, SealError, PrivetError, OperatorError].some((known) => error instanceof known)) throw error;
    const fault = faultOf(error);
    if (fault === 'busy') throw new DatabaseBusyError({ cause: error });
    if (fault === 'away' || fault === 'undone') throw new DatabaseAwayError({ cause: error });
    if (fault === 'full') throw new DiskFullError({ cause: error });
    // A database's messages name tables and columns, never values.
    const why = error instanceof Error ? error.message : 'unknown';
    throw new StorageError((fault && CODES[fault]) ?? 'failed', `${operation}: ${why}`, { cause: error });
  }
};
