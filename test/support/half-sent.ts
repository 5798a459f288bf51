import { connect } from 'node:net';
import { once } from 'node:events';

/** A request of which the server has the headers and the first bytes of the body. */
export interface HalfSent {
  /** Sends the rest, and reads the whole answer. */
  finish(): Promise<{ readonly status: number; readonly body: string }>;
}

/** Sends all but the end of a request. */
export async function sendHalf(
  url: string,
  { method = 'POST', body, headers }: { method?: string; body: string; headers: Readonly<Record<string, string>> },
): Promise<HalfSent> {
  const { hostname, port, pathname } = new URL(url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  const lines = Object.entries({
    host: 'localhost',
    connection: 'close',
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  const bytes = Buffer.from(`${method} ${pathname} HTTP/1.1\r\n${lines.join('')}\r\n${body}`);
  const end = bytes.length - Math.ceil(Buffer.byteLength(body) / 2);
  socket.write(bytes.subarray(0, end));
  return {
    async finish() {
      const received: Buffer[] = [];
      socket.on('data', (chunk: Buffer) => received.push(chunk));
      const closed = once(socket, 'close');
      socket.write(bytes.subarray(end));
      await closed;
      const [head = '', ...rest] = Buffer.concat(received).toString('utf8').split('\r\n\r\n');
      return { status: Number(head.split(' ')[1]), body: rest.join('\r\n\r\n') };
    },
  };
}
