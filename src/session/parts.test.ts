import { EventEmitter } from 'node:events';
import { describe, expect, test } from 'vitest';
import { drain, VirtualClock } from '../../test/support/virtual-clock.ts';
import { deadlineIn } from '../clock.ts';
import { WriteBarrier } from './barrier.ts';
import { guardListeners } from './guard.ts';
import type { Stanza } from './link.ts';
import { Requests } from './requests.ts';
import { Turns } from './turns.ts';
import { watch } from './watch.ts';

describe('the write barrier', () => {
  test('frames leave at once where nothing is being committed', () => {
    const barrier = new WriteBarrier(() => undefined);
    const sent: number[] = [];
    barrier.pass(() => sent.push(1));
    expect(sent).toEqual([1]);
  });

  test('a frame waits for the commits begun before it, and the order stays', async () => {
    const barrier = new WriteBarrier(() => undefined);
    const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const sent: number[] = [];
    barrier.hold(first.promise);
    barrier.pass(() => sent.push(1));
    barrier.hold(second.promise);
    barrier.pass(() => sent.push(2));
    second.resolve();
    await drain();
    expect(sent).toEqual([]);
    first.resolve();
    await drain();
    expect(sent).toEqual([1, 2]);
    barrier.pass(() => sent.push(3));
    expect(sent).toEqual([1, 2, 3]);
  });

  test('a commit that fails lets nothing through any more, and is told once', async () => {
    const failures: unknown[] = [];
    const barrier = new WriteBarrier((error) => failures.push(error));
    const sent: number[] = [];
    barrier.hold(Promise.reject(new Error('disk full')));
    barrier.pass(() => sent.push(1));
    barrier.hold(Promise.reject(new Error('disk full')));
    await drain();
    barrier.pass(() => sent.push(2));
    expect(sent).toEqual([]);
    expect(failures).toHaveLength(1);
  });
});

describe('requests', () => {
  const stanza: Stanza = { tag: 'iq', attrs: { type: 'get' } };
  const reply = (attrs: Record<string, string>, content?: Stanza[]): Stanza => ({
    tag: 'iq',
    attrs: { id: '1', ...attrs },
    ...(content ? { content } : {}),
  });

  test.each([
    [reply({ type: 'result' }), 'result'],
    [reply({ type: 'error' }, [{ tag: 'error', attrs: { code: '403', text: 'forbidden' } }]), 'refused'],
    [reply({ type: 'error' }), 'refused'],
    [reply({ type: 'get' }), 'odd'],
    [reply({}), 'odd'],
  ])('%j is %s', async (answer, kind) => {
    const requests = new Requests(new VirtualClock(), () => Promise.resolve());
    const pending = requests.send('1', stanza, 1_000);
    requests.deliver(answer);
    expect((await pending).kind).toBe(kind);
  });

  test('replies are matched by id, in any order; others are nobody’s', async () => {
    const clock = new VirtualClock();
    const requests = new Requests(clock, () => Promise.resolve());
    const [a, b] = [requests.send('a', stanza, 1_000), requests.send('b', stanza, 1_000)];
    requests.deliver(reply({ id: 'x', type: 'result' }));
    requests.deliver({ tag: 'message', attrs: { id: 'a' } });
    requests.deliver(reply({ id: 'b', type: 'result' }));
    requests.deliver(reply({ id: 'a', type: 'error' }));
    expect([(await a).kind, (await b).kind]).toEqual(['refused', 'result']);
    expect(clock.pending).toBe(0);
  });

  test('silence ends with the time-out', async () => {
    const clock = new VirtualClock();
    const pending = new Requests(clock, () => Promise.resolve()).send('1', stanza, 1_000);
    await clock.advance(1_000);
    expect(await pending).toEqual({ kind: 'timed_out' });
  });

  test('all end with the link, and nothing is sent after it', async () => {
    let sends = 0;
    const requests = new Requests(new VirtualClock(), () => Promise.resolve(void (sends += 1)));
    const pending = requests.send('1', stanza, 1_000);
    requests.end();
    expect(await pending).toEqual({ kind: 'lost' });
    expect(await requests.send('2', stanza, 1_000)).toEqual({ kind: 'unsent' });
    expect(sends).toBe(1);
  });

  test('a send that fails may have left in part', async () => {
    const requests = new Requests(new VirtualClock(), () => Promise.reject(new Error('EPIPE')));
    expect(await requests.send('1', stanza, 1_000)).toEqual({ kind: 'lost' });
  });
});

