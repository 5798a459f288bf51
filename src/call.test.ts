import { expect, test } from 'vitest';
import { VirtualClock } from '../test/support/virtual-clock.ts';
import { abortAfter } from './call.ts';
import { PrivetError } from './errors.ts';

const timeIsUp = (): PrivetError => new PrivetError('TIMEOUT', 'It took too long');

test('a signal that aborts after a time does so with its reason', async () => {
  const clock = new VirtualClock();
  using own = abortAfter(clock, 25_000, new AbortController().signal, timeIsUp);
  await clock.advance(24_999);
  expect(own.signal.aborted).toBe(false);
  await clock.advance(1);
  expect(own.signal.reason).toMatchObject({ code: 'TIMEOUT' });
});

test('it aborts with the signal that it was made of, for that one’s reason', () => {
  const clock = new VirtualClock();
  const caller = new AbortController();
  using own = abortAfter(clock, 1_000, caller.signal, timeIsUp);
  caller.abort(new Error('gone'));
  using late = abortAfter(clock, 1_000, caller.signal, timeIsUp);
  expect([own.signal.reason, late.signal.reason]).toEqual([new Error('gone'), new Error('gone')]);
});

test('once nobody listens to it, no timer is left and nothing aborts it', () => {
  const clock = new VirtualClock();
  const caller = new AbortController();
  const own = abortAfter(clock, 1_000, caller.signal, timeIsUp);
  own[Symbol.dispose]();
  caller.abort();
  expect([clock.pending, own.signal.aborted]).toEqual([0, false]);
});
