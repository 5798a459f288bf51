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

/** What begins a WebSocket for GraphQL. */
export const rawUpgrade = (): string =>
  rawGet('/graphql', {
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': 'AAAAAAAAAAAAAAAAAAAAAA==',
    'Sec-WebSocket-Protocol': 'graphql-transport-ws',
  });

/** One frame of a client, of 125 characters at most; those are ASCII, and masked with zeros. */
export const rawFrame = (opcode: number, text = ''): string =>
  `${String.fromCharCode(opcode, 0x80 | text.length)}\0\0\0\0${text}`;
