import { setTimeout as delay } from 'node:timers/promises';

/** Time as the service sees it. The only place with timers, so that tests can bring their own. */
export interface Clock {
  /** Wall time in epoch milliseconds: for what people read. */
  now(): number;
  /** Milliseconds that never go backwards: for deadlines and durations. */
  monotonic(): number;
  /** Calls `callback` once after `ms`, unless disposed before. */
  after(ms: number, callback: () => void): Disposable;
  /** Resolves after `ms`; rejects with the signal's reason when aborted before. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, ms);
    return { [Symbol.dispose]: () => clearTimeout(timer) };
  },
  async sleep(ms, signal) {
    try {
      await delay(ms, undefined, signal ? { signal } : {});
    } catch (error) {
      throw signal?.aborted ? signal.reason : error;
    }
  },
};

/** A point in time by which a call ends. */
export interface Deadline {
  /** Milliseconds left, 0 when passed. */
  remaining(): number;
}

export const deadlineIn = (clock: Clock, ms: number): Deadline => {
  const end = clock.monotonic() + ms;
  return { remaining: () => Math.max(0, end - clock.monotonic()) };
};
