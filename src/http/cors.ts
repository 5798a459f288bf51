import type { IncomingMessage, ServerResponse } from 'node:http';

/** For how long a browser may remember the answer to a preflight, in seconds. */
const MAX_AGE = 600;
const METHODS = 'GET, POST, PATCH';
const REQUEST_HEADERS = 'Authorization, Content-Type, Idempotency-Key, Token';
const ANSWER_HEADERS = 'Retry-After, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, X-Request-Id';

/**
 * Lets pages of the listed origins read answers. Never with credentials: a caller shows its token itself, so that no page
 * can use one that the browser would add.
 * @returns whether it was a preflight of a listed origin, which is answered with that.
 */
export function allowOrigins(
  origins: ReadonlySet<string>,
  { method, headers }: IncomingMessage,
  response: ServerResponse,
): boolean {
  if (origins.size === 0) return false;
  response.setHeader('Vary', 'Origin');
  const { origin } = headers;
  if (origin === undefined || !origins.has(origin)) return false;
  response.setHeader('Access-Control-Allow-Origin', origin);
  response.setHeader('Access-Control-Expose-Headers', ANSWER_HEADERS);
  if (method !== 'OPTIONS' || headers['access-control-request-method'] === undefined) return false;
  response.writeHead(204, {
    'Access-Control-Allow-Methods': METHODS,
    'Access-Control-Allow-Headers': REQUEST_HEADERS,
    'Access-Control-Max-Age': MAX_AGE,
  });
  response.end();
  return true;
}
