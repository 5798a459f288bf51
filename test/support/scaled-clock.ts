import { type Clock, systemClock } from '../../src/clock.ts';
import { TIMING, type Timing } from '../../src/nodes/timing.ts';

export interface ScaledClock extends Clock {
  /** The lease of a node that goes by this clock, as long as in service: the clock of the database does not go faster. */
  readonly nodeTiming: Timing;
}

/** A clock on which time goes by so many times as fast. */
export function scaledClock(factor: number): ScaledClock {
  const begun = { now: Date.now(), monotonic: performance.now() };
  const elapsed = (): number => (performance.now() - begun.monotonic) * factor;
  return {
    now: () => Math.round(begun.now + elapsed()),
    monotonic: elapsed,
    after: (ms, callback) => systemClock.after(ms / factor, callback),
    sleep: (ms, signal) => systemClock.sleep(ms / factor, signal),
    nodeTiming: {
      ttlMs: TIMING.ttlMs * factor,
      marginMs: TIMING.marginMs * factor,
      renewEveryMs: TIMING.renewEveryMs * factor,
      renewAgainMs: TIMING.renewAgainMs * factor,
      claimEveryMs: TIMING.claimEveryMs * factor,
    },
  };
}
