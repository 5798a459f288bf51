import { once } from 'node:events';
import { createClient, type Client, type SubscribePayload } from 'graphql-ws';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { SOCKETS_AT_ONCE, STREAMS_AT_ONCE } from '../src/access/gate.ts';
import { MAX_BODY } from '../src/http/front.ts';
import { STRANGERS_AN_ADDRESS } from '../src/http/graphql-sockets.ts';
import { systemClock, type Clock } from '../src/clock.ts';
import type { Sessions } from '../src/session/sessions.ts';
import type { InstanceView } from '../src/session/state.ts';
import type { ServedRequest } from '../src/telemetry/events.ts';
import { fakeGate, FakeSessions, fakeView, serveFake } from './graphql-fakes.ts';

const WATCH = 'subscription { instance(name: "demo") { name state } }';
const VIEW = fakeView();
const PROTOCOL = 'graphql-transport-ws';

async function serve(options: Parameters<typeof serveFake>[1] = {}) {
  const sessions = new FakeSessions('demo');
  const served: ServedRequest[] = [];
  const telemetry = { requestServed: (request: ServedRequest) => void served.push(request) };
  const server = await serveFake(sessions, { telemetry, ...options });
  onTestFinished(() => server[Symbol.asyncDispose]());
  return { sessions, served, server, url: `${server.url.replace('http', 'ws')}/graphql` };
}

/** Gives the view, then nothing until it is told to return. */
function quiet(view: InstanceView): AsyncIterable<InstanceView> {
  let first = true;
  let end: (last: IteratorResult<InstanceView>) => void = () => {};
  const source: AsyncIterableIterator<InstanceView> = {
    next: async () => {
      if (!first) return new Promise((resolve) => (end = resolve));
      first = false;
      return { done: false, value: view };
    },
    return: async () => {
      end({ done: true, value: undefined });
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]: () => source,
  };
  return source;
}

/** graphql-ws' own client. */
function connect(
  url: string,
  connectionParams: Record<string, unknown> = { token: 'account' },
): Client & { closes: number[] } {
  const closes: number[] = [];
  const client = createClient({
    url,
    connectionParams,
    webSocketImpl: WebSocket,
    retryWait: () => Promise.resolve(),
    on: { closed: (event) => void closes.push((event as CloseEvent).code) },
  });
  onTestFinished(() => void client.dispose());
  return Object.assign(client, { closes });
}

async function ask(client: Client, query: string, more: Partial<SubscribePayload> = {}) {
  const results = [];
  for await (const result of client.iterate({ query, ...more })) results.push(result);
  return results;
}

/** A socket that speaks by hand. Closed with the test. */
async function open(url: string, options: ConstructorParameters<typeof WebSocket>[2] = {}) {
  const socket = new WebSocket(url, PROTOCOL, options);
  onTestFinished(() => socket.terminate());
  const closed = once(socket, 'close').then(([code]) => code as number);
  await once(socket, 'open');
  return { socket, closed, say: (message: object) => socket.send(JSON.stringify(message)) };
}

/** One that has said who it is, and was heard. */
async function openAs(url: string, token: string) {
  const opened = await open(url);
  opened.say({ type: 'connection_init', payload: { token } });
  await once(opened.socket, 'message');
  return opened;
}

/** The status of an upgrade that was refused, and its body. */
async function refused(url: string, options: ConstructorParameters<typeof WebSocket>[2] = {}) {
  const socket = new WebSocket(url, PROTOCOL, options);
  const [, response] = (await once(socket, 'unexpected-response')) as [
    unknown,
    AsyncIterable<Buffer> & { statusCode: number },
  ];
  let text = '';
  for await (const chunk of response) text += chunk.toString();
  return { status: response.statusCode, text };
}

