import { once } from 'node:events';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { SOCKETS_AT_ONCE } from '../src/access/limits/gate.ts';
import { systemClock, type Clock } from '../src/clock.ts';
import { MAX_BODY } from '../src/http/request-head.ts';
import { MAX_UNIDENTIFIED } from '../src/http/sockets/graphql-sockets.ts';
import { fakeGate } from './graphql-fakes.ts';
import { ask, connect, open, openAs, quiet, refused, serve, VIEW, WATCH } from './support/graphql-sockets.ts';

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
    await gate.tokensEnded({ accountId: 'account-1', tokenIds: ['token-1'] });
    expect(await failed.promise).toMatchObject({ code: 4401 });
    expect(client.closes).toEqual([4401]);
  });

  test('a token that has ended begins nothing more, also before its connection hears of it', async () => {
    const known = fakeGate();
    let ended = false;
    const gate = fakeGate({ authenticate: async (token) => (ended ? undefined : known.identify(token, 'here')) });
    const { url, sessions } = await serve({ gate });
    const client = connect(url);
    // Keeps the connection.
    sessions.watched = quiet(VIEW);
    client.subscribe({ query: WATCH }, { next() {}, error() {}, complete() {} });
    const update =
      'mutation { updatePrivacy(instance: "demo", input: { privacy: { readReceipts: NONE } }) { stanzas } }';
    expect(await ask(client, update)).toMatchObject([{ data: { updatePrivacy: { stanzas: 2 } } }]);
    ended = true;
    await expect(ask(client, update)).rejects.toMatchObject({ code: 4401 });
    expect(sessions.updates).toHaveLength(1);
  });

  test('who says nothing, or asks before saying who it is, is disconnected', async () => {
    const { url } = await serve();
    const silent = await open(url);
    const hasty = await open(url);
    hasty.say({ id: '1', type: 'subscribe', payload: { query: '{ __typename }' } });
    expect(await hasty.closed).toBe(4401);
    expect(await silent.closed).toBe(4408);
  });

  test('a client of another address, whoever holds all places of strangers', async () => {
    const { url } = await serve({ trustedProxyHops: 1 });
    const from = (address: string) => open(url, { headers: { 'x-forwarded-for': address } });
    const first = await from('198.51.100.1');
    // One customer's network has all of these.
    const others = await Promise.all(
      Array.from({ length: MAX_UNIDENTIFIED - 1 }, (_, n) => from(`2001:db8::${n.toString(16)}`)),
    );
    const codes: number[] = [];
    for (const { closed } of others) void closed.then((code) => codes.push(code));
    const newcomer = await from('198.51.100.2');
    await expect.poll(() => codes).toEqual([1013]);
    await from('2001:db8::ffff');
    await expect.poll(() => codes).toEqual([1013, 1013]);
    for (const { say, socket } of [first, newcomer]) {
      say({ type: 'connection_init', payload: { token: 'account' } });
      const [message] = (await once(socket, 'message')) as [Buffer];
      expect(JSON.parse(message.toString())).toEqual({ type: 'connection_ack' });
    }
  });

  test('a client, whoever holds all places of strangers from four addresses', async () => {
    const { url } = await serve({ trustedProxyHops: 1 });
    const from = (address: string) => open(url, { headers: { 'x-forwarded-for': address } });
    await Promise.all(Array.from({ length: MAX_UNIDENTIFIED }, (_, n) => from(`192.0.2.${n % 4}`)));
    const { say, socket } = await from('198.51.100.1');
    await Promise.all(Array.from({ length: 4 }, (_, n) => from(`192.0.2.${n}`)));
    say({ type: 'connection_init', payload: { token: 'account' } });
    const [message] = (await once(socket, 'message')) as [Buffer];
    expect(JSON.parse(message.toString())).toEqual({ type: 'connection_ack' });
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

  test('an id that is in use is told in as many bytes as there is room for', async () => {
    const { url, server, sessions } = await serve();
    sessions.watched = quiet(VIEW);
    const { say, closed } = await openAs(url, 'account');
    for (let twice = 0; twice < 2; twice += 1) {
      say({ id: '€'.repeat(200), type: 'subscribe', payload: { query: WATCH } });
    }
    expect([await closed, server.logged]).toEqual([4409, []]);
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
