import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../src/clock.ts';
import { Arrivals, Turns } from '../src/graphql/pipeline/turns.ts';
import { sendFixed } from '../src/http/adapter.ts';
import { UNREAD_MS } from '../src/http/connections.ts';
import { listenForMetrics } from '../src/http/metrics.ts';
import type { FixedAnswer } from '../src/route.ts';
import { createMetrics, type Metrics } from '../src/telemetry/metrics.ts';
import type { ServedRequest } from '../src/telemetry/events.ts';
import { FakeFleet, fakeView, serveFake } from './graphql-fakes.ts';
import { openAs, serve } from './support/graphql-sockets.ts';
import { scaledClock } from './support/scaled-clock.ts';
import { get, open, post, readAll } from './support/unread-connections.ts';

/** More than a system keeps for a reader that does not read. */
const LARGE = 'x'.repeat(10_000_000);
const INSTANCE = '{ instance(name: "demo") { name } }';
const WATCH = 'subscription { instance(name: "demo") { name } }';

const view = (name: string) => fakeView(name, { id: 'id-demo' });

describe('an answer that nobody reads', () => {
  const FASTER = 30;
  const MUCH_FASTER = 300;
  const clock = scaledClock(FASTER);

  test('is cut off: a whole one, a query as a stream, a subscription', async () => {
    const expectCutOff = async (accept: string, query: string): Promise<void> => {
      const sessions = new FakeFleet('demo');
      sessions.instances.set('demo', view(LARGE));
      sessions.watched = (async function* () {
        for (;;) yield view(LARGE);
      })();
      const served: ServedRequest[] = [];
      const telemetry = { requestServed: (request: ServedRequest) => void served.push(request) };
      await using server = await serveFake(sessions, { clock, telemetry });
      const { socket, closed } = open(server.url, post(query, accept));
      await expect
        .poll(() => served, { timeout: 20_000, message: `${accept}: ${query}` })
        .toMatchObject([{ status: 200, aborted: true }]);
      socket.resume();
      await closed;
    };
    await Promise.all([
      expectCutOff('application/json', INSTANCE),
      expectCutOff('text/event-stream', INSTANCE),
      expectCutOff('text/event-stream', WATCH),
    ]);
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
    await using server = await serveFake(new FakeFleet(), { clock: scaledClock(MUCH_FASTER), routes: [slow] });
    expect((await fetch(`${server.url}/slow`)).status).toBe(200);
  });

  test('is cut off on the listener for metrics as well', async () => {
    const metrics: Metrics = { ...createMetrics('0', async () => new Map()), render: async () => LARGE };
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
    await using server = await serveFake(new FakeFleet(), { telemetry });
    const those = Array.from({ length: 60 }, () => open(server.url, get('/graphiql/graphiql.js')));
    // Asked after all of them: what was sent is on its way.
    await Promise.all(those.map(({ socket }) => once(socket, 'readable')));
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(100_000_000);
    for (const { socket } of those) socket.destroy();
    await expect.poll(() => served.length).toBe(those.length);
    expect(served.every(({ aborted }) => aborted)).toBe(true);
  });

  test('leaves time to others, however much of it the system takes at once, and of however many', async () => {
    const turns = new Turns(systemClock, new Arrivals(systemClock));
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
      sendFixed({ headers: {}, body: Buffer.alloc(LARGE.length) }, Object.assign(response, { write: noting }), turns);
    });
    server.listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const those = Array.from({ length: 60 }, () => open(`http://127.0.0.1:${port}`, get('/')).socket);
    await expect.poll(() => sent.inAll, { timeout: 10_000 }).toBeGreaterThan(500);
    for (const socket of those) socket.destroy();
    // Eight, or those of two rounds that this counts as one.
    expect(sent.most).toBeLessThanOrEqual(16);
  });

  const body = Buffer.alloc(4 * LARGE.length);
  test('is not one that is read slowly: made before, or written in one piece', async () => {
    const expectWhole = async (answers: object): Promise<void> => {
      const served: ServedRequest[] = [];
      const telemetry = { requestServed: (request: ServedRequest) => void served.push(request) };
      const route = { owns: () => true, refuse: () => Response.error(), handle: () => Response.error(), ...answers };
      await using server = await serveFake(new FakeFleet(), { clock, telemetry, routes: [route] });
      const { socket } = open(server.url, get('/large'));
      for (const end = Date.now() + (2 * UNREAD_MS) / FASTER; Date.now() < end; await delay(20)) socket.read();
      socket.resume();
      await expect.poll(() => served).toMatchObject([{ status: 200, aborted: false }]);
    };
    await Promise.all([
      expectWhole({ fixed: (): FixedAnswer => ({ headers: {}, body }) }),
      expectWhole({ handle: () => new Response(body) }),
    ]);
  });
});
