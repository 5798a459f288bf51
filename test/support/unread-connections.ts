import { connect, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** A connection on which nothing is read until somebody asks. */
export interface UnreadConnection {
  readonly socket: Socket;
  readonly closed: Promise<void>;
}

/** A client that sends, and reads nothing until it is told to. Gone with the test. */
export function open(url: string, text: string): UnreadConnection {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname, () => socket.write(text));
  socket.pause();
  socket.on('error', () => {});
  onTestFinished(() => void socket.destroy());
  return { socket, closed: new Promise((resolve) => socket.once('close', () => resolve())) };
}

export const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`;

export const post = (query: string, accept: string): string => {
  const body = JSON.stringify({ query });
  return (
    `POST /graphql HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer account\r\nAccept: ${accept}\r\n` +
    `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`
  );
};

/** What comes until the connection closes, however it does. */
export async function readAll({ socket, closed }: UnreadConnection): Promise<string> {
  const read: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => read.push(chunk));
  socket.resume();
  await closed;
  return Buffer.concat(read).toString('latin1');
}
