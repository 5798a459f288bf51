import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { WebSocket } from 'ws';
import type { Attacked } from './attacked.ts';
import { rawFrame, rawGet, rawPost, rawUpgrade } from './raw-requests.ts';

/** Connections of somebody who means harm. Disposing ends them. */
export class Sockets implements Disposable {
  readonly #url: URL;
  readonly #open = new Set<Socket>();

  constructor(url: string) {
    this.#url = new URL(url);
  }

  /** How many are there still, as far as the other end has let on. */
  get size(): number {
    return this.#open.size;
  }

  /** Sends on a connection of its own, and reads nothing of the answer until it is told to. */
  open(bytes: string | Uint8Array): Socket {
    const socket = connect({ port: Number(this.#url.port), host: this.#url.hostname }, () => socket.write(bytes));
    socket.pause();
    socket.on('error', () => {});
    this.#open.add(socket);
    socket.once('close', () => this.#open.delete(socket));
    return socket;
  }

  [Symbol.dispose](): void {
    for (const socket of this.#open) socket.destroy();
  }
}

/** Sends on a connection of its own, and reads to the end. The request must ask for the connection to be closed. */
export async function readAll(url: string, bytes: string): Promise<string> {
  using sockets = new Sockets(url);
  const socket = sockets.open(bytes);
  const read: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => read.push(chunk));
  socket.resume();
  await new Promise((resolve) => socket.once('close', resolve));
  return Buffer.concat(read).toString('latin1');
}

export interface Attack {
  readonly name: string;
  /** A great number of connections comes with it at once: it is worst for a service of which V8 has compiled nothing yet. */
  readonly isCrowd?: boolean;
  /** Resolves with the length of the largest answer, in bytes, where they are read. */
  run(target: Target): Promise<number>;
}

/** Whom to attack, and for how long. */
export interface Target extends Attacked {
  /** Of what an attack sends one request after the other: how much of it. */
  readonly share: number;
  /** How long connections that read nothing are held, in milliseconds. */
  readonly holdMs: number;
}

const CLOSE = { Connection: 'close' };

/** The same request so many times, a few at once. */
async function repeat(count: number, { url, share }: Target, make: (index: number) => string): Promise<number> {
  let next = 0;
  let largest = 0;
  const lane = async (): Promise<void> => {
    while (next < count * share) largest = Math.max(largest, (await readAll(url, make(next++))).length);
  };
  await Promise.all(Array.from({ length: 4 }, lane));
  return largest;
}

/** So many connections that send the same, and read nothing. */
async function leaveUnread(count: number, { url, holdMs }: Target, bytes: string | Uint8Array): Promise<number> {
  using sockets = new Sockets(url);
  for (let opened = 0; opened < count; opened++) sockets.open(bytes);
  await delay(holdMs);
  return 0;
}

/** The same operation so many times at once on one WebSocket, whose client reads nothing any more. */
async function floodWebSocket(count: number, { url, instanceToken, holdMs }: Target, payload: object): Promise<number> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  socket.on('error', () => {});
  await once(socket, 'open');
  socket.send(JSON.stringify({ type: 'connection_init', payload: { token: instanceToken } }));
  await once(socket, 'message');
  socket.pause();
  for (let id = 0; id < count; id++) socket.send(JSON.stringify({ id: String(id), type: 'subscribe', payload }));
  await delay(holdMs);
  socket.terminate();
  return 0;
}

/** So many WebSockets that do not say who they are, and send such frames. */
const flood = (count: number, target: Target, frames: string): Promise<number> =>
  leaveUnread(count, target, Buffer.from(rawUpgrade() + frames, 'latin1'));

const UPDATE = 'mutation ($i: UpdatePrivacyInput!) { updatePrivacy(instance: "demo", input: $i) { stanzas } }';
const MANY_KEYS = {
  query: UPDATE,
  variables: { i: Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`k${i}`, 1])) },
};
const LONG_LIST = {
  query: 'mutation ($s: [TokenScope!]!) { createToken(input: { scopes: $s }) { token } }',
  variables: { s: Array.from({ length: 15_000 }, () => 'R') },
};
const DEEP = JSON.stringify({ query: UPDATE, variables: { i: { visibility: { lastSeen: '?' } } } }).replace(
  '"?"',
  '['.repeat(12_000) + ']'.repeat(12_000),
);
const TYPES =
  'types { name description fields { name description args { name description type { name } } type { name ofType { name description fields { name description } } } } }';
