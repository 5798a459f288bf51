import { once } from 'node:events';
import { connect as connectSocket, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { startTcpProxy } from '../../test/support/tcp-proxy.ts';
import { scaledClock } from '../../test/support/scaled-clock.ts';
import { aNode, anAsker, within } from './peers.fixture.ts';

const never = new AbortController().signal;

/** A handler that answers nothing until its signal aborts, and counts what runs. */
function holding() {
  const counts = { running: 0, begun: 0 };
  const untilAborted = (signal: AbortSignal) =>
    new Promise<void>((resolve) => {
      counts.begun++;
      counts.running++;
      signal.addEventListener('abort', () => {
        counts.running--;
        resolve();
      });
    });
  return {
    counts,
    handler: {
      ask: (_method: string, _body: unknown, { signal }: { readonly signal: AbortSignal }) => untilAborted(signal),
      async *stream(_method: string, _body: unknown, signal: AbortSignal) {
        yield 'first';
        await untilAborted(signal);
      },
    },
  };
}

/** How many sockets of this process are open, by either end. */
const sockets = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'TCPSocketWrap').length;

/** Those of the test before have ended by then. */
async function settledSockets(): Promise<number> {
  await sleep(50);
  return sockets();
}

describe('The connection to another node', () => {
  test('through which nothing comes any more is noticed within three seconds, at both ends', async () => {
    // Ten times as fast: within 300 ms.
    const clock = scaledClock(10);
    const { counts, handler } = holding();
    await using node = await aNode(handler, { clock });
    await using proxy = await startTcpProxy(node.port);
    await using peers = anAsker({ clock });
    const peer = { ...node.peer, url: `http://127.0.0.1:${proxy.port}` };
    const values = peers.stream(peer, 'watch', {}, never)[Symbol.asyncIterator]();
    await values.next();
    const [asked, waiting] = [peers.ask(peer, 'x', {}, within(100_000)), values.next()];
    for (const work of [asked, waiting]) work.catch(() => {});
    await expect.poll(() => counts.running).toBe(2);
    proxy.blackHole(true);
    await expect(asked).rejects.toMatchObject({ fault: 'lost' });
    await expect(waiting).rejects.toMatchObject({ fault: 'lost' });
    await expect.poll(() => counts.running).toBe(0);
    // A new one gets no greeting, so nothing was asked.
    await expect(peers.ask(peer, 'x', {}, within(100_000))).rejects.toMatchObject({ fault: 'unreachable' });
    proxy.blackHole(false);
    void peers.ask(peer, 'x', {}, within(2_000)).catch(() => {});
    await expect.poll(() => counts.begun).toBe(3);
  });

  test('is one for all that is asked of a run, and idle ones are closed', async () => {
    await using node = await aNode({ ask: async () => 'here' });
    await using other = await aNode({ ask: async () => 'there' });
    const before = await settledSockets();
    await using few = anAsker({ limits: { connections: 1 } });
    expect(await few.ask(node.peer, 'x', {}, within())).toBe('here');
    await sleep(20);
    // There is room for one alone: the idle one makes it.
    expect(await few.ask(other.peer, 'x', {}, within())).toBe('there');
    await expect.poll(() => sockets() - before).toBe(2);
    await few[Symbol.asyncDispose]();
    await expect.poll(() => sockets() - before).toBe(0);
    await using peers = anAsker({ limits: { idleMs: 200, pingMs: 50 } });
    await Promise.all(Array.from({ length: 50 }, () => peers.ask(node.peer, 'x', {}, within())));
    // This process has both ends of it.
    expect(sockets() - before).toBe(2);
    await expect.poll(() => sockets() - before).toBe(0);
    expect(await peers.ask(node.peer, 'x', {}, within())).toBe('here');
  });

  test('takes as long as the time that is left, where nobody greets', async () => {
    const mute = createServer((socket) => socket.on('error', () => {}).resume());
    mute.listen(0, '127.0.0.1');
    await once(mute, 'listening');
    const address = mute.address();
    const url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
    {
      await using peers = anAsker({ limits: { connectMs: 100_000 } });
      const asked = peers.ask({ incarnation: 'a', url }, 'x', {}, within(100));
      await expect(asked).rejects.toMatchObject({ fault: 'unreachable' });
      const withdrawn = new AbortController();
      const other = peers.ask({ incarnation: 'a', url }, 'x', {}, within(9_000, withdrawn.signal));
      withdrawn.abort();
      await expect(other).rejects.toBe(withdrawn.signal.reason);
    }
    mute.close();
    await once(mute, 'close');
  });

  test('ends with its asker, and nothing is left of what was open', async () => {
    const { counts, handler } = holding();
    await using node = await aNode(handler);
    const before = await settledSockets();
    const peers = anAsker();
    const values = peers.stream(node.peer, 'watch', {}, never)[Symbol.asyncIterator]();
    await values.next();
    const [asked, waiting] = [peers.ask(node.peer, 'x', {}, within()), values.next()];
    for (const work of [asked, waiting]) work.catch(() => {});
    await expect.poll(() => counts.running).toBe(2);
    const opening = peers.ask({ incarnation: 'other', url: node.peer.url }, 'x', {}, within());
    opening.catch(() => {});
    await peers[Symbol.asyncDispose]();
    await expect(asked).rejects.toMatchObject({ fault: 'lost' });
    await expect(waiting).rejects.toMatchObject({ fault: 'lost' });
    await expect(opening).rejects.toMatchObject({ fault: 'unreachable' });
    await expect(peers.ask(node.peer, 'x', {}, within())).rejects.toMatchObject({ fault: 'unreachable' });
    await expect.poll(() => counts.running).toBe(0);
    await expect.poll(sockets).toBeLessThanOrEqual(before);
  });

  test('ends with its listener: streams at once, questions once they had their time', async () => {
    const { counts, handler } = holding();
    const before = await settledSockets();
    const release = Promise.withResolvers<string>();
    const node = await aNode(
      {
        ...handler,
        ask: (method, body, call) => (method === 'short' ? release.promise : handler.ask(method, body, call)),
      },
      { limits: { closeMs: 300, silentMs: 100_000 } },
    );
    await using peers = anAsker({ limits: { silentMs: 100_000 } });
    const values = peers.stream(node.peer, 'watch', {}, never)[Symbol.asyncIterator]();
    await values.next();
    const [short, long, waiting] = [
      peers.ask(node.peer, 'short', {}, within()),
      peers.ask(node.peer, 'long', {}, within()),
      values.next(),
    ];
    for (const work of [long, waiting]) work.catch(() => {});
    await expect.poll(() => counts.running).toBe(2);
    const silent = connectSocket(node.port, '127.0.0.1');
    silent.on('error', () => {}).resume();
    await once(silent, 'connect');
    const disposed = node[Symbol.asyncDispose]();
    await expect(waiting).rejects.toMatchObject({ fault: 'lost' });
    await sleep(20);
    await expect(peers.ask(node.peer, 'x', {}, within())).rejects.toMatchObject({ fault: 'unreachable' });
    release.resolve('done');
    expect(await short).toBe('done');
    await expect(long).rejects.toMatchObject({ fault: 'lost' });
    await disposed;
    await expect.poll(() => counts.running).toBe(0);
    await expect.poll(sockets).toBeLessThanOrEqual(before);
    expect(node.logged).toEqual([]);
  });

  test('a question that is withdrawn before, while and after it is sent ends alike', async () => {
    const { counts, handler } = holding();
    await using node = await aNode(handler);
    await using peers = anAsker();
    const big = Buffer.alloc(3_000_000);
    for (const waitMs of [0, 1, 2, 5, 10, 20, 40]) {
      const withdrawn = new AbortController();
      const asked = peers.ask(node.peer, 'x', big, within(10_000, withdrawn.signal));
      const judged = expect(asked).rejects.toBe('enough');
      if (waitMs > 0) await sleep(waitMs);
      withdrawn.abort('enough');
      await judged;
    }
    await expect.poll(() => counts.running).toBe(0);
    void peers.ask(node.peer, 'x', {}, within(1_000)).catch(() => {});
    await expect.poll(() => counts.running).toBe(1);
    await expect.poll(() => counts.running).toBe(0);
  });

  test('that is cut off keeps no node from ending: who is asked, who asks, and who has more to say than a socket holds', async () => {
    const { counts, handler } = holding();
    const limits = { closeMs: 100, idleMs: 100, pingMs: 50, silentMs: 60_000 };
    for (const load of ['idle', 'asked', 'full']) {
      const ask = async (...question: Parameters<typeof handler.ask>) =>
        question[0] === 'now' ? undefined : handler.ask(...question);
      const node = await aNode({ ask }, { limits });
      await using proxy = await startTcpProxy(node.port);
      const peers = anAsker({ limits });
      const peer = { ...node.peer, url: `http://127.0.0.1:${proxy.port}` };
      await peers.ask(peer, 'now', {}, within());
      const asking: Promise<unknown>[] = [];
      if (load !== 'idle') {
        const before = counts.begun;
        asking.push(peers.ask(peer, 'wait', {}, within(100_000)));
        await expect.poll(() => counts.begun).toBe(before + 1);
      }
      proxy.hold(true);
      if (load === 'full') {
        const much = Buffer.alloc(2_000_000);
        for (let n = 0; n < 20; n += 1) asking.push(peers.ask(peer, 'wait', much, within(100_000)));
      }
      for (const asked of asking) asked.catch(() => {});
      // The idle one is closed by then, which the other end does not hear.
      await sleep(200);
      const ended = Promise.all([node[Symbol.asyncDispose](), peers[Symbol.asyncDispose]()]);
      expect(await Promise.race([ended.then(() => 'ended'), sleep(3_000, 'still there')]), load).toBe('ended');
    }
  });
});