describe('one connection', () => {
  test('carries queries, mutations and streams, of which each passes what it does over HTTP', async () => {
    const { url, sessions, served } = await serve();
    sessions.watched = (async function* () {
      yield VIEW;
    })();
    const client = connect(url);
    const mutation =
      'mutation($input: UpdatePrivacyInput!) { updatePrivacy(instance: "demo", input: $input) { stanzas } }';
    const variables = { input: { privacy: { readReceipts: 'NONE' } } };
    expect(await ask(client, '{ instance(name: "demo") { name } }')).toMatchObject([
      { data: { instance: { name: 'demo' } } },
    ]);
    expect(await ask(client, mutation, { variables })).toMatchObject([{ data: { updatePrivacy: { stanzas: 2 } } }]);
    expect(await ask(client, WATCH)).toMatchObject([{ data: { instance: { name: 'demo', state: 'OPEN' } } }]);
    expect(served.map(({ record, method }) => [method, record.operation, record.outcome])).toEqual([
      ['WS', 'query', 'ok'],
      ['WS', 'mutation', 'ok'],
      ['WS', 'subscription', 'ok'],
    ]);
  });

  test('errors have their code, and nothing that is the HTTP edge’s', async () => {
    const { url, server, sessions } = await serve();
    sessions.onStart = () => Promise.reject(new Error('canary'));
    const client = connect(url);
    expect(await ask(client, 'mutation { stopInstance(instance: "none") { id } }')).toMatchObject([
      { data: { stopInstance: null }, errors: [{ path: ['stopInstance'], extensions: { code: 'NOT_FOUND' } }] },
    ]);
    expect(await ask(client, 'mutation { startInstance(instance: "demo") { id } }')).toMatchObject([
      { errors: [{ message: 'Internal server error', extensions: { code: 'INTERNAL_SERVER_ERROR' } }] },
    ]);
    expect(server.logged).toMatchObject([{ level: 'error' }]);
    for (const [query, code] of [
      ['{', 'GRAPHQL_PARSE_FAILED'],
      ['{ nothing }', 'GRAPHQL_VALIDATION_FAILED'],
      [`{ instance(name: "demo") { ${'id '.repeat(500)} } }`, 'GRAPHQL_VALIDATION_FAILED'],
      ['query($n: String!) { instance(name: $n) { id } }', 'BAD_USER_INPUT'],
    ] as const) {
      const errors = await ask(client, query).then(
        () => [],
        (error: unknown) => error as { extensions: Record<string, unknown> }[],
      );
      expect(errors[0]?.extensions, query).toEqual({ code });
    }
    expect(await ask(client, '{ __typename }')).toMatchObject([{ data: { __typename: 'Query' } }]);
  });

  test('each root field counts, and introspection too', async () => {
    const { url } = await serve({ gate: fakeGate({ rateLimit: 3 }) });
    const client = connect(url);
    const [result] = await ask(client, '{ a: instance(name: "demo") { id } b: instance(name: "demo") { id } }');
    expect(result?.errors).toBeUndefined();
    expect(await ask(client, '{ __typename }')).toMatchObject([{ data: { __typename: 'Query' } }]);
    const [last] = await ask(client, '{ instance(name: "demo") { id } }');
    expect(last?.errors?.[0]?.extensions).toMatchObject({
      code: 'RATE_LIMITED',
      retryAfterMs: expect.any(Number) as number,
    });
  });

  test.each([
    ['refused', () => '{ nothing }'],
    ['new', (i: number) => `{ a${i}: instance(name: "demo") { id } }`],
  ])('of a token 300 documents a minute may be %s, then nothing is looked at', async (_what, document) => {
    const { url, server } = await serve({ gate: fakeGate({ rateLimit: 10 }) });
    const client = connect(url);
    for (let i = 0; i < 300; i += 1) await ask(client, document(i)).catch(() => {});
    await expect(ask(client, '{ __typename }')).rejects.toMatchObject([{ extensions: { code: 'RATE_LIMITED' } }]);
    expect((await server.post({ query: '{ __typename }' })).status).toBe(429);
  });

  test('an idempotency key goes in extensions', async () => {
    const { url, sessions } = await serve();
    const keys: (string | undefined)[] = [];
    const update = sessions.updatePrivacy.bind(sessions);
    const noting: Sessions['updatePrivacy'] = (reach, name, changes, _call, once) => {
      keys.push(once?.key);
      return update(reach, name, changes);
    };
    Object.assign(sessions, { updatePrivacy: noting });
    const client = connect(url);
    const query =
      'mutation { updatePrivacy(instance: "demo", input: { privacy: { readReceipts: NONE } }) { stanzas } }';
    await ask(client, query, { extensions: { idempotencyKey: 'once' } });
    await ask(client, query);
    expect(keys).toEqual(['once', undefined]);
    await expect(ask(client, query, { extensions: { idempotencyKey: 7 } })).rejects.toMatchObject([
      { extensions: { code: 'BAD_USER_INPUT' } },
    ]);
  });

  test('a token has so many streams, and one connection may have all of them', async () => {
    const { url, sessions, server } = await serve();
    const client = connect(url);
    const codes: unknown[] = [];
    let streams = 0;
    sessions.watchInstance = async () => quiet(VIEW);
    const ends = Array.from({ length: STREAMS_AT_ONCE + 1 }, () => {
      return client.subscribe(
        { query: WATCH },
        {
          next: ({ errors }) => (errors ? codes.push(errors[0]?.extensions?.['code']) : (streams += 1)),
          error: (errors) => codes.push((errors as { extensions: { code: string } }[])[0]?.extensions.code),
          complete: () => {},
        },
      );
    });
    await expect.poll(() => streams + codes.length).toBe(STREAMS_AT_ONCE + 1);
    expect(codes).toEqual(['RATE_LIMITED']);
    const overHttp = await server.post({ query: WATCH }, { accept: 'text/event-stream' });
    expect(await overHttp.text()).toContain('RATE_LIMITED');
    // Those that the client ends make room.
    for (const end of ends) end();
    sessions.watchInstance = async () =>
      (async function* () {
        yield VIEW;
      })();
    await expect.poll(async () => (await ask(connect(url), WATCH))[0]?.errors).toBeUndefined();
  });

  test('a call that the client takes back, or leaves, is aborted', async () => {
    const { url, sessions, server } = await serve();
    const signals: AbortSignal[] = [];
    sessions.pair = (_reach, _name, _number, signal) => {
      signals.push(signal);
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    };
    const { say, socket } = await openAs(url, 'account');
    const payload = { query: 'mutation { pairInstance(instance: "demo") { id } }' };
    say({ id: '1', type: 'subscribe', payload });
    say({ id: '2', type: 'subscribe', payload });
    await expect.poll(() => signals.length).toBe(2);
    say({ id: '1', type: 'complete' });
    await expect.poll(() => signals[0]?.aborted).toBe(true);
    expect(signals[1]?.aborted).toBe(false);
    socket.close();
    await expect.poll(() => signals[1]?.aborted).toBe(true);
    expect(server.logged).toEqual([]);
  });
});

