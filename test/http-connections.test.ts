import { once } from 'node:events';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { systemClock } from '../src/clock.ts';
import { Connections, REQUESTS_AT_ONCE } from '../src/http/connections.ts';
import { listenForMetrics } from '../src/http/metrics.ts';
import { createMetrics } from '../src/telemetry/metrics.ts';
import type { ServedRequest } from '../src/telemetry/events.ts';
import { FakeFleet, fakeView, serveFake } from './graphql-fakes.ts';
import { get, open, post, readAll } from './support/unread-connections.ts';

const WATCH = 'subscription { instance(name: "demo") { name } }';

/** Sessions of which one can be watched, and nothing ever changes. */
function quiet(): { sessions: FakeFleet; returned: () => boolean } {
  const sessions = new FakeFleet('demo');
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

const answersIn = (text: string): number => text.split(/HTTP\/1\.1 \d{3} /).length - 1;

describe('requests sent one behind the other', () => {
  test.each(['/', '/graphiql/graphiql.js', '/health/live'])('ten of %s are answered', async (path) => {
    await using server = await serveFake(new FakeFleet());
    const last = get(path).replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n');
    expect(answersIn(await readAll(open(server.url, get(path).repeat(9) + last)))).toBe(10);
  });

  test.each(['/', '/graphiql/graphiql.js', '/health/live', '/nothing'])(
    'of %s, eleven end the connection',
    async (path) => {
      await using server = await serveFake(new FakeFleet());
      // That it closes says nothing by itself: so does one on which nothing more comes.
      expect(answersIn(await readAll(open(server.url, get(path).repeat(40))))).toBeLessThanOrEqual(REQUESTS_AT_ONCE);
      expect((await fetch(`${server.url}/health/live`)).status).toBe(200);
    },
  );

  test('those that are too many are not even made', async () => {
    const served = vi.spyOn(Connections.prototype, 'serve');
    onTestFinished(() => served.mockRestore());
    await using server = await serveFake(new FakeFleet());
    await readAll(open(server.url, get('/health/live').repeat(1_000)));
    expect(served).toHaveBeenCalledTimes(REQUESTS_AT_ONCE + 1);
    expect((await fetch(`${server.url}/health/live`)).status).toBe(200);
  });

  test('as many as one likes are answered, where each waits for the one before', async () => {
    await using server = await serveFake(new FakeFleet());
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
    const sessions = new FakeFleet('demo');
    const waiting: (() => void)[] = [];
    sessions.onStart = () => new Promise((resolve) => waiting.push(() => resolve(fakeView())));
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
    await using server = await serveFake(new FakeFleet());
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
      createMetrics('0', async () => new Map()),
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
  const sessions = new FakeFleet(...names);
  const begun = { inRound: 0, inAll: 0, most: 0 };
  sessions.onStart = async (name) => {
    begun.inAll += 1;
    begun.inRound += 1;
    begun.most = Math.max(begun.most, begun.inRound);
    if (begun.inRound === 1) setImmediate(() => (begun.inRound = 0));
    return fakeView(name);
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
