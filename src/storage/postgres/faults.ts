import type { Fault } from '../dialects/faults.ts';

/** The server could not be reached, the connection broke, or the answer took too long. */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost';
}

/** By SQLSTATE, https://www.postgresql.org/docs/current/errcodes-appendix.html; a class where it has two characters. */
const BY_STATE: Readonly<Record<string, Fault>> = {
  '08': 'away', // connection exceptions
  '23505': 'unique',
  '23': 'constraint',
  '25006': 'away', // read only: a standby, before or behind a failover
  '25P03': 'away', // idle within a transaction for too long: this process stood still
  '40001': 'undone',
  '40P01': 'undone', // a deadlock
  '53100': 'full',
  '53': 'away', // too many clients, out of memory
  '55P03': 'away', // a lock that was waited for for too long
  '57014': 'away', // a statement that took too long
  '57P': 'away', // shutting down, starting, crashed
  '58': 'io',
  XX001: 'corrupt',
  XX002: 'corrupt',
};

/** Told by its form, so that who has no Postgres need not load its driver. Node's own errors have no severity. */
const stateOf = (error: unknown): string | undefined =>
  error instanceof Error && 'severity' in error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined;

/** Undefined where Postgres did not say it, or names nothing that is told apart. */
export const postgresFault = (error: unknown): Fault | undefined => {
  if (error instanceof ConnectionLost) return 'away';
  const state = stateOf(error);
  if (state === undefined) return undefined;
  return BY_STATE[state] ?? BY_STATE[state.slice(0, 3)] ?? BY_STATE[state.slice(0, 2)];
};

/** After these the connection is of no use: the server closed it, or is no longer the primary. */
const ENDS_CONNECTION = /^(08|57P|25P03|25006)/;

/** Whether the connection on which it came must not be used again. */
export const endsConnection = (error: unknown): boolean => {
  const state = stateOf(error);
  return state === undefined || ENDS_CONNECTION.test(state);
};

/** Errors of the server have a code. pg's own, such as for a time-out, have only a message. */
export const known = (error: unknown): unknown => {
  if (!endsConnection(error) || postgresFault(error) !== undefined) return error;
  const [message, code] = error instanceof Error ? [error.message, 'code' in error ? error.code : ''] : [];
  // Where a name has several addresses, the error about all of them has no message.
  return new ConnectionLost(`The server can't be reached: ${String(message || code)}`, { cause: error });
};