describe('who may connect', () => {
  test.each([
    ['Authorization', { Authorization: 'Bearer account' }],
    ['authorization', { authorization: 'bearer account' }],
    ['token', { token: 'account' }],
  ])('a token in connection_init, as %s', async (_, params) => {
    const { url } = await serve();
    expect(await ask(connect(url, params), '{ __typename }')).toMatchObject([{ data: { __typename: 'Query' } }]);
  });

  test('a token in the header of the upgrade', async () => {
    const { url } = await serve();
    const { say, socket } = await open(url, { headers: { authorization: 'Bearer account' } });
    say({ type: 'connection_init' });
    const [message] = (await once(socket, 'message')) as [Buffer];
    expect(JSON.parse(message.toString())).toEqual({ type: 'connection_ack' });
  });

  test('a token that does not work ends the connection for good: the client does not try again', async () => {
    const { url, served } = await serve();
    for (const params of [{ token: 'wrong' }, {}]) {
      const client = connect(url, params);
      await expect(ask(client, '{ __typename }')).rejects.toMatchObject({ code: 4401 });
      expect(client.closes).toEqual([4401]);
    }
    expect(served.map(({ record }) => record.outcome)).toEqual(['UNAUTHENTICATED', 'UNAUTHENTICATED']);
  });

  test('tries with wrong tokens count for their address', async () => {
    const { url, server } = await serve();
    const codes: number[] = [];
    for (let tries = 0; tries < 11; tries += 1) {
      const { say, closed } = await open(url);
      say({ type: 'connection_init', payload: { token: `wrong-${tries}` } });
      codes.push(await closed);
    }
    expect(codes).toEqual([...Array<number>(10).fill(4401), 1013]);
    expect((await server.post({ query: '{ __typename }' }, { authorization: 'Bearer wrong' })).status).toBe(429);
  });

  test('a token that ends takes its connections along, with a code that the client does not try again after', async () => {
    let revoked = false;
    const gate = fakeGate({ endedAmong: async (ids) => (revoked ? [...ids] : []) });
    const { url, sessions } = await serve({ gate });
    sessions.watched = quiet(VIEW);
    const client = connect(url);
    const failed = Promise.withResolvers<unknown>();
    const seen: unknown[] = [];
    client.subscribe(
      { query: WATCH },
      { next: ({ data }) => seen.push(data), error: failed.resolve, complete: () => failed.resolve('completed') },
    );
    await expect.poll(() => seen.length).toBe(1);
    revoked = true;
    await gate.tokensEnded();
    expect(await failed.promise).toMatchObject({ code: 4401 });
    expect(client.closes).toEqual([4401]);
  });

  test('who says nothing, or asks before saying who it is, is disconnected', async () => {
    const { url } = await serve();
    const silent = await open(url);
    const hasty = await open(url);
    hasty.say({ id: '1', type: 'subscribe', payload: { query: '{ __typename }' } });
    expect(await hasty.closed).toBe(4401);
    expect(await silent.closed).toBe(4408);
  });

  test('so many strangers of one address', async () => {
    const { url } = await serve();
    const strangers = await Promise.all(Array.from({ length: STRANGERS_AN_ADDRESS }, () => open(url)));
    expect(await refused(url)).toMatchObject({ status: 503, text: expect.stringContaining('OVERLOADED') as string });
    for (const { say } of strangers.slice(0, 1)) say({ type: 'connection_init', payload: { token: 'account' } });
    await expect
      .poll(() =>
        open(url).then(
          () => true,
          () => false,
        ),
      )
      .toBe(true);
  });

  test('so many connections of one token', async () => {
    const { url } = await serve();
    const closes: number[] = [];
    for (let count = 0; count <= SOCKETS_AT_ONCE; count += 1) {
      const { say, socket, closed } = await open(url);
      void closed.then((code) => closes.push(code));
      say({ type: 'connection_init', payload: { token: 'account' } });
      await Promise.race([once(socket, 'message'), closed]);
    }
    expect(closes).toEqual([1013]);
  });

  test('pages of this server and of listed origins, and what is no browser', async () => {
    const { url, server, served } = await serve({ corsOrigins: ['https://console.example'] });
    for (const origin of ['https://console.example', server.url, undefined]) await open(url, origin ? { origin } : {});
    const strangers = ['https://evil.example', 'null', `${server.url}.evil.example`];
    for (const origin of strangers) {
      expect(await refused(url, { origin }), origin).toMatchObject({
        status: 403,
        text: expect.stringContaining('ORIGIN_NOT_ALLOWED') as string,
      });
    }
    await expect.poll(() => served.map(({ record }) => record.outcome)).toEqual(Array(3).fill('ORIGIN_NOT_ALLOWED'));
    expect(served.map(({ record }) => record.refusedOrigin)).toEqual(strangers);
  });

  test('at the path of GraphQL alone, and by this protocol', async () => {
    const { url } = await serve();
    expect((await refused(url.replace('/graphql', '/other'))).status).toBe(404);
    const socket = new WebSocket(url, 'graphql-ws');
    const failed = Promise.withResolvers<unknown>();
    socket.on('error', failed.resolve);
    // No client goes on with a server that has not chosen one of its protocols.
    expect(await failed.promise).toMatchObject({ message: expect.stringContaining('no subprotocol') as string });
  });

  test('a request that offers another protocol is answered in this one', async () => {
    const { server } = await serve();
    const { request } = await import('node:http');
    const headers = {
      connection: 'Upgrade, HTTP2-Settings',
      upgrade: 'h2c',
      'http2-settings': 'AAMAAABkAAQCAAAAAAIAAAAA',
    };
    const sent = request(`${server.url}/health/live`, { headers, agent: false });
    sent.end();
    const [response] = (await once(sent, 'response')) as [{ statusCode: number; resume(): void }];
    response.resume();
    expect(response.statusCode).toBe(200);
  });
});

