import { connect } from 'node:net';
import { describe, expect, test, vi } from 'vitest';
import { OPERATIONS_AT_ONCE, STREAMS_AT_ONCE } from '../src/access/limits/gate.ts';
import { createRestRoute } from '../src/rest/rest.ts';
import { systemClock, type Clock } from '../src/clock.ts';
import { STALL_MS } from '../src/graphql/pipeline/streams.ts';
import type { InstanceView } from '../src/instance/state.ts';
import { fakeGate, FakeFleet, fakeView, serveFake } from './graphql-fakes.ts';

const WATCH = 'subscription { instance(name: "demo") { name } }';
const START = 'mutation { startInstance(instance: "demo") { name } }';
const view = (name = 'demo'): InstanceView => fakeView(name, { id: 'id-demo' });

/** Sessions whose `start` waits until it is told to go on, and which counts how many do. */
function waitingSessions() {
  const sessions = new FakeFleet('demo');
  const waiting: (() => void)[] = [];
  sessions.onStart = () => new Promise((resolve) => waiting.push(() => resolve(view())));
  return { sessions, waiting };
}

describe('operations of a token', () => {
  test('run 10 at a time on an instance; more wait, by whichever edge, and other tokens do not', async () => {
    const { sessions, waiting } = waitingSessions();
    const gate = fakeGate();
    await using server = await serveFake(sessions, {
      gate,
      routes: [createRestRoute({ ...sessions.calls, gate, clock: systemClock })],
    });
    const answers = Array.from({ length: 15 }, () => server.query(START));
    await expect.poll(() => waiting.length).toBe(OPERATIONS_AT_ONCE);
    const rest = fetch(`${server.url}/api/profile/privacy/demo`, { headers: { token: 'account' } });
    expect((await server.query('{ instance(name: "demo") { name } }', {}, 'reader')).data).toBeDefined();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(waiting).toHaveLength(OPERATIONS_AT_ONCE);

    for (let done = 0; done < 15; done++) {
      await expect.poll(() => waiting.length).toBeGreaterThan(0);
      waiting.shift()?.();
    }
    for (const { data } of await Promise.all(answers)) expect(data).toEqual({ startInstance: { name: 'demo' } });
    expect((await rest).status).toBe(200);
  });

  test('count for one instance, however they name it', async () => {
    const { sessions, waiting } = waitingSessions();
    const gate = fakeGate();
    await using server = await serveFake(sessions, {
      gate,
      routes: [createRestRoute({ ...sessions.calls, gate, clock: systemClock })],
    });
    const running = Array.from({ length: OPERATIONS_AT_ONCE }, () => server.query(START));
    await expect.poll(() => waiting.length).toBe(OPERATIONS_AT_ONCE);
    const answered: string[] = [];
    const rest = (path: string): Promise<unknown> => fetch(server.url + path, { headers: { token: 'account' } });
    const others: Readonly<Record<string, Promise<unknown>>> = {
      'its name': server.query('{ privacy(instance: "demo") { id } }'),
      'its id': server.query('{ privacy(instance: "Instance:id-demo") { id } }'),
      'its node': server.query('{ node(id: "Instance:id-demo") { id } }'),
      "its settings' node": server.query('{ node(id: "PrivacySettings:id-demo") { id } }'),
      'its name in a path': rest('/api/profile/privacy/demo'),
      'its name in a path, percent-encoded': rest('/api/profile/privacy/%64em%6f'),
      me: rest('/users/me/privacy'),
    };
    for (const [spelling, answer] of Object.entries(others)) void answer.then(() => answered.push(spelling));
    await new Promise((resolve) => setTimeout(resolve, 200));
    const early = [...answered];
    for (const go of waiting.splice(0)) go();
    await Promise.all([...running, ...Object.values(others)]);
    expect(early).toEqual([]);
  });

  test('count before they wait', async () => {
    const { sessions, waiting } = waitingSessions();
    await using server = await serveFake(sessions, { gate: fakeGate({ rateLimit: 12 }) });
    const codes: unknown[] = [];
    const answers = Array.from({ length: 14 }, async () => {
      const answer = await server.query(START);
      codes.push(answer.errors?.[0]?.extensions['code']);
      return answer;
    });
    // While all others run or wait.
    await expect.poll(() => codes).toEqual(['RATE_LIMITED', 'RATE_LIMITED']);
    expect(waiting).toHaveLength(OPERATIONS_AT_ONCE);
    for (let done = 0; done < 12; done++) {
      await expect.poll(() => waiting.length).toBeGreaterThan(0);
      waiting.shift()?.();
    }
    const statuses = (await Promise.all(answers)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(12);
  });

  test('leave their place when their client goes away while they wait', async () => {
    const { sessions, waiting } = waitingSessions();
    const gate = fakeGate();
    const begun = vi.spyOn(gate, 'begin');
    await using server = await serveFake(sessions, { gate });
    const running = Array.from({ length: OPERATIONS_AT_ONCE }, () => server.query(START));
    await expect.poll(() => waiting.length).toBe(OPERATIONS_AT_ONCE);
    const leaving = new AbortController();
    // As many as there are places: had each kept one, there would be none.
    const left = Array.from({ length: OPERATIONS_AT_ONCE }, () =>
      fetch(`${server.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: 'Bearer account' },
        body: JSON.stringify({ query: START }),
        signal: leaving.signal,
      }),
    );
    await expect.poll(() => begun.mock.calls.length).toBe(2 * OPERATIONS_AT_ONCE);
    leaving.abort();
    for (const { status } of await Promise.allSettled(left)) expect(status).toBe('rejected');
    const ended = (): number => begun.mock.settledResults.filter(({ type }) => type === 'rejected').length;
    await expect.poll(ended).toBe(OPERATIONS_AT_ONCE);
    let last: unknown;
    void server.query('{ instance(name: "demo") { name } }').then(({ data }) => (last = data));
    await expect.poll(() => begun.mock.calls.length).toBe(2 * OPERATIONS_AT_ONCE + 1);
    for (const go of waiting.splice(0)) go();
    await expect.poll(() => last).toEqual({ instance: { name: 'demo' } });
    await Promise.all(running);
    expect(waiting).toEqual([]);
  });
});

describe('streams of a token', () => {
  const quiet = (): AsyncIterable<InstanceView> => ({
    [Symbol.asyncIterator]: () => ({
      next: () => new Promise(() => {}),
      return: async () => ({ done: true, value: undefined }),
    }),
  });

  test('are 10; one more is refused until one is closed', async () => {
    const sessions = new FakeFleet('demo');
    sessions.watched = quiet();
    await using server = await serveFake(sessions);
    const open = (signal: AbortSignal, token = 'account'): Promise<Response> =>
      fetch(`${server.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'text/event-stream', authorization: `Bearer ${token}` },
        body: JSON.stringify({ query: WATCH }),
        signal,
      });
    const rest = new AbortController();
    const first = new AbortController();
    // All at once: so that none can slip through while another is being opened.
    const opened = await Promise.all(
      Array.from({ length: STREAMS_AT_ONCE + 5 }, (_, i) => open(i === 0 ? first.signal : rest.signal)),
    );
    const refused = opened.filter(({ status }) => status === 429);
    expect(refused).toHaveLength(5);
    expect(refused[0]?.headers.get('retry-after')).toBe('10');
    expect(await refused[0]?.text()).toMatch(/This token has 100 streams open: close one first.*"RATE_LIMITED"/);
    const other = await open(rest.signal, 'reader');
    expect(other.status).toBe(200);

    first.abort();
    await expect.poll(async () => (await open(rest.signal)).status).toBe(200);
    expect((await open(rest.signal)).status).toBe(429);
    rest.abort();
    await expect.poll(() => sessions.signals.every(({ aborted }) => aborted)).toBe(true);
  });

  test('have a heartbeat', async () => {
    const sessions = new FakeFleet('demo');
    sessions.watched = quiet();
    await using server = await serveFake(sessions);
    const response = await server.post({ query: WATCH }, { accept: 'text/event-stream' });
    const reader = response.body?.getReader();
    const texts = [];
    // Each 12 s; under NODE_ENV=test Yoga hurries.
    for (let beats = 0; beats < 3; beats++) texts.push(new TextDecoder().decode((await reader?.read())?.value));
    expect(texts).toEqual([':\n\n', ':\n\n', ':\n\n']);
    await reader?.cancel();
  });

  test('of a client that does not read take little memory, and end', async () => {
    const sessions = new FakeFleet('demo');
    const large = 'x'.repeat(100_000);
    let given = 0;
    let returned = false;
    sessions.watched = {
      [Symbol.asyncIterator]: () => ({
        next: async () => {
          given += 1;
          // In real life an event comes from outside; this leaves the server time for everything else.
          await new Promise((resolve) => setImmediate(resolve));
          return { done: false, value: view(`${given}-${large}`) };
        },
        return: async () => {
          returned = true;
          return { done: true, value: undefined };
        },
      }),
    };
    // The clock hurries: 45 s are one.
    const after: Clock['after'] = (ms, callback) => systemClock.after(ms === STALL_MS ? 1_000 : ms, callback);
    await using server = await serveFake(sessions, { clock: { ...systemClock, after } });
    const { hostname, port } = new URL(server.url);
    const body = JSON.stringify({ query: WATCH });
    const socket = connect(Number(port), hostname);
    socket.pause();
    socket.on('error', () => {});
    socket.write(
      `POST /graphql HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer account\r\nAccept: text/event-stream\r\n` +
        `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    await expect.poll(() => given).toBeGreaterThan(0);
    await expect.poll(() => returned, { timeout: 10_000 }).toBe(true);
    // What the system's own buffers hold: a few megabytes.
    expect(given * large.length).toBeLessThan(50_000_000);
    const atEnd = given;
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(given).toBe(atEnd);
    expect(sessions.signals.map(({ aborted }) => aborted)).toEqual([true]);
    expect(server.logged).toEqual([]);
    socket.destroy();
  });
});

describe('CORS', () => {
  const preflight = (url: string, origin: string): Promise<Response> =>
    fetch(url, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' },
    });
  const headersOf = ({ headers }: Response): Record<string, string> =>
    Object.fromEntries([...headers].filter(([name]) => name.startsWith('access-control-')));

  test('lets pages of listed origins read answers, without credentials', async () => {
    const origin = 'https://console.example';
    await using server = await serveFake(new FakeFleet(), { corsOrigins: [origin, 'https://other.example'] });
    for (const path of ['/graphql', '/health/live']) {
      const allowed = await preflight(server.url + path, origin);
      expect([allowed.status, allowed.headers.get('vary'), headersOf(allowed)]).toEqual([
        204,
        'Origin',
        {
          'access-control-allow-origin': origin,
          'access-control-allow-methods': 'GET, POST, PATCH',
          'access-control-allow-headers': expect.stringContaining('Authorization, Content-Type') as unknown,
          'access-control-expose-headers': expect.stringContaining('Retry-After') as unknown,
          'access-control-max-age': '600',
        },
      ]);
    }
    const answer = await server.post({ query: '{ __typename }' }, { origin });
    expect([answer.status, answer.headers.get('vary'), answer.headers.get('access-control-allow-origin')]).toEqual([
      200,
      'Origin',
      origin,
    ]);
    expect(answer.headers.has('access-control-allow-credentials')).toBe(false);

    for (const stranger of ['https://evil.example', 'https://console.example.evil', 'null', 'http://console.example']) {
      const refused = await preflight(`${server.url}/graphql`, stranger);
      expect([refused.status, headersOf(refused)], stranger).toEqual([403, {}]);
      expect(headersOf(await server.post({ query: '{ __typename }' }, { origin: stranger })), stranger).toEqual({});
    }
  });
});