test('guarded listeners report what they throw or reject, and the others run', async () => {
  const emitter = new EventEmitter();
  const faults: unknown[] = [];
  const heard: unknown[] = [];
  emitter.on('x', () => {
    throw new Error('sync');
  });
  emitter.on('x', () => Promise.reject(new Error('async')));
  emitter.on('x', (value) => heard.push(value));
  guardListeners(emitter, (error) => faults.push(error));
  expect(() => emitter.emit('x', 7)).not.toThrow();
  await drain();
  expect(faults).toEqual([new Error('sync'), new Error('async')]);
  expect(heard).toEqual([7]);
});

describe('turns', () => {
  const signal = new AbortController().signal;

  test('come in order, and one that is given back twice counts once', async () => {
    const clock = new VirtualClock();
    const turns = new Turns(clock, 5);
    const order: string[] = [];
    const first = await turns.take(deadlineIn(clock, 10_000), 0, signal);
    const second = turns.take(deadlineIn(clock, 10_000), 0, signal).then((turn) => (order.push('second'), turn));
    const third = turns.take(deadlineIn(clock, 10_000), 0, signal).then((turn) => (order.push('third'), turn));
    first.release();
    first.release();
    await drain();
    expect(order).toEqual(['second']);
    (await second).release();
    (await third).release();
    expect(order).toEqual(['second', 'third']);
    expect(clock.pending).toBe(0);
  });

  test('a wait ends with TIMEOUT while enough of the deadline is left to answer', async () => {
    const clock = new VirtualClock();
    const turns = new Turns(clock, 5);
    await turns.take(deadlineIn(clock, 30_000), 5_000, signal);
    const waiting = turns.take(deadlineIn(clock, 30_000), 5_000, signal).catch((error: unknown) => error);
    await clock.advance(25_000);
    expect(await waiting).toMatchObject({ code: 'TIMEOUT' });
  });

  test('over the bound: OVERLOADED at once; aborted: the signal’s reason, and the next one is not skipped', async () => {
    const clock = new VirtualClock();
    const turns = new Turns(clock, 2);
    const first = await turns.take(deadlineIn(clock, 10_000), 0, signal);
    const aborted = new AbortController();
    const leaving = turns.take(deadlineIn(clock, 10_000), 0, aborted.signal).catch((error: unknown) => error);
    const staying = turns.take(deadlineIn(clock, 10_000), 0, signal);
    await expect(turns.take(deadlineIn(clock, 10_000), 0, signal)).rejects.toMatchObject({
      code: 'OVERLOADED',
      retryAfterMs: expect.any(Number) as number,
    });
    aborted.abort(new Error('gone'));
    expect(await leaving).toEqual(new Error('gone'));
    first.release();
    (await staying).release();
  });
});

test('watching gives the present value first, misses no change, and ends with its signal', async () => {
  const values = { now: 'a' as string | undefined };
  const nudged = new EventEmitter();
  async function* nudges(): AsyncGenerator<null> {
    const queue: null[] = [];
    let wake = (): void => undefined;
    nudged.on('nudge', () => (queue.push(null), wake()));
    while (true) {
      if (queue.length === 0) await new Promise<void>((resolve) => (wake = resolve));
      queue.shift();
      yield null;
    }
  }
  const aborted = new AbortController();
  const watching = watch(() => values.now, nudges(), aborted.signal);
  expect(await watching.next()).toEqual({ value: 'a', done: false });
  values.now = 'b';
  nudged.emit('nudge');
  nudged.emit('nudge');
  expect(await watching.next()).toEqual({ value: 'b', done: false });
  values.now = undefined;
  nudged.emit('nudge');
  expect(await watching.next()).toEqual({ value: undefined, done: true });
});
