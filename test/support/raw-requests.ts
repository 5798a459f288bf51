/** HTTP/1.1 requests as text, to be sent as a client of any kind would. */

type Headers = Readonly<Record<string, string>>;

const linesOf = (headers: Headers): string =>
  Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('');

export const rawGet = (path: string, headers: Headers = {}): string =>
  `GET ${path} HTTP/1.1\r\nHost: a\r\n${linesOf(headers)}\r\n`;

/** A request with a JSON body. */
export function rawSend(method: string, path: string, body: unknown, headers: Headers = {}): string {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const all = { 'Content-Type': 'application/json', 'Content-Length': String(Buffer.byteLength(text)), ...headers };
  return `${method} ${path} HTTP/1.1\r\nHost: a\r\n${linesOf(all)}\r\n${text}`;
}

export const rawPost = (body: unknown, token: string | undefined, headers: Headers = {}): string =>
  rawSend('POST', '/graphql', body, {
    ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
    ...headers,
  });
