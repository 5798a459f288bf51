import type { Fault } from '../dialects/faults.ts';

/** By SQLite's primary result code, https://www.sqlite.org/rescode.html */
const BY_CODE: ReadonlyMap<number, Fault> = new Map([
  [5, 'busy'],
  [6, 'busy'],
  [10, 'io'],
  [11, 'corrupt'],
  [13, 'full'],
  [19, 'constraint'],
  [26, 'corrupt'],
]);

/** Extended codes for a broken UNIQUE or PRIMARY KEY rule. */
const UNIQUE_CODES = [2067, 1555];

const codeOf = (error: unknown): number | undefined =>
  error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' ? error.errcode : undefined;

/** Undefined where SQLite did not say it, or names nothing that is told apart. */
export const sqliteFault = (error: unknown): Fault | undefined => {
  const code = codeOf(error);
  if (code === undefined) return undefined;
  return UNIQUE_CODES.includes(code) ? 'unique' : BY_CODE.get(code & 0xff);
};

/** Whether another process holds the lock. */
export const isBusy = (error: unknown): boolean => sqliteFault(error) === 'busy';

/** SQLITE_IOERR_SHMSIZE: the index of the log, which the processes share, found no room. */
export const hasNoRoomForIndex = (error: unknown): boolean => codeOf(error) === 4874;
