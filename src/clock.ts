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
  after: (ms, callback) => setTimeout(callback, ms),
  async sleep(ms, signal) {
    try {
      await delay(ms, undefined, signal ? { signal } : {});
    } catch (error) {
      throw signal?.aborted ? signal.reason : error;
    }
  },
};

/** For so long the clock's timer stays after the last of equal timers is disposed, in milliseconds. */
const LINGER_MS = 1_000;

/**
 * Timers that all wait for the same time, in milliseconds: they need but one of the clock, which waits for the oldest. Made
 * for what nearly always is over before: it costs next to nothing then. So the clock's timer is not disposed with the last
 * of them, which would be with nearly each call: it looks once a second whether there are any.
 */
export class EqualTimers {
  readonly #clock: Clock;
  readonly #ms: number;
  readonly #timers = new TimerList();
  #isWaiting = false;

  constructor(clock: Clock, ms: number) {
    this.#clock = clock;
    this.#ms = ms;
  }

  /** Calls `callback`, unless it is disposed before. */
  after(callback: () => void): Disposable {
    const timer = this.#timers.add(callback, this.#clock.monotonic() + this.#ms);
    if (!this.#isWaiting) this.#wait(timer, this.#ms);
    return timer;
  }

  #wait(oldest: EqualTimer, ms: number): void {
    this.#isWaiting = true;
    // The clock may be a little early: what its timer was set for is due by then.
    if (ms <= LINGER_MS) this.#clock.after(ms, () => this.#end(oldest));
    else this.#clock.after(LINGER_MS, () => this.#end(undefined));
  }

  #end(oldest: EqualTimer | undefined): void {
    const now = this.#clock.monotonic();
    const over: EqualTimer[] = [];
    for (let timer = this.#timers.first; timer && (timer.due <= now || timer === oldest); timer = timer.next) {
      over.push(timer);
    }
    // What one of these begins is none of them, and one may dispose another.
    for (const timer of over) timer.end();
    const { first } = this.#timers;
    if (first) this.#wait(first, first.due - now);
    else this.#isWaiting = false;
  }
}

/** In the order of coming, which is that of their times. */
class TimerList {
  first: EqualTimer | undefined;
  last: EqualTimer | undefined;

  add(callback: () => void, due: number): EqualTimer {
    const timer = new EqualTimer(this, callback, due);
    if (this.last) this.last.next = timer;
    else this.first = timer;
    this.last = timer;
    return timer;
  }
}

/**
 * Linked by itself, and leads to nothing once it is over. A Map, at this rate, would make itself a new table every few
 * calls, to which the former one leads: once one of them is old, V8 takes all that follow for alive, with what was in
 * them. Maps of what comes and goes with each call took 2 KB of each into the old generation, and a tenth of all processor
 * time for what collects them there.
 */
class EqualTimer implements Disposable {
  readonly due: number;
  next: EqualTimer | undefined;
  #before: EqualTimer | undefined;
  #list: TimerList | undefined;
  #callback: (() => void) | undefined;

  constructor(list: TimerList, callback: () => void, due: number) {
    this.#list = list;
    this.#before = list.last;
    this.#callback = callback;
    this.due = due;
  }

  end(): void {
    const callback = this.#callback;
    this[Symbol.dispose]();
    callback?.();
  }

  [Symbol.dispose](): void {
    const list = this.#list;
    if (!list) return;
    if (this.#before) this.#before.next = this.next;
    else list.first = this.next;
    if (this.next) this.next.#before = this.#before;
    else list.last = this.#before;
    this.#list = undefined;
    this.#before = undefined;
    this.next = undefined;
    this.#callback = undefined;
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
