import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { startTcpProxy } from '../../test/support/tcp-proxy.ts';
import { PrivetError } from '../errors.ts';
import { aNode, anAsker, within } from './peers.fixture.ts';

const never = new AbortController().signal;

/** Values until nobody takes them any more: it does not look at its signal. */
async function* ticks(_signal: AbortSignal, ended: () => void) {
  try {
    for (let n = 0; ; n++) {
      yield n;
      await sleep(1);
    }
  } finally {
    ended();
  }
}

/** Says nothing after its first value, until the signal aborts. */
async function* oneAndWait(signal: AbortSignal, ended: () => void) {
  try {
    yield 'first';
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
  } finally {
    ended();
  }
}

describe('A stream of another node', () => {
  test('brings each value in order, and ends where the other ends it', async () => {
    await using node = await aNode({
      async *stream(method, body) {
        yield [method, body];
        for (let n = 1; n < 500; n++) yield { n, text: 'x'.repeat(n * 10) };
        yield Buffer.alloc(1_000_000, 7);
        yield undefined;
      },
    });
    await using peers = anAsker();
    const values: unknown[] = [];
    for await (const value of peers.stream(node.peer, 'watch', { id: 1n }, never)) values.push(value);
    expect(values).toHaveLength(502);
    expect(values[0]).toEqual(['watch', { id: 1n }]);
    expect(values[499]).toEqual({ n: 499, text: 'x'.repeat(4_990) });
    expect(values[500]).toEqual(Buffer.alloc(1_000_000, 7));
    expect(values[501]).toBeUndefined();
  });

  test('fails as the other failed, after the values that came before', async () => {
    await using node = await aNode({
      async *stream(method) {
        yield 1;
        if (method === 'refused') throw new PrivetError('NOT_FOUND', 'Gone');
        throw new Error('a secret');
      },
    });
    await using peers = anAsker();
    const read = async (method: string) => {
      const seen: unknown[] = [];
      try {
        for await (const value of peers.stream(node.peer, method, {}, never)) seen.push(value);
      } catch (error) {
        seen.push(error);
      }
      return seen;
    };
    expect(await read('refused')).toEqual([1, new PrivetError('NOT_FOUND', 'Gone')]);
    expect(await read('broken')).toEqual([1, new Error('The other node failed; its log says why')]);
    expect(node.logged.join()).toContain('a secret');
  });

  test('that is read slowly is written slowly', async () => {
    let written = 0;
    await using node = await aNode({
      async *stream() {
        for (;;) {
          written++;
          yield Buffer.alloc(1_000);
        }
      },
    });
    await using peers = anAsker();
    const values = peers.stream(node.peer, 'flood', {}, never)[Symbol.asyncIterator]();
    for (let n = 0; n < 10; n++) await values.next();
    await sleep(300);
    const held = written;
    expect(held).toBeLessThan(400);
    await sleep(100);
    expect(written).toBe(held);
    // Others have the connection to themselves meanwhile.
    expect(await peers.ask(node.peer, 'x', {}, within())).toBeUndefined();
    for (let n = 0; n < 1_000; n++) await values.next();
    expect(written).toBeGreaterThan(held);
    await values.return?.();
  });

  test('ends there when it is not read any more: by break, by its signal, by return while a read waits', async () => {
    let ended = 0;
    await using node = await aNode({
      stream: (method, _body, signal) => (method === 'ticks' ? ticks : oneAndWait)(signal, () => ended++),
    });
    await using peers = anAsker();
    for await (const value of peers.stream(node.peer, 'ticks', {}, never)) if (value === 20) break;
    await expect.poll(() => ended).toBe(1);

    const withdrawn = new AbortController();
    const values = peers.stream(node.peer, 'wait', {}, withdrawn.signal)[Symbol.asyncIterator]();
    expect(await values.next()).toEqual({ done: false, value: 'first' });
    const waiting = values.next();
    withdrawn.abort(new Error('Nobody watches'));
    await expect(waiting).rejects.toBe(withdrawn.signal.reason);
    expect(await values.next()).toEqual({ done: true, value: undefined });
    await expect.poll(() => ended).toBe(2);

    const more = peers.stream(node.peer, 'wait', {}, never)[Symbol.asyncIterator]();
    await more.next();
    const pending = more.next();
    await sleep(20);
    await more.return?.();
    expect(await pending).toEqual({ done: true, value: undefined });
    await expect.poll(() => ended).toBe(3);
    // One whose signal has aborted begins nothing.
    const late = peers.stream(node.peer, 'ticks', {}, withdrawn.signal)[Symbol.asyncIterator]();
    await expect(late.next()).rejects.toBe(withdrawn.signal.reason);
    expect(ended).toBe(3);
  });

  test('is lost with its connection', async () => {
    let ended = 0;
    await using node = await aNode({ stream: (_method, _body, signal) => oneAndWait(signal, () => ended++) });
    await using proxy = await startTcpProxy(node.port);
    await using peers = anAsker();
    const peer = { ...node.peer, url: `http://127.0.0.1:${proxy.port}` };
    const values = peers.stream(peer, 'wait', {}, never)[Symbol.asyncIterator]();
    await values.next();
    const waiting = values.next();
    proxy.cut();
    await expect(waiting).rejects.toMatchObject({ name: 'PeerError', fault: 'lost' });
    await expect.poll(() => ended).toBe(1);
  });

  test('has room beside two thousand others, and all may end at once', async () => {
    let open = 0;
    await using node = await aNode({
      stream: (_method, _body, signal) => {
        open++;
        return oneAndWait(signal, () => open--);
      },
    });
    await using peers = anAsker();
    const watched = new AbortController();
    const all = Array.from({ length: 2_000 }, () =>
      peers.stream(node.peer, 'wait', {}, watched.signal)[Symbol.asyncIterator](),
    );
    expect(new Set((await Promise.all(all.map((values) => values.next()))).map(({ value }) => value))).toEqual(
      new Set(['first']),
    );
    expect(open).toBe(2_000);
    watched.abort();
    await expect.poll(() => open).toBe(0);
    expect(await peers.ask(node.peer, 'x', {}, within())).toBeUndefined();
  });
});
