import type { Clock } from '../../src/clock.ts';
import { sleepBy } from './sleep-by.ts';

interface Timer {
  readonly at: number;
  readonly order: number;
  readonly callback: () => void;
}

/** A clock that stands still until it is told to go on. Timers fire in the order of their times. */
export class VirtualClock implements Clock {
  #time = 0;
  #order = 0;
  readonly #timers = new Set<Timer>();
  readonly #epoch: number;

  constructor(epoch = 1_700_000_000_000) {
    this.#epoch = epoch;
  }

  now(): number {
    return this.#epoch + this.#time;
  }

  monotonic(): number {
    return this.#time;
  }

  /** How many timers are set: none may be left behind. */
  get pending(): number {
    return this.#timers.size;
  }

  after(ms: number, callback: () => void): Disposable {
    this.#order += 1;
    const timer: Timer = { at: this.#time + Math.max(0, ms), order: this.#order, callback };
    this.#timers.add(timer);
    return { [Symbol.dispose]: () => void this.#timers.delete(timer) };
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return sleepBy((...timer) => this.after(...timer), ms, signal);
  }

  /** Lets `ms` go by; what is due runs at its time, with all that follows from it. */
  async advance(ms: number): Promise<void> {
    const end = this.#time + ms;
    await drain();
    for (let next = this.#next(end); next; next = this.#next(end)) {
      this.#timers.delete(next);
      this.#time = next.at;
      next.callback();
      await drain();
    }
    this.#time = end;
  }

  /** The process is held up for so long: what is due by then fires late and in one go, ahead of all that came meanwhile. */
  async stall(ms: number): Promise<void> {
    this.#time += ms;
    const end = this.#time;
    for (let next = this.#next(end); next; next = this.#next(end)) {
      this.#timers.delete(next);
      next.callback();
    }
    await drain();
  }

  #next(end: number): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.#timers) {
      if (timer.at > end) continue;
      if (!next || timer.at < next.at || (timer.at === next.at && timer.order < next.order)) next = timer;
    }
    return next;
  }
}

/** Runs promise reactions until none are left; a macrotask comes behind all of them. */
export const drain = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
