import type { ServerHttp2Stream } from 'node:http2';
import { hashOf, type MarkedRequest } from '../marks.ts';

/**
 * The body as it was marked, not looked into before. Undefined where what came is not it, or the signal aborted first: HTTP/2
 * itself holds a body to the length of its headers, so it is bounded by what was marked.
 */
export async function readBody(
  stream: ServerHttp2Stream,
  { bodyHash }: MarkedRequest,
  signal: AbortSignal,
): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  const { promise, resolve } = Promise.withResolvers<boolean>();
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  stream.once('end', () => resolve(true));
  signal.addEventListener('abort', () => resolve(false), { once: true });
  if (signal.aborted || !(await promise)) return undefined;
  const bytes = Buffer.concat(chunks);
  return hashOf(bytes) === bodyHash ? bytes : undefined;
}
