import { describe, expect, test } from 'vitest';
import { STREAMS_AT_ONCE } from '../src/access/limits/gate.ts';
import type { PrivacyCalls } from '../src/fleet/calls/privacy-calls.ts';
import type { InstanceView } from '../src/instance/state.ts';
import { fakeGate } from './graphql-fakes.ts';
import { ask, connect, openAs, quiet, serve, VIEW, WATCH } from './support/graphql-sockets.ts';

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
    const update = sessions.update.bind(sessions);
    const noting: PrivacyCalls['update'] = (reach, name, changes, _call, key) => {
      keys.push(key?.key);
      return update(reach, name, changes);
    };
    Object.assign(sessions, { update: noting });
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
    sessions.pair = (_reach, _name, _number, { signal }) => {
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
