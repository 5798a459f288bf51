import { createSecretKey, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type ClientHttp2Session, connect, createServer, type OutgoingHttpHeaders } from 'node:http2';
import { connect as connectSocket, createServer as createTcpServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { serialize } from 'node:v8';
import { describe, expect, test } from 'vitest';
import { HEADERS } from './headers.ts';
import { ConnectionMarks, hashOf, type MarkedRequest, type PeerKey, randomText } from './marks.ts';
import { aNode, anAsker, KEY, within } from './peers.fixture.ts';

const BODY = serialize({ id: 'x' });

/** A node whose handler counts what gets to it. */
async function aCountingNode(options: Parameters<typeof aNode>[1] = {}) {
  const asked: unknown[] = [];
  const node = await aNode(
    {
      ask: async (method, body) => {
        asked.push([method, body]);
        return 'answered';
      },
    },
    options,
  );
  return { ...node, asked };
}

/** A client that says what it likes. */
async function aStranger(url: string) {
  const session = connect(url);
  session.on('error', () => {});
  await once(session, 'connect');
  return {
    session,
    request: (headers: OutgoingHttpHeaders, body?: Buffer) => answerOf(session, headers, body),
    [Symbol.dispose]: () => session.destroy(),
  };
}

async function answerOf(session: ClientHttp2Session, headers: OutgoingHttpHeaders, body?: Buffer) {
  const stream = session.request({ ':method': 'POST', ...headers });
  stream.on('error', () => {});
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  const { promise, resolve } = Promise.withResolvers<OutgoingHttpHeaders>();
  stream.once('response', resolve);
  stream.once('close', () => resolve({ ':status': -1 }));
  stream.end(body);
  const answered = await promise;
  if (!stream.closed) await once(stream, 'close');
  return { status: answered[':status'], headers: answered, bytes: Buffer.concat(chunks).length, code: stream.rstCode };
}

type Stranger = Awaited<ReturnType<typeof aStranger>>;

/** Greets as a node does. */
async function greeted({ request }: Stranger, target: string, key: PeerKey = KEY): Promise<ConnectionMarks> {
  const nonce = randomText();
  const { headers } = await request({
    ':path': '/hello',
    ':method': 'GET',
    [HEADERS.target]: target,
    [HEADERS.asker]: 'asker',
    [HEADERS.nonce]: nonce,
  });
  return new ConnectionMarks(key, { target, asker: 'asker', nonce, challenge: String(headers[HEADERS.challenge]) });
}

const WHOLE: MarkedRequest = {
  sequence: 1,
  verb: 'POST',
  path: '/ask/change',
  deadlineMs: '5000',
  length: BODY.length,
  bodyHash: hashOf(BODY),
};

const headersOf = (request: MarkedRequest, mark: string): OutgoingHttpHeaders => ({
  ':method': request.verb,
  ':path': request.path,
  'content-length': request.length,
  [HEADERS.sequence]: request.sequence,
  [HEADERS.deadline]: request.deadlineMs,
  [HEADERS.bodyHash]: request.bodyHash,
  [HEADERS.mark]: mark,
});

const REFUSED = { status: 401, bytes: 0 };

describe('Nobody without the key', () => {
  test('gets anything done: no mark, a mark of another key, a mark of something else', async () => {
    await using node = await aCountingNode({ limits: { refusals: 100 } });
    using stranger = await aStranger(node.peer.url);
    expect(await stranger.request({ ':path': '/ask/change' }, BODY)).toMatchObject(REFUSED);
    const marks = await greeted(stranger, node.peer.incarnation);
    const mark = marks.request(WHOLE);
    const forged = new ConnectionMarks(createSecretKey(randomBytes(32)), {
      target: node.peer.incarnation,
      asker: 'asker',
      nonce: randomText(),
      challenge: randomText(),
    }).request(WHOLE);
    const other = Buffer.from(serialize({ id: 'y' }));
    const refused: [string, OutgoingHttpHeaders, Buffer][] = [
      ['no mark', { ...headersOf(WHOLE, mark), [HEADERS.mark]: undefined }, BODY],
      ['an empty mark', headersOf(WHOLE, ''), BODY],
      ['another key', headersOf(WHOLE, forged), BODY],
      ['another path', headersOf({ ...WHOLE, path: '/ask/delete' }, mark), BODY],
      ['a stream instead', headersOf({ ...WHOLE, path: '/stream/change' }, mark), BODY],
      ['another verb', headersOf({ ...WHOLE, verb: 'PUT' }, mark), BODY],
      ['more time', headersOf({ ...WHOLE, deadlineMs: '500000' }, mark), BODY],
      ['no time', { ...headersOf(WHOLE, mark), [HEADERS.deadline]: undefined }, BODY],
      ['another sequence number', headersOf({ ...WHOLE, sequence: 2 }, mark), BODY],
      ['another body and its hash', headersOf({ ...WHOLE, bodyHash: hashOf(other) }, mark), other],
      ['a second greeting', { ':path': '/hello', [HEADERS.target]: node.peer.incarnation }, Buffer.alloc(0)],
      ['another way to write a number', { ...headersOf(WHOLE, mark), [HEADERS.sequence]: '01' }, BODY],
      ['a header twice', { ...headersOf(WHOLE, mark), [HEADERS.deadline]: ['5000', '5000'] }, BODY],
    ];
    for (const [what, headers, body] of refused) {
      expect(await stranger.request(headers, body), what).toMatchObject(REFUSED);
    }
    // The body that came is not the one that was marked. The mark held, so its number is used up.
    expect(await stranger.request(headersOf(WHOLE, mark), other)).toMatchObject(REFUSED);
    expect(node.asked).toEqual([]);
    const second = { ...WHOLE, sequence: 2 };
    expect(await stranger.request(headersOf(second, marks.request(second)), BODY)).toMatchObject({ status: 200 });
    expect(node.asked).toEqual([['change', { id: 'x' }]]);
  });

  test('can send a request again, on the same connection or on another one', async () => {
    await using node = await aCountingNode();
    using stranger = await aStranger(node.peer.url);
    const marks = await greeted(stranger, node.peer.incarnation);
    // Who has not proven himself yet may have few streams at once.
    expect(stranger.session.remoteSettings.maxConcurrentStreams).toBe(8);
    const headers = headersOf(WHOLE, marks.request(WHOLE));
    const later = { ...WHOLE, sequence: 7 };
    expect(await stranger.request(headersOf(later, marks.request(later)), BODY)).toMatchObject({ status: 200 });
    expect(await stranger.request(headersOf(later, marks.request(later)), BODY)).toMatchObject(REFUSED);
    expect(await stranger.request(headers, BODY)).toMatchObject(REFUSED);
    using other = await aStranger(node.peer.url);
    await greeted(other, node.peer.incarnation);
    expect(await other.request(headersOf(later, marks.request(later)), BODY)).toMatchObject(REFUSED);
    expect(node.asked).toHaveLength(1);
  });

  test('can send all bytes of a connection again', async () => {
    await using node = await aCountingNode();
    const bytes: Buffer[] = [];
    const tap = createTcpServer((client) => {
      const server = connectSocket(node.port, '127.0.0.1');
      client
        .on('data', (chunk) => bytes.push(chunk))
        .pipe(server)
        .pipe(client);
      for (const socket of [client, server]) socket.on('error', () => {});
    });
    tap.listen(0, '127.0.0.1');
    await once(tap, 'listening');
    const address = tap.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    {
      await using peers = anAsker();
      const peer = { ...node.peer, url: `http://127.0.0.1:${port}` };
      expect(await peers.ask(peer, 'change', { id: 'x' }, within())).toBe('answered');
    }
    tap.close();
    const again = connectSocket(node.port, '127.0.0.1');
    again.on('error', () => {});
    const back: Buffer[] = [];
    again.on('data', (chunk: Buffer) => back.push(chunk));
    again.write(Buffer.concat(bytes));
    await sleep(200);
    again.destroy();
    expect(Buffer.concat(back).length).toBeGreaterThan(0);
    expect(node.asked).toHaveLength(1);
  });

  test('answers in the place of a node, and none reads a question', async () => {
    // It does all that a node does, under a key of its own.
    await using imposter = await aCountingNode({ key: createSecretKey(randomBytes(32)) });
    await using peers = anAsker();
    await expect(peers.ask(imposter.peer, 'change', { id: 'x' }, within())).rejects.toMatchObject({
      fault: 'unreachable',
      message: expect.stringContaining('none of this database'),
    });
    // A node proves itself under its own name alone, so its proof is worth nothing to who shows it under another's.
    await using node = await aCountingNode();
    using stranger = await aStranger(node.peer.url);
    expect(
      await stranger.request({
        ':path': '/hello',
        [HEADERS.target]: 'another',
        [HEADERS.asker]: 'a',
        [HEADERS.nonce]: 'n',
      }),
    ).toMatchObject({ status: 421, bytes: 0 });
    expect([...imposter.asked, ...node.asked]).toEqual([]);
  });

  test('changes an answer on its way', async () => {
    const relay = createServer();
    const incarnation = 'run';
    relay.on('stream', (stream, headers) => {
      stream.on('error', () => {});
      if (headers[':path'] === '/hello') {
        const challenge = 'c';
        const [target, asker, nonce] = [HEADERS.target, HEADERS.asker, HEADERS.nonce].map((name) =>
          String(headers[name]),
        );
        const marks = new ConnectionMarks(KEY, {
          target: target ?? '',
          asker: asker ?? '',
          nonce: nonce ?? '',
          challenge,
        });
        stream.respond(
          { ':status': 200, [HEADERS.challenge]: challenge, [HEADERS.proof]: marks.proof() },
          { endStream: true },
        );
        return;
      }
      stream.respond({ ':status': 200, [HEADERS.mark]: 'x' });
      stream.end(Buffer.concat([Buffer.from([0, 0, 0, 3, 0, 200]), Buffer.alloc(32), serialize(1)]));
    });
    relay.listen(0, '127.0.0.1');
    await once(relay, 'listening');
    const address = relay.address();
    const peer = { incarnation, url: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}` };
    {
      await using peers = anAsker();
      await expect(peers.ask(peer, 'read', {}, within())).rejects.toMatchObject({ fault: 'lost' });
      const values = peers.stream(peer, 'watch', {}, new AbortController().signal)[Symbol.asyncIterator]();
      await expect(values.next()).rejects.toMatchObject({ fault: 'lost' });
    }
    relay.close();
  });
});

describe('What a listener bears', () => {
  test('a body that is too long is answered before it is read', async () => {
    await using node = await aCountingNode({ limits: { requestBytes: 1_000 } });
    using stranger = await aStranger(node.peer.url);
    const marks = await greeted(stranger, node.peer.incarnation);
    const long = { ...WHOLE, length: 1_000_000_000 };
    const stream = stranger.session.request(headersOf(long, marks.request(long)));
    stream.on('error', () => {});
    const [headers] = await once(stream, 'response');
    expect(headers[':status']).toBe(413);
    stream.destroy();
    await using peers = anAsker({ limits: { requestBytes: 2_000_000 } });
    await expect(peers.ask(node.peer, 'x', Buffer.alloc(1_000_000), within())).rejects.toThrow('The other node failed');
    await using careful = anAsker();
    await expect(careful.ask(node.peer, 'x', Buffer.alloc(5_000_000), within())).rejects.toThrow(RangeError);
    expect(node.asked).toEqual([]);
  });

  test('who does not prove himself is sent away: with wrong marks, with half a header, with nothing', async () => {
    await using node = await aCountingNode({ limits: { unknownMs: 300, refusals: 4 } });
    await using patient = await aCountingNode({ limits: { unknownMs: 100_000, refusals: 4 } });
    using guesser = await aStranger(patient.peer.url);
    for (let n = 0; n < 4; n++) void guesser.request({ ':path': '/ask/change', [HEADERS.mark]: 'x' }, BODY);
    await once(guesser.session, 'close');
    const slow = connectSocket(node.port, '127.0.0.1');
    const silent = connectSocket(node.port, '127.0.0.1');
    const begun = connect(node.peer.url);
    for (const socket of [slow, silent, begun]) socket.on('error', () => {});
    // The preface, its settings, and a header block that never ends.
    slow.write(
      Buffer.concat([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0])]),
    );
    slow.write(Buffer.from([0, 0, 1, 1, 0, 0, 0, 0, 1, 0x83]));
    slow.resume();
    silent.resume();
    await Promise.all([slow, silent, begun].map((socket) => once(socket, 'close')));
    expect(node.asked).toEqual([]);
  });

  test('connections that nobody has proven himself on are few, and keep nobody out', async () => {
    await using node = await aCountingNode({ limits: { unknownConnections: 8 } });
    const sockets = Array.from({ length: 50 }, () => connectSocket(node.port, '127.0.0.1'));
    for (const socket of sockets) socket.on('error', () => {}).resume();
    await expect.poll(() => sockets.filter((socket) => socket.closed).length).toBeGreaterThanOrEqual(42);
    await using peers = anAsker();
    expect(await peers.ask(node.peer, 'x', {}, within())).toBe('answered');
    expect(sockets.filter((socket) => !socket.closed).length).toBeGreaterThan(0);
    for (const socket of sockets) socket.destroy();
  });
});
