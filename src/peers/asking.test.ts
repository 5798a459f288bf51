import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { scaledClock } from '../../test/support/scaled-clock.ts';
import { startTcpProxy } from '../../test/support/tcp-proxy.ts';
import { InstanceNotConnectedError, PrivetError, RetryLaterError } from '../errors.ts';
import { PeerError } from './peers.ts';
import { aNode, anAsker, within } from './peers.fixture.ts';

const failure = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    (value) => expect.fail(`It answered ${String(value)}`),
    (error: unknown) => error,
  );

class Refined extends PrivetError {
  override readonly name = 'Refined';
  readonly held = new Map([['a', [1n]]]);
}

describe('A question to another node', () => {
  test('is answered with what its handler answers, as structured clones', async () => {
    const seen: unknown[] = [];
    await using node = await aNode({
      ask: async (method, body, { remainingMs }) => {
        seen.push([method, body, remainingMs > 4_000 && remainingMs <= 5_000]);
        return { at: new Date(7), map: new Map([[1n, Buffer.from('x')]]), none: undefined };
      },
    });
    await using peers = anAsker();
    const answer = await peers.ask(node.peer, 'some/method é', { list: [1, new Set(['a'])] }, within(5_000));
    expect(answer).toEqual({ at: new Date(7), map: new Map([[1n, Buffer.from('x')]]), none: undefined });
    expect(await peers.ask(node.peer, 'none', undefined, within(5_000))).toEqual(answer);
    expect(seen).toEqual([
      ['some/method é', { list: [1, new Set(['a'])] }, true],
      ['none', undefined, true],
    ]);
  });

  test('a thousand at once each get their own answer', async () => {
    await using node = await aNode({ ask: async (_method, body) => body });
    await using peers = anAsker();
    const bodies = Array.from({ length: 1_000 }, (_, n) => ({ n, text: 'x'.repeat(n % 7 ? n : n * 40) }));
    expect(await Promise.all(bodies.map((body) => peers.ask(node.peer, 'echo', body, within(30_000))))).toEqual(bodies);
  });

  test('errors of the service come back as what they are, all others are masked and logged there', async () => {
    const thrown: Record<string, Error> = {
      plain: new PrivetError('CONFLICT', 'The name is taken'),
      later: new RetryLaterError('OVERLOADED', 'Too much', 1_234),
      away: new InstanceNotConnectedError({
        state: 'RECONNECTING',
        reason: { code: 'x', message: 'It broke', retryAt: 99 },
      }),
      refined: new Refined('TIMEOUT', 'Special'),
      moved: new PeerError('moved', 'It is elsewhere'),
      secret: new TypeError('the password is 1234'),
      nested: new PeerError('lost', 'of a third node'),
    };
    await using node = await aNode({
      ask: async (method) => {
        throw thrown[method] ?? new Error(method);
      },
    });
    await using peers = anAsker({ errors: [Refined] });
    await using stranger = anAsker();
    for (const name of ['plain', 'later', 'away', 'moved']) {
      const error = await failure(peers.ask(node.peer, name, {}, within()));
      expect(error).toStrictEqual(thrown[name]);
      expect(error).toBeInstanceOf(thrown[name]?.constructor);
    }
    // The node that is asked does not know the class either: it crosses as the one that it extends.
    const refined = await failure(peers.ask(node.peer, 'refined', {}, within()));
    expect(refined).toMatchObject({ code: 'TIMEOUT', message: 'Special' });
    expect(refined).toBeInstanceOf(PrivetError);
    expect(node.logged).toEqual([]);
    for (const name of ['secret', 'nested']) {
      const error = await failure(stranger.ask(node.peer, name, {}, within()));
      expect(String(error)).toBe('Error: The other node failed; its log says why');
    }
    expect(node.logged.join()).toMatch(/the password is 1234.*of a third node/s);
  });

  test('a class that both nodes know comes back as it', async () => {
    const thrown = new Refined('TIMEOUT', 'Special');
    await using node = await aNode({ ask: () => Promise.reject(thrown) }, { errors: [Refined] });
    await using peers = anAsker({ errors: [Refined] });
    const error = await failure(peers.ask(node.peer, 'refined', {}, within()));
    expect(error).toStrictEqual(thrown);
    expect(error).toBeInstanceOf(Refined);
  });

  test('ends with its time, and the handler is told; with its signal too', async () => {
    const ended: unknown[] = [];
    await using node = await aNode({
      ask: (method, _body, { signal }) =>
        new Promise((_resolve, reject) =>
          signal.addEventListener('abort', () => {
            ended.push(method);
            reject(signal.reason);
          }),
        ),
    });
    await using peers = anAsker();
    expect(await failure(peers.ask(node.peer, 'late', {}, within(100)))).toMatchObject({ fault: 'lost' });
    // For who asks, time goes by a hundred times as slow: the handler ends first, and says so.
    await using slow = anAsker({ clock: scaledClock(0.01) });
    const timedOut = await failure(slow.ask(node.peer, 'over', {}, within(100)));
    expect(timedOut).toMatchObject({ code: 'TIMEOUT', message: 'The call did not end in time' });
    const withdrawn = new AbortController();
    const asked = failure(peers.ask(node.peer, 'withdrawn', {}, within(10_000, withdrawn.signal)));
    await sleep(50);
    withdrawn.abort(new PrivetError('TIMEOUT', 'The client left'));
    expect(await asked).toBe(withdrawn.signal.reason);
    await expect.poll(() => ended).toEqual(['late', 'over', 'withdrawn']);
    expect(await failure(peers.ask(node.peer, 'never', {}, within(1_000, withdrawn.signal)))).toBe(
      withdrawn.signal.reason,
    );
    expect(node.logged).toEqual([]);
  });

  test('a node that is not there, and one whose address another run has, are unreachable', async () => {
    let asked = 0;
    const node = await aNode({ ask: async () => void asked++ });
    await using peers = anAsker();
    const other = { ...node.peer, incarnation: 'the run before' };
    expect(await failure(peers.ask(other, 'x', {}, within()))).toMatchObject({ fault: 'unreachable' });
    await node[Symbol.asyncDispose]();
    expect(await failure(peers.ask(node.peer, 'x', {}, within()))).toMatchObject({ fault: 'unreachable' });
    expect(asked).toBe(0);
  });

  test('a connection that breaks under a question loses it', async () => {
    let asked = 0;
    await using node = await aNode({
      ask: (method) => (method === 'wait' ? new Promise(() => asked++) : Promise.resolve('again')),
    });
    await using proxy = await startTcpProxy(node.port);
    await using peers = anAsker();
    const peer = { ...node.peer, url: `http://127.0.0.1:${proxy.port}` };
    const lost = failure(peers.ask(peer, 'wait', {}, within()));
    await expect.poll(() => asked).toBe(1);
    proxy.cut();
    expect(await lost).toMatchObject({ fault: 'lost' });
    expect(await peers.ask(peer, 'now', {}, within())).toBe('again');
  });
});