const ALL_TYPES = { query: `{ __schema { ${TYPES} } }` };
const INTROSPECTION = `{ __schema { ${Array.from({ length: 15 }, (_, i) => `a${i}: types { ...T }`).join(' ')} } }
  fragment T on __Type ${TYPES.slice(TYPES.indexOf('{'))}`;
/** One error that names each of them. */
const places = (index: number): string =>
  `${'\n'.repeat(28_000)}{ a${index}: instance(${'name: "x" '.repeat(125)}) { id } }`;
const comments = (index: number): string => `# ${index}\n${'#\n'.repeat(20_000)}{ __typename }`;

/** What has been tried on services like this one, or could be. */
export const ATTACKS: readonly Attack[] = [
  {
    name: 'the playground file, 600 times on one connection that reads nothing',
    run: (target) => leaveUnread(1, target, rawGet('/graphiql/graphiql.js').repeat(600)),
  },
  {
    name: 'the playground file on 200 connections that read nothing',
    isCrowd: true,
    run: (target) => leaveUnread(200, target, rawGet('/graphiql/graphiql.js')),
  },
  {
    name: 'introspections as event streams, 10 on each of 60 connections that read nothing',
    isCrowd: true,
    run: (target) =>
      leaveUnread(60, target, rawPost(ALL_TYPES, target.instanceToken, { Accept: 'text/event-stream' }).repeat(10)),
  },
  {
    name: 'the same without a token',
    isCrowd: true,
    run: (target) => leaveUnread(60, target, rawPost(ALL_TYPES, undefined, { Accept: 'text/event-stream' }).repeat(10)),
  },
  {
    name: 'the description, 900 times on each of 6 connections that read nothing',
    run: (target) => leaveUnread(6, target, rawGet('/openapi.json').repeat(900)),
  },
  {
    name: 'thousands of media types, without a token',
    run: (target) =>
      repeat(100, target, () => rawPost({ query: '{ a }' }, undefined, { ...CLOSE, Accept: 'a,'.repeat(3_500) })),
  },
  {
    name: 'variables with thousands of unknown keys',
    run: (target) => repeat(10, target, () => rawPost(MANY_KEYS, target.instanceToken, CLOSE)),
  },
  {
    name: 'variables with thousands of wrong values in a list',
    run: (target) => repeat(10, target, () => rawPost(LONG_LIST, target.instanceToken, CLOSE)),
  },
  {
    name: 'values that nest thousands deep',
    run: (target) => repeat(50, target, () => rawPost(DEEP, target.instanceToken, CLOSE)),
  },
  {
    name: 'documents of comments',
    run: (target) => repeat(400, target, (index) => rawPost({ query: comments(index) }, target.instanceToken, CLOSE)),
  },
  {
    name: 'errors at many places behind many lines',
    run: (target) => repeat(30, target, (index) => rawPost({ query: places(index) }, target.instanceToken, CLOSE)),
  },
  {
    name: 'introspection by aliases',
    run: (target) => repeat(20, target, () => rawPost({ query: INTROSPECTION }, target.instanceToken, CLOSE)),
  },
  {
    name: 'refusals as event streams that nobody reads',
    run: (target) =>
      leaveUnread(20, target, rawPost(MANY_KEYS, target.instanceToken, { Accept: 'text/event-stream' }).repeat(25)),
  },
  {
    name: 'refusals over a WebSocket that nobody reads',
    run: (target) => floodWebSocket(60, target, MANY_KEYS),
  },
  {
    name: 'requests behind an open stream',
    run: (target) =>
      leaveUnread(
        5,
        target,
        rawPost({ query: 'subscription { instance(name: "demo") { state } }' }, target.instanceToken, {
          Accept: 'text/event-stream',
        }) + rawPost(ALL_TYPES, target.instanceToken).repeat(50),
      ),
  },
  {
    name: 'a message in thousands of parts on 50 WebSockets, without a token',
    run: (target) => flood(50, target, rawFrame(0x01, 'x') + rawFrame(0x00, 'x').repeat(16_000)),
  },
  {
    name: 'thousands of pings on 50 WebSockets, without a token',
    run: (target) => flood(50, target, rawFrame(0x81, '{"type":"ping"}').repeat(10_000)),
  },
];
