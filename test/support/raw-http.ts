import { connect } from 'node:net';

/** What a server did with bytes. */
export interface Exchange {
  /** Undefined where it sent nothing that begins like an answer. */
  readonly status: number | undefined;
  readonly text: string;
}

/** How long a client waits for the first byte before it says that there is no more to come, in milliseconds. */
const QUIET_MS = 100;
const MOST_MS = 10_000;

/** Sends bytes on a connection of their own, and reads what comes until the server closes it. */
export function exchange(url: string, bytes: Uint8Array): Promise<Exchange> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const received: Buffer[] = [];
    const socket = connect({ port: Number(port), host: hostname, allowHalfOpen: true }, () => socket.write(bytes));
    const quiet = setTimeout(() => socket.end(), QUIET_MS);
    const late = setTimeout(() => socket.destroy(), MOST_MS);
    socket.on('data', (chunk: Buffer) => {
      clearTimeout(quiet);
      received.push(chunk);
    });
    socket.on('end', () => socket.end());
    // A server that has answered may close while bytes still come in: that is a reset.
    socket.on('error', () => {});
    socket.on('close', () => {
      clearTimeout(quiet);
      clearTimeout(late);
      const text = Buffer.concat(received).toString('latin1');
      const status = /^HTTP\/1\.1 (\d{3}) /.exec(text)?.[1];
      resolve({ status: status === undefined ? undefined : Number(status), text });
    });
  });
}

/** Runs one piece of work after the other, a few at a time. */
export async function inParallel(count: number, width: number, work: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: width }, lane));
}
