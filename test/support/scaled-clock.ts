import { type Clock, systemClock } from '../../src/clock.ts';

/** A clock on which time goes by so many times as fast. */
export function scaledClock(factor: number): Clock {
  const begun = { now: Date.now(), monotonic: performance.now() };
  const elapsed = (): number => (performance.now() - begun.monotonic) * factor;
  return {
    now: () => Math.round(begun.now + elapsed()),
    monotonic: elapsed,
    after: (ms, callback) => systemClock.after(ms / factor, callback),
    sleep: (ms, signal) => systemClock.sleep(ms / factor, signal),
  };
}
