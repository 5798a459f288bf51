import { type Clock, systemClock } from '../../src/clock.ts';

/** A clock that skips pauses: the time is later then at once. Timers run as they do. */
export function skippingClock(): Clock {
  let skippedMs = 0;
  return {
    now: () => Math.round(systemClock.now() + skippedMs),
    monotonic: () => systemClock.monotonic() + skippedMs,
    after: (ms, callback) => systemClock.after(ms, callback),
    async sleep(ms, signal) {
      await systemClock.sleep(1, signal);
      skippedMs += ms;
    },
  };
}
