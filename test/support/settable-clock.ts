import { type Clock, systemClock } from '../../src/clock.ts';

interface Timer {
  readonly at: number;
  readonly fire: () => void;
}

/** The system's clock, in a process whose wall clock may be set, and that may be held up. */
export class SettableClock implements Clock {
  /** By how much the wall clock is set, in milliseconds. */
  setBy = 0;
  #heldUpMs = 0;
  readonly #timers = new Set<Timer>();

  now(): number {
    return systemClock.now() + this.#heldUpMs + this.setBy;
  }

  monotonic(): number {
    return systemClock.monotonic() + this.#heldUpMs;
  }

  after(ms: number, callback: () => void): Disposable {
    const dispose = (): void => {
      real[Symbol.dispose]();
      this.#timers.delete(timer);
    };
    const fire = (): void => {
      dispose();
      callback();
    };
    const timer: Timer = { at: this.monotonic() + ms, fire };
    const real = systemClock.after(ms, fire);
    this.#timers.add(timer);
    return { [Symbol.dispose]: dispose };
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return systemClock.sleep(ms, signal);
  }

  /** As if nothing had run for so long: timers that are due by then fire now, ahead of all that waits in the sockets. */
  stall(ms: number): void {
    this.#heldUpMs += ms;
    const due = [...this.#timers].filter(({ at }) => at <= this.monotonic());
    for (const timer of due.sort((a, b) => a.at - b.at)) if (this.#timers.has(timer)) timer.fire();
  }
}
