import { type ClientConfig, types } from 'pg';
import { OperatorError } from '../../errors.ts';

/** How long a connection may take until it is there, in milliseconds. */
const CONNECT_MS = 3_000;
/** How long a statement may take; the server ends it then. It waits for a lock of others for less. */
const STATEMENT_MS = 5_000;
const LOCK_MS = 3_000;
/** Where not even the server's word for it comes. */
const SILENCE_MS = STATEMENT_MS + 1_000;
/** How long the server waits for a process that stands still within a transaction, whose locks hold others up. */
const IDLE_IN_TRANSACTION_MS = 3_000;

/** Times and counts: text by default, since they may be larger than what JavaScript counts exactly. Ours are not. */
const NUMBERS: ClientConfig['types'] = {
  getTypeParser: (oid, format) => (oid === types.builtins.INT8 ? Number : types.getTypeParser(oid, format)),
};

/**
 * What libpq means by `sslmode`, which is what providers hand out; pg by itself takes `require` for `verify-full`, with a
 * warning that it is going to mean this.
 */
const withModesOfLibpq = (url: string): string => {
  const parsed = new URL(url);
  if (parsed.searchParams.has('sslmode')) parsed.searchParams.set('uselibpqcompat', 'true');
  return parsed.href;
};

/** @param name what the server's own list of connections shows; it cuts it at 63 bytes. */
export const connectionConfig = (url: string, name = 'privet'): ClientConfig => ({
  connectionString: withModesOfLibpq(url),
  application_name: name,
  connectionTimeoutMillis: CONNECT_MS,
  keepAlive: true,
  query_timeout: SILENCE_MS,
  statement_timeout: STATEMENT_MS,
  lock_timeout: LOCK_MS,
  idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
  types: NUMBERS,
});

/** For what takes as long as it takes: a migration, a move of all rows. */
export const patientConfig = (url: string, name: string): ClientConfig => ({
  ...connectionConfig(url, name),
  query_timeout: 0,
  statement_timeout: 0,
  lock_timeout: 0,
  idle_in_transaction_session_timeout: 0,
});

/** Which database it is, without who may enter it: for what operators read. */
export const placeOf = (url: string): string => {
  const { hostname, port, pathname } = new URL(url);
  return `${decodeURIComponent(pathname.slice(1)) || 'of its user'} at ${hostname || 'this machine'}:${port || '5432'}`;
};

/** An error of Postgres as a line for the operator. */
export const unusable = (url: string, cause: unknown): OperatorError => {
  if (cause instanceof OperatorError) return cause;
  const why = cause instanceof Error ? cause.message : 'unknown';
  return new OperatorError(`Can't use the database ${placeOf(url)}: ${why}`, { cause });
};

/** What no other use of an advisory lock is likely to have: "prvt". */
export const LOCK_CLASS = 0x70727674;
