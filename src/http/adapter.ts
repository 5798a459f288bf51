import type { IncomingMessage, ServerResponse } from 'node:http';

/** A web standard request from one of node:http. Its body is read: the server has limited its length before. */
export async function toRequest(incoming: IncomingMessage, response: ServerResponse, url: URL): Promise<Request> {
  const gone = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) gone.abort();
  });
  const method = incoming.method ?? 'GET';
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  const hasBody = chunks.length > 0 && method !== 'GET' && method !== 'HEAD';
  return new Request(url, {
    method,
    headers: headersOf(incoming),
    signal: gone.signal,
    ...(hasBody ? { body: Buffer.concat(chunks) } : {}),
  });
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
