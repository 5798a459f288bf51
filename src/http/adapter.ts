import type { IncomingMessage, ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';

/**
 * A web standard request from one of node:http, with its body read: the server has limited its length before.
 * Undefined when the client went away first, or the method is one that the standard forbids (TRACE).
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

/** Writes a response whose body is complete, or of a few pieces. */
export async function send(response: Response, outgoing: ServerResponse): Promise<void> {
  const body = Buffer.from(await response.arrayBuffer());
  if (outgoing.destroyed || outgoing.headersSent) return;
  outgoing.writeHead(response.status, { ...Object.fromEntries(response.headers), 'content-length': body.length });
  outgoing.end(outgoing.req.method === 'HEAD' ? undefined : body);
}
