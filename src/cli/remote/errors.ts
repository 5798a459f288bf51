import { EXIT_CODES, ExitError } from '../exit-codes.ts';
import { visible } from '../output.ts';
import { UsageError } from '../usage-error.ts';

/** An error of GraphQL as it came over the wire. */
export interface WireError {
  readonly message: string;
  readonly extensions?: Readonly<Record<string, unknown>> | undefined;
}

const EXIT_CODE_OF: Readonly<Record<string, number>> = {
  FORBIDDEN: EXIT_CODES.refused,
  INSTANCE_NOT_CONNECTED: EXIT_CODES.notConnected,
  RATE_LIMITED: EXIT_CODES.later,
  OVERLOADED: EXIT_CODES.later,
  TIMEOUT: EXIT_CODES.later,
};

const REFUSED = 'The service refuses this token: it was revoked, has expired or was mistyped';

/** Answers of a proxy, or of a service that ends, after which another try may succeed. */
const PASSING = [429, 502, 503, 504];

/** Its parts, of which some may not be there, as one sentence. */
const notConnected = ({ state, reason, retryAt }: Readonly<Record<string, unknown>>): string => {
  const parts = [
    state,
    typeof reason === 'object' && reason !== null && 'message' in reason ? reason.message : undefined,
    typeof retryAt === 'string' ? `the next attempt comes at ${retryAt}` : undefined,
  ].filter((part) => typeof part === 'string');
  return parts.length > 0 ? `: ${parts.join('; ')}` : '';
};

const later = ({ retryAfterMs }: Readonly<Record<string, unknown>>): string =>
  typeof retryAfterMs === 'number' ? ` (again in ${Math.ceil(retryAfterMs / 1000)} s)` : '';

/** What ends the command when the service says no. */
export const refusal = ({ message, extensions = {} }: WireError): Error => {
  const code = String(extensions['code']);
  if (code === 'BAD_USER_INPUT') return new UsageError(visible(message));
  // The message is for those who write the header themselves.
  if (code === 'UNAUTHENTICATED') return new ExitError(EXIT_CODES.refused, REFUSED);
  const more = code === 'INSTANCE_NOT_CONNECTED' ? notConnected(extensions) : later(extensions);
  return new ExitError(EXIT_CODE_OF[code] ?? EXIT_CODES.failed, visible(`${message}${more}`));
};

const MAY_BE_DONE = ': what was asked for may have been done';

/** An answer that is no GraphQL. @param changes whether the call was one that changes something. */
export const strangeAnswer = (endpoint: URL, { status, headers }: Response, changes = false): Error => {
  const to = status >= 300 && status < 400 ? URL.parse(headers.get('location') ?? '', endpoint) : null;
  const what = to ? `leads to ${to.origin}${to.pathname}` : `gave no answer of Privet’s (HTTP ${status})`;
  const exitCode = PASSING.includes(status) ? EXIT_CODES.later : EXIT_CODES.failed;
  // A proxy answers so too once it has handed the call on.
  const isOpen = changes && (status < 300 || status >= 500);
  return new ExitError(
    exitCode,
    visible(`${endpoint.href} ${what}: is --url right?${isOpen ? ` If so${MAY_BE_DONE}` : ''}`),
  );
};

const causeOf = (error: unknown): string => {
  const { cause } = error instanceof Error ? error : {};
  const inner = cause instanceof AggregateError ? (cause.errors[0] as unknown) : cause;
  const { code, message = String(error) } = (inner ?? error) as { code?: unknown; message?: string };
  return typeof code === 'string' ? code : message;
};

/** No connection was made, so nothing was sent. After anything else the call may have arrived. */
const NOT_REACHED =
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|E(HOST|NET)UNREACH|EADDRNOTAVAIL|UND_ERR_CONNECT_TIMEOUT|(ERR_TLS|ERR_SSL|CERT|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO)_\w+|EPROTO|bad port)$/;

/** No answer, or none to its end. @param changes whether the call was one that changes something. */
export const unanswered = (endpoint: URL, error: unknown, changes = false): ExitError => {
  const cause = causeOf(error);
  const isLost = !NOT_REACHED.test(cause);
  const what = isLost ? `The connection to ${endpoint.origin} was lost` : `${endpoint.origin} was not reached`;
  const line = `${what} (${cause})${isLost && changes ? MAY_BE_DONE : ''}`;
  return new ExitError(EXIT_CODES.later, visible(line), { cause: error });
};

export const unansweredFor = (ms: number, changes: boolean): ExitError =>
  new ExitError(EXIT_CODES.later, `No answer within ${ms / 1000} s${changes ? MAY_BE_DONE : ''}`);

export const interruptedCall = (changes: boolean): ExitError => interrupted(`Interrupted${changes ? MAY_BE_DONE : ''}`);

export const interrupted = (line: string): ExitError => new ExitError(EXIT_CODES.interrupted, line);
