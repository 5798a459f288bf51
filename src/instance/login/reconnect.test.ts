import { expect, test } from 'vitest';
import { VirtualClock } from '../../../test/support/virtual-clock.ts';
import type { CloseAction, Verdict } from './close-reasons.ts';
import { pauseMs, ReconnectPolicy, sleepUntil } from './reconnect.ts';

const verdict = (action: CloseAction): Verdict => ({
  state: 'RECONNECTING',
  reason: { code: 'connection_lost', message: 'm' },
  action,
});
const policy = (clock: VirtualClock, random = () => 1) => new ReconnectPolicy(clock, random);

test('a pause is random(1 … min(60, 2^n)) seconds', () => {
  expect([0, 1, 2, 3, 5, 6, 20].map((n) => pauseMs(n, () => 1))).toEqual([
    1_000, 2_000, 4_000, 8_000, 32_000, 60_000, 60_000,
  ]);
  expect([0, 6, 20].map((n) => pauseMs(n, () => 0))).toEqual([1_000, 1_000, 1_000]);
});

test('pauses grow with each failure, and begin anew only after a link that was OPEN for a minute', async () => {
  const clock = new VirtualClock();
  const subject = policy(clock);
  const pause = (): unknown => {
    const next = subject.next(verdict({ kind: 'retry' }));
    return next.kind === 'at' && next.at - clock.now();
  };
  const afterOpenFor = async (ms: number): Promise<unknown> => {
    subject.opened();
    await clock.advance(ms);
    subject.ended();
    return pause();
  };
  expect([pause(), pause()]).toEqual([1_000, 2_000]);
  expect([await afterOpenFor(0), await afterOpenFor(59_999)]).toEqual([4_000, 8_000]);
  // That a link was OPEN long ago says nothing about those that were not.
  await clock.advance(3_600_000);
  subject.ended();
  expect(pause()).toBe(16_000);
  expect([await afterOpenFor(60_000), await afterOpenFor(1_000), pause()]).toEqual([1_000, 2_000, 4_000]);
});

test('a restart is taken at once three times in a minute, then with a pause', async () => {
  const clock = new VirtualClock();
  const subject = policy(clock);
  const restart = (): string => subject.next(verdict({ kind: 'restart' })).kind;
  expect([restart(), restart(), restart(), restart()]).toEqual(['now', 'now', 'now', 'at']);
  await clock.advance(60_000);
  expect(restart()).toBe('now');
});

test('a replaced session waits for more than a minute, and gives up the third time within ten', async () => {
  const clock = new VirtualClock();
  const subject = policy(clock, () => 0);
  const replaced = () => subject.next(verdict({ kind: 'replaced' }));
  const first = replaced();
  expect(first.kind === 'at' && first.at - clock.now()).toBeGreaterThan(60_000);
  expect(replaced().kind).toBe('at');
  expect(replaced().kind).toBe('never');
  await clock.advance(600_000);
  expect(replaced().kind).toBe('at');
});

test('a time that is always near is waited for with growing pauses', () => {
  const clock = new VirtualClock();
  const subject = policy(clock);
  const soon = () => subject.next(verdict({ kind: 'retry_at', at: clock.now() + 1 }));
  expect([1, 2, 3].map(() => soon()).map((n) => n.kind === 'at' && n.at - clock.now())).toEqual([1_000, 2_000, 4_000]);
});

test('a wall clock that is put back during a pause does not make it longer', async () => {
  class SetBack extends VirtualClock {
    back = 0;
    override now(): number {
      return super.now() - this.back;
    }
  }
  const clock = new SetBack();
  let over = false;
  void sleepUntil(clock, clock.now() + 1_000, new AbortController().signal).then(() => (over = true));
  await clock.advance(500);
  clock.back = 7_200_000;
  await clock.advance(500);
  expect(over).toBe(true);
});

test('a pause of months is kept, hour by hour', async () => {
  const clock = new VirtualClock();
  const until = clock.now() + 60 * 24 * 3_600_000;
  let over = false;
  void sleepUntil(clock, until, new AbortController().signal).then(() => (over = true));
  await clock.advance(60 * 24 * 3_600_000 - 1);
  expect(over).toBe(false);
  await clock.advance(1);
  expect(over).toBe(true);
});
