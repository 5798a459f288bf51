import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { systemClock } from '../src/clock.ts';
import { sendFixed } from '../src/http/adapter.ts';
import { Connections, REQUESTS_AT_ONCE, UNREAD_MS } from '../src/http/connections.ts';
import { listenForMetrics } from '../src/http/metrics.ts';
import type { FixedAnswer } from '../src/http/route.ts';
import { createMetrics, type Metrics } from '../src/telemetry/metrics.ts';
import type { ServedRequest } from '../src/telemetry/events.ts';
import type { InstanceView } from '../src/instance/state.ts';
import { FakeSessions, fakeView, serveFake } from './graphql-fakes.ts';
import { openAs, serve } from './support/graphql-sockets.ts';
import { scaledClock } from './support/scaled-clock.ts';

/** More than a system keeps for a reader that does not read. */
const LARGE = 'x'.repeat(10_000_000);
const INSTANCE = '{ instance(name: "demo") { name } }';

const view = (name: string): InstanceView => fakeView(name, { id: 'id-demo' });

const WATCH = 'subscription { instance(name: "demo") { name } }';

/** Sessions of which one can be watched, and nothing ever changes. */
function quiet(): { sessions: FakeSessions; returned: () => boolean } {
  const sessions = new FakeSessions('demo');
  let isOver = false;
  sessions.watched = {
    [Symbol.asyncIterator]: () => ({
      next: () => new Promise(() => {}),
      return: async () => {
        isOver = true;
        return { done: true, value: undefined };
      },
    }),
  };
  return { sessions, returned: () => isOver };
}

/** A client that sends, and reads nothing until it is told to. */
function open(url: string, text: string): { socket: Socket; closed: Promise<void> } {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname, () => socket.write(text));
  socket.pause();
  socket.on('error', () => {});
  onTestFinished(() => void socket.destroy());
  return { socket, closed: new Promise((resolve) => socket.once('close', () => resolve())) };
}

