import type { Clock } from '../clock.ts';

/** How long a write waits for another process (the command line) to finish its own, in milliseconds. */
export const BUSY_MS = 3_000;
/** What was seen of the lock longer ago than this says nothing any more, in milliseconds. */
const STALE_MS = 5_000;

/**
 * Since when others hold the database's lock, as far as this process saw: all that waits shares one allowance, so many
 * writes at once wait no longer than one of them would.
 */
export class Contention {
  readonly #clock: Clock;
  readonly #onLong: () => void;
  #since = 0;
  #seenAt: number | undefined;
  #isLong = false;

  /** `onLong` hears once of each time that the lock is held for longer than is waited for. */
  constructor(clock: Clock, onLong: () => void = () => {}) {
    this.#clock = clock;
    this.#onLong = onLong;
  }

  /** Whether the lock was held when last looked at, a moment ago: what can be left undone need not even be tried. */
  get isBusy(): boolean {
    return this.#seenAt !== undefined && this.#clock.monotonic() - this.#seenAt < STALE_MS;
  }

  /** The lock was held; returns how many milliseconds may still be waited for it. */
  struck(): number {
    const now = this.#clock.monotonic();
    if (!this.isBusy) {
      this.#since = now;
      this.#isLong = false;
    }
    this.#seenAt = now;
    const left = Math.max(0, this.#since + BUSY_MS - now);
    if (left === 0 && !this.#isLong) {
      this.#isLong = true;
      this.#onLong();
    }
    return left;
  }

  /** A write got through. */
  over(): void {
    this.#seenAt = undefined;
  }
}
