import { expect, test } from 'vitest';
import { VirtualClock } from '../test/support/virtual-clock.ts';
import { EqualTimers } from './clock.ts';

test('of equal timers each ends at its own time, unless it is disposed before, and the clock has one for all', async () => {
  const clock = new VirtualClock();
  const timers = new EqualTimers(clock, 1_000);
  const ended: string[] = [];
  const first = timers.after(() => ended.push('first'));
  await clock.advance(400);
  timers.after(() => ended.push('second'));
  await clock.advance(400);
  timers.after(() => ended.push('third'));
  first[Symbol.dispose]();
  expect(clock.pending).toBe(1);
  await clock.advance(599);
  expect(ended).toEqual([]);
  await clock.advance(1);
  expect(ended).toEqual(['second']);
  await clock.advance(400);
  expect(ended).toEqual(['second', 'third']);
  expect(clock.pending).toBe(0);
});

test('within a second after all are disposed the clock has none, and the next one ends at its own time', async () => {
  const clock = new VirtualClock();
  const timers = new EqualTimers(clock, 10_000);
  timers.after(() => {})[Symbol.dispose]();
  await clock.advance(1_000);
  expect(clock.pending).toBe(0);
  timers.after(() => {})[Symbol.dispose]();
  await clock.advance(500);
  let hasEnded = false;
  timers.after(() => (hasEnded = true));
  expect(clock.pending).toBe(1);
  await clock.advance(9_999);
  expect(hasEnded).toBe(false);
  await clock.advance(1);
  expect(hasEnded).toBe(true);
  expect(clock.pending).toBe(0);
});

test('whichever are disposed, the others end, each once, and one may dispose another that is due', async () => {
  const clock = new VirtualClock();
  const timers = new EqualTimers(clock, 5_000);
  const ended: number[] = [];
  const all = Array.from({ length: 6 }, (_, index) =>
    timers.after(() => {
      ended.push(index);
      if (index === 3) all[4]?.[Symbol.dispose]();
    }),
  );
  for (const index of [2, 0, 5]) all[index]?.[Symbol.dispose]();
  all[2]?.[Symbol.dispose]();
  const late = timers.after(() => ended.push(6));
  await clock.advance(5_000);
  for (const timer of [...all, late]) timer[Symbol.dispose]();
  await clock.advance(20_000);
  expect([ended, clock.pending]).toEqual([[1, 3, 6], 0]);
});

test('one that begins because another one ends has its whole time, also where a third one is under way', async () => {
  const clock = new VirtualClock();
  const timers = new EqualTimers(clock, 1_000);
  const ended: string[] = [];
  timers.after(() => {
    ended.push('first');
    timers.after(() => ended.push('next'));
  });
  await clock.advance(500);
  const third = timers.after(() => ended.push('third'));
  await clock.advance(500);
  expect(ended).toEqual(['first']);
  third[Symbol.dispose]();
  await clock.advance(999);
  expect(ended).toEqual(['first']);
  expect(clock.pending).toBe(1);
  await clock.advance(1);
  expect(ended).toEqual(['first', 'next']);
  timers.after(() => {
    ended.push('last');
    timers.after(() => ended.push('too early'));
  });
  await clock.advance(1_000);
  expect(ended.slice(2)).toEqual(['last']);
});