const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`;

const post = (query: string, accept: string): string => {
  const body = JSON.stringify({ query });
  return (
    `POST /graphql HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer account\r\nAccept: ${accept}\r\n` +
    `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`
  );
};

const answersIn = (text: string): number => text.split(/HTTP\/1\.1 \d{3} /).length - 1;

/** What comes until the connection closes, however it does. */
async function readAll({ socket, closed }: ReturnType<typeof open>): Promise<string> {
  const read: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => read.push(chunk));
  socket.resume();
  await closed;
  return Buffer.concat(read).toString('latin1');
}

describe('requests sent one behind the other', () => {
  test.each(['/', '/graphiql/graphiql.js', '/health/live'])('ten of %s are answered', async (path) => {
    await using server = await serveFake(new FakeSessions());
    const last = get(path).replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n');
    expect(answersIn(await readAll(open(server.url, get(path).repeat(9) + last)))).toBe(10);
  });

  test.each(['/', '/graphiql/graphiql.js', '/health/live', '/nothing'])(
    'of %s, eleven end the connection',
    async (path) => {
      await using server = await serveFake(new FakeSessions());
      // That it closes says nothing by itself: so does one on which nothing more comes.
      expect(answersIn(await readAll(open(server.url, get(path).repeat(40))))).toBeLessThanOrEqual(REQUESTS_AT_ONCE);
      expect((await fetch(`${server.url}/health/live`)).status).toBe(200);
    },
  );

  test('those that are too many are not even made', async () => {
    const served = vi.spyOn(Connections.prototype, 'serve');
    onTestFinished(() => served.mockRestore());
    await using server = await serveFake(new FakeSessions());
    await readAll(open(server.url, get('/health/live').repeat(1_000)));
    expect(served).toHaveBeenCalledTimes(REQUESTS_AT_ONCE + 1);
    expect((await fetch(`${server.url}/health/live`)).status).toBe(200);
  });

  test('as many as one likes are answered, where each waits for the one before', async () => {
    await using server = await serveFake(new FakeSessions());
    const { socket } = open(server.url, get('/health/live'));
    let answers = 0;
    socket.resume();
    socket.on('data', (chunk: Buffer) => {
      answers += answersIn(chunk.toString('latin1'));
      socket.write(get('/health/live'));
    });
    await expect.poll(() => answers).toBeGreaterThan(25);
  });

  test('are served one after the other, as they are answered', async () => {
    const sessions = new FakeSessions('demo');
    const waiting: (() => void)[] = [];
    sessions.onStart = () => new Promise((resolve) => waiting.push(() => resolve(view('demo'))));
    await using server = await serveFake(sessions);
    const start = post('mutation { startInstance(instance: "demo") { id } }', 'application/json');
    const { socket } = open(server.url, start.repeat(3) + get('/health/live'));
    socket.resume();
    for (let served = 1; served <= 3; served++) {
      await expect.poll(() => waiting.length).toBe(1);
      expect((await fetch(`${server.url}/health/live`)).status).toBe(200);
      expect(waiting).toHaveLength(1);
      waiting.pop()?.();
    }
    await once(socket, 'data');
    expect(waiting).toHaveLength(0);
  });

  test('behind an open stream they wait, ten in all', async () => {
    const { sessions, returned } = quiet();
    await using server = await serveFake(sessions);
    const { socket, closed } = open(server.url, post(WATCH, 'text/event-stream') + get('/health/live').repeat(9));
    await expect.poll(() => sessions.signals.length).toBe(1);
    expect(returned()).toBe(false);
    socket.resume();
    socket.write(get('/health/live'));
    await closed;
    await expect.poll(returned).toBe(true);
  });

  test('behind a stream whose client has gone, they are never served', async () => {
    const { sessions, returned } = quiet();
    const served: ServedRequest[] = [];
    const telemetry = { requestServed: (request: ServedRequest) => void served.push(request) };
    await using server = await serveFake(sessions, { telemetry });
    const { socket } = open(server.url, post(WATCH, 'text/event-stream').repeat(2) + get('/health/live'));
    await expect.poll(() => sessions.signals.length).toBe(1);
    socket.destroy();
    await expect.poll(returned).toBe(true);
    expect((await fetch(`${server.url}/health/live`)).status).toBe(200);
    expect(sessions.signals.length).toBe(1);
    expect(served.map(({ aborted }) => aborted)).toEqual([true, false]);
  });

  test.each(['/graphql', '/nothing'])('an upgrade of %s among them ends the connection', async (path) => {
    await using server = await serveFake(new FakeSessions());
    const upgrade = get(path).replace(
      '\r\n\r\n',
      '\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
    );
    const { socket, closed } = open(server.url, get('/health/ready') + upgrade);
    socket.resume();
    await closed;
    expect((await fetch(`${server.url}/health/live`)).status).toBe(200);
  });

  test('on the listener for metrics, eleven end the connection as well', async () => {
    await using listening = await listenForMetrics(
      createMetrics('0', () => new Map()),
      { host: '127.0.0.1', port: 0 },
      systemClock,
    );
    const answer = await readAll(open(listening.url, get('/metrics').repeat(11)));
    expect(answersIn(answer)).toBeLessThanOrEqual(REQUESTS_AT_ONCE);
    expect((await fetch(`${listening.url}/metrics`)).status).toBe(200);
  });
});

test('of operations that arrive together, on a connection each, a few begin in each round of the event loop', async () => {
  // One each: else the token's places on an instance would hold them back.
  const names = Array.from({ length: 100 }, (_, i) => `demo-${i}`);
  const sessions = new FakeSessions(...names);
  const begun = { inRound: 0, inAll: 0, most: 0 };
  sessions.onStart = async (name) => {
    begun.inAll += 1;
    begun.inRound += 1;
    begun.most = Math.max(begun.most, begun.inRound);
    if (begun.inRound === 1) setImmediate(() => (begun.inRound = 0));
    return view(name);
  };
  await using server = await serveFake(sessions);
  const sockets = names.map(() => open(server.url, get('/health/live')).socket);
  // The server takes new connections one by one.
  await Promise.all(sockets.map((socket) => once(socket.resume(), 'data')));
  for (const [i, socket] of sockets.entries()) {
    socket.write(post(`mutation { startInstance(instance: "${names[i] ?? ''}") { id } }`, 'application/json'));
  }
  await expect.poll(() => begun.inAll).toBe(sockets.length);
  // Eight, or those of two rounds that this counts as one.
  expect(begun.most).toBeLessThan(names.length / 4);
});

describe('an answer that nobody reads', () => {
  const FASTER = 30;
  const MUCH_FASTER = 300;
  const clock = scaledClock(FASTER);

  test.each([
    ['a whole one', 'application/json', INSTANCE],
    ['a query as a stream', 'text/event-stream', INSTANCE],
    ['a subscription', 'text/event-stream', WATCH],
  ])('%s is cut off', async (_what, accept, query) => {
    const sessions = new FakeSessions('demo');
    sessions.instances.set('demo', view(LARGE));
    sessions.watched = (async function* () {
      for (;;) yield view(LARGE);
    })();
    const served: ServedRequest[] = [];
    const telemetry = { requestServed: (request: ServedRequest) => void served.push(request) };
    await using server = await serveFake(sessions, { clock, telemetry });
    const { socket, closed } = open(server.url, post(query, accept));
    await expect.poll(() => served, { timeout: 20_000 }).toMatchObject([{ status: 200, aborted: true }]);
    socket.resume();
    await closed;
  });

  test('is cut off on a WebSocket too, though its client goes on answering pings, which are sent behind it', async () => {
    const { url, sessions, served } = await serve({ clock });
    sessions.instances.set('demo', view(LARGE));
    const { socket, say } = await openAs(url, 'account');
    socket.pause();
    say({ id: '1', type: 'subscribe', payload: { query: INSTANCE } });
    const cutOff = (): boolean => {
      socket.pong();
      return served.some(({ aborted }) => aborted);
    };
    await expect.poll(cutOff, { timeout: 6 * (UNREAD_MS / FASTER) }).toBe(true);
  });

  test('is none where there is nothing to read yet', async () => {
    const slow = {
      owns: () => true,
      handle: () => delay(4 * (UNREAD_MS / MUCH_FASTER), Response.json({})),
      refuse: () => Response.error(),
    };
    await using server = await serveFake(new FakeSessions(), { clock: scaledClock(MUCH_FASTER), routes: [slow] });
    expect((await fetch(`${server.url}/slow`)).status).toBe(200);
  });

  test('is cut off on the listener for metrics as well', async () => {
    const metrics: Metrics = { ...createMetrics('0', () => new Map()), render: async () => LARGE };
    await using listening = await listenForMetrics(metrics, { host: '127.0.0.1', port: 0 }, clock);
    const unread = open(listening.url, get('/metrics'));
    // Once there is more than the client's system takes, nothing moves any more.
    await delay(2 * (UNREAD_MS / FASTER));
    expect((await readAll(unread)).length).toBeLessThan(LARGE.length);
  });

  test('is in memory once, however many wait for it', async () => {
    const before = process.memoryUsage().arrayBuffers;
    const served: ServedRequest[] = [];
    const telemetry = { requestServed: (request: ServedRequest) => void served.push(request) };
    await using server = await serveFake(new FakeSessions(), { telemetry });
    const those = Array.from({ length: 60 }, () => open(server.url, get('/graphiql/graphiql.js')));
    // Asked after all of them: what was sent is on its way.
    await Promise.all(those.map(({ socket }) => once(socket, 'readable')));
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(100_000_000);
    for (const { socket } of those) socket.destroy();
    await expect.poll(() => served.length).toBe(those.length);
    expect(served.every(({ aborted }) => aborted)).toBe(true);
  });

  test('leaves time to others, however much of it the system takes at once', async () => {
    const sent = { inRound: 0, inAll: 0, most: 0 };
    const server = createServer((_request, response) => {
      const write = response.write.bind(response);
      const noting = (piece: Buffer): boolean => {
        sent.inAll += 1;
        sent.inRound += 1;
        sent.most = Math.max(sent.most, sent.inRound);
        if (sent.inRound === 1) setImmediate(() => (sent.inRound = 0));
        return write(piece);
      };
      sendFixed({ headers: {}, body: Buffer.alloc(LARGE.length) }, Object.assign(response, { write: noting }));
    });
    server.listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const { socket } = open(`http://127.0.0.1:${port}`, get('/'));
    socket.resume();
    await expect.poll(() => sent.inAll).toBeGreaterThan(100);
    socket.destroy();
    expect(sent.most).toBeLessThanOrEqual(2);
  });

  test('is not one that is read slowly', async () => {
    const served: ServedRequest[] = [];
    const telemetry = { requestServed: (request: ServedRequest) => void served.push(request) };
    const large: FixedAnswer = { headers: {}, body: Buffer.alloc(4 * LARGE.length) };
    const route = {
      owns: () => true,
      fixed: () => large,
      handle: () => Response.error(),
      refuse: () => Response.error(),
    };
    await using server = await serveFake(new FakeSessions(), { clock, telemetry, routes: [route] });
    const { socket } = open(server.url, get('/large'));
    for (const end = Date.now() + (2 * UNREAD_MS) / FASTER; Date.now() < end; await delay(20)) socket.read();
    socket.resume();
    await expect.poll(() => served).toMatchObject([{ status: 200, aborted: false }]);
  });
});
