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

/**
 * Timers that all wait for the same time, in milliseconds: they need but one of the clock, which waits for the oldest. Made
 * for what nearly always is over before: it costs next to nothing then.
 */
export class EqualTimers {
  readonly #clock: Clock;
  readonly #ms: number;
  /** When each is due, the oldest first. */
  readonly #due = new Map<() => void, number>();
  #timer: Disposable | undefined;
  /** The one that the clock's timer was set for. */
  #oldest: (() => void) | undefined;

  constructor(clock: Clock, ms: number) {
    this.#clock = clock;
    this.#ms = ms;
  }

  /** Calls `callback`, another one each time, unless it is disposed before. */
  after(callback: () => void): Disposable {
    this.#due.set(callback, this.#clock.monotonic() + this.#ms);
    this.#timer ??= this.#wait(callback, this.#ms);
    return {
      [Symbol.dispose]: () => {
        this.#due.delete(callback);
        if (this.#due.size === 0) this.#stop();
      },
    };
  }

  #wait(oldest: () => void, ms: number): Disposable {
    this.#oldest = oldest;
    return this.#clock.after(ms, () => this.#end());
  }

  #end(): void {
    const now = this.#clock.monotonic();
    this.#stop();
    const over: (() => void)[] = [];
    for (const [callback, due] of this.#due) {
      if (due > now && callback !== this.#oldest) break;
      over.push(callback);
    }
    // What one of these begins is none of them, and one may dispose another.
    for (const callback of over) if (this.#due.delete(callback)) callback();
    const [next] = this.#due;
    if (!next) return;
    this.#stop();
    this.#timer = this.#wait(next[0], next[1] - now);
  }

  #stop(): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
  }
}

/** A point in time by which a call ends. */
export interface Deadline {
  /** Milliseconds left, 0 when passed. */
  remaining(): number;
}

export const deadlineIn = (clock: Clock, ms: number): Deadline => {
  const end = clock.monotonic() + ms;
  return { remaining: () => Math.max(0, end - clock.monotonic()) };
};
