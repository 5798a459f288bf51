import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import type { Turns } from '../graphql/pipeline/turns.ts';
import type { FixedAnswer } from '../route.ts';

/** Large answers are written in pieces of so many bytes, which shows how far the client has read. */
const PIECE = 64 * 1024;

/**
 * Makes a web standard request of one of node:http, and reads its body, whose length is checked before.
 * Undefined when the client disconnected first, or the standard forbids the method (TRACE).
 */
export async function toRequest(
  incoming: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<Request | undefined> {
  const gone = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) gone.abort();
  });
  const method = incoming.method ?? 'GET';
  try {
    const body = await buffer(incoming);
    const hasBody = body.length > 0 && method !== 'GET' && method !== 'HEAD';
    return new Request(url, {
      method,
      headers: headersOf(incoming),
      signal: gone.signal,
      ...(hasBody ? { body } : {}),
    });
  } catch {
    return undefined;
  }
}

function headersOf(incoming: IncomingMessage): Headers {
  const headers = new Headers();
  for (const [name, values] of Object.entries(incoming.headersDistinct)) {
    for (const value of values ?? []) headers.append(name, value);
  }
  return headers;
}

/**
 * Writes an answer without copying it: it is in memory once for all clients.
 * @param turns taken by each piece of a large answer, of all clients.
 */
export function sendFixed({ status = 200, headers, body }: FixedAnswer, outgoing: ServerResponse, turns: Turns): void {
  // The length that a 304 told would be that of the page.
  outgoing.writeHead(status, status === 304 ? headers : { ...headers, 'content-length': body.length });
  if (outgoing.req.method === 'HEAD') outgoing.end();
  else if (body.length <= PIECE) outgoing.end(body);
  // A client that disconnects is no error; watchRequest reports it.
  else pipeline(Readable.from(piecesOf(body, turns)), outgoing).catch(() => {});
}

/** A few pieces in a round of the event loop: otherwise the system takes megabytes at once, for each client. */
async function* piecesOf(body: Buffer, turns: Turns): AsyncGenerator<Buffer> {
  for (let at = 0; at < body.length; at += PIECE) {
    await turns.take();
    yield body.subarray(at, at + PIECE);
  }
}

/** Writes a response, after its body is complete. */
export async function send(response: Response, outgoing: ServerResponse): Promise<void> {
  const body = Buffer.from(await response.arrayBuffer());
  if (outgoing.destroyed || outgoing.headersSent) return;
  outgoing.writeHead(response.status, { ...Object.fromEntries(response.headers), 'content-length': body.length });
  outgoing.end(outgoing.req.method === 'HEAD' ? undefined : body);
}
