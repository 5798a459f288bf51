import type { IncomingMessage, ServerResponse } from 'node:http';
import { clientAddress } from '../access/client-address.ts';
import { type Client, REFUSALS, type Refusal } from './route.ts';

/** The largest request body, in bytes. */
export const MAX_BODY = 64 * 1024;

/** On every answer. A page that needs more says so itself. */
export function setSafeHeaders(response: ServerResponse): void {
  response.setHeader('Cache-Control', 'no-store');
  response.setHeader('Content-Security-Policy', "default-src 'none'; frame-ancestors 'none'");
  response.setHeader('Referrer-Policy', 'no-referrer');
  response.setHeader('X-Content-Type-Options', 'nosniff');
}

/** Node joins the values of several X-Forwarded-For headers by commas, in their order. */
export const clientOf = ({ socket, headers }: IncomingMessage, trustedProxyHops: number): Client => ({
  address: clientAddress(socket.remoteAddress, headers['x-forwarded-for']?.toString(), trustedProxyHops),
});

/** The path and query of a request, whatever form its target has; undefined when it is none. */
export function targetOf({ url }: IncomingMessage): URL | undefined {
  // A target that begins with two slashes would be taken for a host; one in absolute form names a host that is not asked for.
  const target = url?.startsWith('/') ? `http://localhost${url}` : (url ?? '');
  return URL.parse(target) ?? undefined;
}

/** Judges a request by its headers, before any of its body is read. */
export function refuseBody({ headers }: IncomingMessage): Refusal | undefined {
  const length = headers['content-length'];
  if (length !== undefined) return Number(length) > MAX_BODY ? REFUSALS.tooLarge : undefined;
  return headers['transfer-encoding'] === undefined ? undefined : REFUSALS.lengthRequired;
}
