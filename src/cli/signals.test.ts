import { expect, test } from 'vitest';
import { systemClock } from '../clock.ts';
import { ShutdownSignals } from './signals.ts';

test('the first asks for an orderly end, one that npm hands on with it for no more, a later one for the end at once', () => {
  let now = 500;
  const signals = new ShutdownSignals({ ...systemClock, monotonic: () => now });
  expect(signals.signal.aborted).toBe(false);
  expect([signals.receive(), signals.signal.aborted]).toEqual([false, true]);
  now += 200;
  expect(signals.receive()).toBe(false);
  now += 800;
  expect(signals.receive()).toBe(true);
});

test('a terminal that is closed ends what it shows in good order, and leaves alone what has no stream of it', () => {
  const shown = new ShutdownSignals(systemClock, true);
  expect([shown.hangUp(), shown.signal.aborted, shown.isDetached]).toEqual([false, true, false]);
  const detached = new ShutdownSignals(systemClock, false);
  expect([detached.hangUp(), detached.signal.aborted, detached.isDetached]).toEqual([false, false, true]);
});
