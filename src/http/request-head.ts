import type { IncomingMessage } from 'node:http';
import { clientAddress } from '../access/client-address.ts';
import type { Client } from '../route.ts';
import { PROBLEMS, type Problem } from './route.ts';

/** The largest request body, in bytes. */
export const MAX_BODY = 64 * 1024;

/** Node joins several X-Forwarded-For headers with commas, in order. */
export const clientOf = ({ socket, headers }: IncomingMessage, trustedProxyHops: number): Client => ({
  address: clientAddress(socket.remoteAddress, headers['x-forwarded-for']?.toString(), trustedProxyHops),
});

/** The URL that a request asks for; undefined when it is malformed. */
export function targetOf({ url }: IncomingMessage): URL | undefined {
  // Parsed alone, a target that begins with two slashes would name a host. A target in absolute form does name one: it is ignored.
  const target = url?.startsWith('/') ? `http://localhost${url}` : (url ?? '');
  return URL.parse(target) ?? undefined;
}

/** Checks the length of the body by its headers, before it is read. */
export function refuseBody({ headers }: IncomingMessage): Problem | undefined {
  const length = headers['content-length'];
  if (length !== undefined) return Number(length) > MAX_BODY ? PROBLEMS.tooLarge : undefined;
  return headers['transfer-encoding'] === undefined ? undefined : PROBLEMS.lengthRequired;
}
