import type { Clock } from '../../src/clock.ts';
import { sleepBy } from '../support/sleep-by.ts';

/** One service's view of the clock: with its crash, all its timers are gone, as those of a process are. */
export class ServiceClock implements Clock {
  readonly #root: Clock;
  readonly #timers = new Set<Disposable>();
  #dead = false;

  constructor(root: Clock) {
    this.#root = root;
  }

  /** Timers of this service that are still set. */
  get pending(): number {
    return this.#timers.size;
  }

  now(): number {
    return this.#root.now();
  }

  monotonic(): number {
    return this.#root.monotonic();
  }

  after(ms: number, callback: () => void): Disposable {
    if (this.#dead) return { [Symbol.dispose]: () => undefined };
    const timer = this.#root.after(ms, () => {
      this.#timers.delete(timer);
      callback();
    });
    this.#timers.add(timer);
    return {
      [Symbol.dispose]: () => {
        timer[Symbol.dispose]();
        this.#timers.delete(timer);
      },
    };
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return sleepBy((...timer) => this.after(...timer), ms, signal);
  }

  kill(): void {
    this.#dead = true;
    for (const timer of this.#timers) timer[Symbol.dispose]();
    this.#timers.clear();
  }
}
