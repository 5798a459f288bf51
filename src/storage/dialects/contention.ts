import type { Clock } from '../../clock.ts';
import type { Fault } from './faults.ts';

/** How long a call waits for a database that others hold, or that does not answer, in milliseconds. */
export const BUSY_MS = 3_000;
/** For how long a failed try says something about the database, in milliseconds. */
const STALE_MS = 5_000;

/** Told once each time that trouble begins. */
export interface WriteTrouble {
  /** The database was locked or away for too long. */
  readonly onLong?: () => void;
  /** There is no room on the disk. */
  readonly onFull?: () => void;
}

/**
 * Since when the database has been locked or away, as this process saw it. All calls that wait for it share one allowance:
 * many at once wait no longer than one would.
 */
export class Contention {
  readonly #clock: Clock;
  readonly #trouble: WriteTrouble;
  #since = 0;
  #seenAt: number | undefined;
  #isLong = false;
  #isFull = false;

  constructor(clock: Clock, trouble: WriteTrouble = {}) {
    this.#clock = clock;
    this.#trouble = trouble;
  }

  /** Whether it was locked or away a moment ago: work that can wait need not even be tried. */
  get isBusy(): boolean {
    return this.#seenAt !== undefined && this.#clock.monotonic() - this.#seenAt < STALE_MS;
  }

  /** It is locked or away; returns for how many milliseconds to wait for it. */
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
      this.#trouble.onLong?.();
    }
    return left;
  }

  /** A statement got through; for a file, one that writes. */
  over(): void {
    this.#seenAt = undefined;
  }

  /** Something was written, so there is room as well. */
  wrote(): void {
    this.over();
    this.#isFull = false;
  }

  /** A statement failed, for whatever reason. */
  failed(fault: Fault | undefined): void {
    if (this.#isFull || fault !== 'full') return;
    this.#isFull = true;
    this.#trouble.onFull?.();
  }
}
