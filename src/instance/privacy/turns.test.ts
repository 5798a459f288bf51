import { describe, expect, test } from 'vitest';
import { drain, VirtualClock } from '../../../test/support/virtual-clock.ts';
import { deadlineIn } from '../../clock.ts';
import { Turns } from './turns.ts';

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
