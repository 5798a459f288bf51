import { createClient } from 'graphql-sse';
import { createClient as createSocketClient } from 'graphql-ws';
import { describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { systemClock, type Clock } from '../src/clock.ts';
import type { Watching } from '../src/fleet/calls/watching.ts';
import type { InstanceView } from '../src/instance/state.ts';
import { FakeFleet, fakeView, serveFake } from './graphql-fakes.ts';

const WATCH = 'subscription { instance(name: "demo") { name state } }';
const SSE = { accept: 'text/event-stream' };

/** Gives one instance, then nothing until it is told to return, and notes that it was. */
function quiet(view: InstanceView): { source: AsyncIterable<InstanceView>; returned: () => boolean } {
  let first = true;
  let returned = false;
  const source: AsyncIterableIterator<InstanceView> = {
    next: async () => {
      if (!first) return new Promise(() => {});
      first = false;
      return { done: false, value: view };
    },
    return: async () => {
      returned = true;
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]: () => source,
  };
  return { source, returned: () => returned };
}

function watching(): { sessions: FakeFleet; returned: () => boolean } {
  const sessions = new FakeFleet('demo');
  const { source, returned } = quiet(fakeView());
  sessions.watched = source;
  return { sessions, returned };
}

describe('time', () => {
  /** A clock that goes on when told to, where calls look once a second whether their time is up. */
  function manualClock(): { clock: Clock; looks: Set<() => void>; goOn(ms: number): void } {
    const looks = new Set<() => void>();
    let passed = 0;
    const after: Clock['after'] = (ms, callback) => {
      if (ms !== 1_000) return systemClock.after(ms, callback);
      looks.add(callback);
      return { [Symbol.dispose]: () => void looks.delete(callback) };
    };
    const goOn = (ms: number): void => {
      passed += ms;
      const those = [...looks];
      looks.clear();
      for (const look of those) look();
    };
    return { clock: { ...systemClock, monotonic: () => systemClock.monotonic() + passed, after }, looks, goOn };
  }

  test('an operation ends after 30 s with TIMEOUT, and keeps the siblings that are done', async () => {
    const sessions = new FakeFleet('demo');
    const begun = Promise.withResolvers<void>();
    sessions.onStart = () => {
      begun.resolve();
      return new Promise(() => {});
    };
    const { clock, looks, goOn } = manualClock();
    await using server = await serveFake(sessions, { clock });
    const answer = server.query(
      'mutation { stopInstance(instance: "demo") { id } startInstance(instance: "demo") { id } }',
    );
    await begun.promise;
    goOn(20_000);
    expect(await Promise.race([answer, systemClock.sleep(20)])).toBeUndefined();
    goOn(10_000);
    expect(await answer).toMatchObject({
      status: 200,
      data: { stopInstance: { id: 'Instance:id-demo' }, startInstance: null },
      errors: [{ path: ['startInstance'], extensions: { code: 'TIMEOUT' } }],
    });
    expect(looks.size).toBe(0);
    expect(server.logged).toEqual([]);
  });
});

describe('streams', () => {
  test('send what holds first, and end with the client', async () => {
    const { sessions, returned } = watching();
    await using server = await serveFake(sessions);
    const client = createClient({ url: `${server.url}/graphql`, headers: { authorization: 'Bearer account' } });
    for await (const { data } of client.iterate({ query: WATCH })) {
      expect(data).toEqual({ instance: { name: 'demo', state: 'OPEN' } });
      break;
    }
    await expect.poll(returned).toBe(true);
    expect(sessions.signals.map(({ aborted }) => aborted)).toEqual([true]);
    expect(server.logged).toEqual([]);
  });

  test('are cut short when the server closes, without the word that they are over, and it does not wait for them', async () => {
    const { sessions, returned } = watching();
    const server = await serveFake(sessions);
    const response = await server.post({ query: WATCH }, SSE);
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    const began = performance.now();
    let text = '';
    const read = async (): Promise<void> => {
      const decoder = new TextDecoder();
      for await (const chunk of response.body ?? []) text += decoder.decode(chunk);
    };
    await Promise.all([expect(read()).rejects.toThrow('terminated'), server[Symbol.asyncDispose]()]);
    expect(performance.now() - began).toBeLessThan(2000);
    expect(text).toContain('event: next\ndata: {"data":{"instance":{"name":"demo","state":"OPEN"}}}');
    expect(text).not.toContain('complete');
    expect(returned()).toBe(true);
  });

  test('end with an error where there is nothing to watch', async () => {
    await using server = await serveFake(new FakeFleet());
    const response = await server.post({ query: WATCH }, SSE);
    expect(await response.text()).toMatch(/event: next\ndata: .*NOT_FOUND[^]*event: complete/);
  });

  test('a running call is finished before the server is closed', async () => {
    const sessions = new FakeFleet('demo');
    const begun = Promise.withResolvers<void>();
    const finish = Promise.withResolvers<InstanceView>();
    sessions.onStart = () => {
      begun.resolve();
      return finish.promise;
    };
    const server = await serveFake(sessions);
    const answer = server.query('mutation { startInstance(instance: "demo") { name } }');
    await begun.promise;
    const closed = server[Symbol.asyncDispose]();
    await expect(fetch(`${server.url}/health/live`)).rejects.toThrow();
    finish.resolve(fakeView());
    expect(await answer).toMatchObject({ status: 200, data: { startInstance: { name: 'demo' } } });
    await closed;
  });

  test('a call whose client has gone is aborted, and nothing is logged', async () => {
    const sessions = new FakeFleet('demo');
    let aborted = (): boolean => false;
    const begun = Promise.withResolvers<void>();
    sessions.pair = (_reach, _name, _number, { signal }) => {
      aborted = () => signal.aborted;
      begun.resolve();
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    };
    await using server = await serveFake(sessions);
    const leaving = new AbortController();
    const answer = fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer account' },
      body: JSON.stringify({ query: 'mutation { pairInstance(instance: "demo") { id } }' }),
      signal: leaving.signal,
    });
    await begun.promise;
    leaving.abort();
    await expect(answer).rejects.toThrow();
    await expect.poll(() => aborted()).toBe(true);
    expect(server.logged).toEqual([]);
  });
});

