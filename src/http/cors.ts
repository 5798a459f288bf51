import type { IncomingMessage, ServerResponse } from 'node:http';

/** For how long a browser may remember the answer to a preflight, in seconds. */
const MAX_AGE = 600;
const METHODS = 'GET, POST, PATCH';
/** Our own, and those that Apollo Client, Sentry and OpenTelemetry add to a page's requests. */
const REQUEST_HEADERS = [
  'Authorization',
  'Content-Type',
  'Idempotency-Key',
  'Token',
  'Apollo-Require-Preflight',
  'ApolloGraphQL-Client-Name',
  'ApolloGraphQL-Client-Version',
  'X-Apollo-Operation-Name',
  'X-Apollo-Operation-Id',
  'Sentry-Trace',
  'Baggage',
  'Traceparent',
  'Tracestate',
].join(', ');
const ANSWER_HEADERS = 'Retry-After, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, X-Request-Id';

/**
 * Lets pages of the listed origins read answers. Never with credentials: a browser adds those by itself, so another page
 * could use them; a token has to be sent by the caller.
 * @returns `answered` after a preflight of a listed origin; `refused` after one of another origin.
 */
export function allowOrigins(
  origins: ReadonlySet<string>,
  { method, headers }: IncomingMessage,
  response: ServerResponse,
): 'answered' | 'refused' | undefined {
  if (origins.size > 0) response.setHeader('Vary', 'Origin');
  const { origin } = headers;
  if (origin === undefined) return undefined;
  const isPreflight = method === 'OPTIONS' && headers['access-control-request-method'] !== undefined;
  if (!origins.has(origin)) return isPreflight ? 'refused' : undefined;
  response.setHeader('Access-Control-Allow-Origin', origin);
  response.setHeader('Access-Control-Expose-Headers', ANSWER_HEADERS);
  if (!isPreflight) return undefined;
  response.writeHead(204, {
    'Access-Control-Allow-Methods': METHODS,
    'Access-Control-Allow-Headers': REQUEST_HEADERS,
    'Access-Control-Max-Age': MAX_AGE,
  });
  response.end();
  return 'answered';
}
