import { setImmediate as nextTurn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { VirtualClock } from '../test/support/virtual-clock.ts';
import { abortAfter, beginCall, CALL_MS } from './call.ts';
import { EqualTimers } from './clock.ts';
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

test('a call that is over does not lead to its answer', async () => {
  const clock = new VirtualClock();
  const call = beginCall(clock, undefined, new EqualTimers(clock, CALL_MS));
  const answer = await weakly(call.answer(() => Promise.resolve({ of: 'a whole page' })));
  call[Symbol.dispose]();
  await nextTurn();
  collectGarbage();
  expect([answer.deref(), call.ended]).toEqual([undefined, undefined]);
});

const weakly = async (answer: object | Promise<object>): Promise<WeakRef<object>> => new WeakRef(await answer);

function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
}