test.each(['text/event-stream', 'a WebSocket'])(
  'by %s one that has much to tell leaves time to others',
  async (how) => {
    const sessions = new FakeFleet(...Array.from({ length: 1_000 }, (_, i) => `i${i}`));
    const told = { inRound: 0, inAll: 0, most: 0 };
    const all = sessions.watchInstances.bind(sessions);
    const counted: Watching['watchInstances'] = async function* () {
      for await (const change of all()) {
        told.inAll += 1;
        told.inRound += 1;
        told.most = Math.max(told.most, told.inRound);
        if (told.inRound === 1) setImmediate(() => (told.inRound = 0));
        yield change;
      }
    };
    Object.assign(sessions, { watchInstances: counted });
    await using server = await serveFake(sessions);
    const query = 'subscription { instanceChanges { instance { name } caughtUp } }';
    if (how === 'text/event-stream') {
      const { body } = await server.post({ query }, SSE);
      for await (const chunk of body ?? []) if (Buffer.from(chunk as Uint8Array).includes('"caughtUp":true')) break;
    } else {
      const url = `${server.url.replace('http', 'ws')}/graphql`;
      const client = createSocketClient({ url, connectionParams: { token: 'account' }, webSocketImpl: WebSocket });
      for await (const { data } of client.iterate({ query })) if (JSON.stringify(data).includes('true')) break;
      await client.dispose();
    }
    expect(told.inAll).toBe(1_001);
    expect(told.most).toBeLessThan(40);
  },
);