describe('bounds', () => {
  test('a message may have as many bytes as a body', async () => {
    const { url, server } = await serve();
    const { say, closed } = await open(url);
    say({ type: 'connection_init', payload: { token: 'account', more: 'x'.repeat(MAX_BODY) } });
    expect(await closed).toBe(1009);
    expect((await server.post({ query: '{ __typename }' })).status).toBe(200);
  });

  test('a message has few parts', async () => {
    const { url } = await serve();
    const { socket, closed } = await open(url);
    for (let parts = 0; parts < 20; parts += 1) socket.send('', { fin: false });
    expect(await closed).toBe(1008);
  });

  test('of messages that arrive together one is heard in each round of the event loop', async () => {
    const { url } = await serve();
    const { say } = await openAs(url, 'account');
    const heard = { inRound: 0, inAll: 0, most: 0 };
    for (let pings = 0; pings < 500; pings += 1) say({ type: 'ping' });
    // By this the server answers each; its client here, of the same class, has sent all by now.
    const send = vi.spyOn(WebSocket.prototype, 'send').mockImplementation((_text, sent: unknown) => {
      heard.inAll += 1;
      heard.inRound += 1;
      heard.most = Math.max(heard.most, heard.inRound);
      if (heard.inRound === 1) setImmediate(() => (heard.inRound = 0));
      if (typeof sent === 'function') sent();
    });
    onTestFinished(() => send.mockRestore());
    await expect.poll(() => heard.inAll).toBe(500);
    // One, or those of two rounds that this counts as one.
    expect(heard.most).toBeLessThanOrEqual(2);
  });

  test('what is no message ends the connection, and nothing else', async () => {
    const { url, server } = await serve();
    for (const text of [
      'x',
      '{}',
      '[]',
      'null',
      '{"type":"next","id":"1","payload":{}}',
      '{"type":"connection_ack"}',
      '\u0000',
    ]) {
      const { socket, closed } = await open(url);
      socket.send(text);
      expect(await closed, text).toBe(4400);
    }
    expect((await server.post({ query: '{ __typename }' })).status).toBe(200);
  });

  test('a client that does not read is cut off, whatever it asks for', async () => {
    const { url } = await serve();
    const { socket, closed } = await openAs(url, 'account');
    socket.pause();
    // Each is answered with as much as it brings.
    const payload = { text: 'x'.repeat(32_000) };
    const flood = async (): Promise<void> => {
      while (socket.readyState === WebSocket.OPEN) {
        await new Promise((resolve) => socket.send(JSON.stringify({ type: 'ping', payload }), resolve));
      }
    };
    await flood();
    socket.resume();
    expect(await closed).toBe(1006);
  });

  test('who does not answer pings is gone', async () => {
    const timers = new Map<() => void, number>();
    const after: Clock['after'] = (ms, callback) => {
      timers.set(callback, ms);
      return { [Symbol.dispose]: () => void timers.delete(callback) };
    };
    const { url } = await serve({ clock: { ...systemClock, after } });
    const { closed } = await open(url, { autoPong: false });
    const beat = (): void => {
      const due = timers.entries().filter(([, ms]) => ms === 25_000);
      for (const [callback] of due.toArray()) {
        timers.delete(callback);
        callback();
      }
    };
    beat();
    beat();
    expect(await closed).toBe(1006);
  });
});

describe('a server that closes', () => {
  test('answers what runs, then closes with a code that the client comes back after', async () => {
    const { url, server, sessions } = await serve();
    const begun = Promise.withResolvers<void>();
    const finish = Promise.withResolvers<InstanceView>();
    sessions.onStart = () => {
      begun.resolve();
      return finish.promise;
    };
    sessions.watched = quiet(VIEW);
    const { socket, say, closed } = await openAs(url, 'account');
    const messages: { type: string; id?: string }[] = [];
    socket.on('message', (data) => messages.push(JSON.parse((data as Buffer).toString()) as { type: string }));
    say({ id: 'stream', type: 'subscribe', payload: { query: WATCH } });
    say({
      id: 'call',
      type: 'subscribe',
      payload: { query: 'mutation { startInstance(instance: "demo") { name } }' },
    });
    await begun.promise;
    const disposed = server[Symbol.asyncDispose]();
    finish.resolve(VIEW);
    expect(await closed).toBe(1012);
    expect(messages.filter(({ id }) => id === 'call').map(({ type }) => type)).toEqual(['next', 'complete']);
    expect(messages.filter(({ id }) => id === 'stream').map(({ type }) => type)).not.toContain('complete');
    await disposed;
  });
});
