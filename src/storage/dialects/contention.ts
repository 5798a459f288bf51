import type { Clock } from '../../clock.ts';
import type { Fault } from './faults.ts';

/** How long a call waits for a database that others hold, or that does not answer, in milliseconds. */
export const BUSY_MS = 3_000;
/** What was seen of it longer ago than this says nothing any more, in milliseconds. */
const STALE_MS = 5_000;

/** Hears once of each time that writing goes wrong. */
export interface WriteTrouble {
  /** The database could not be had for longer than is waited for. */
  readonly onLong?: () => void;
  /** There is no room on the disk. */
  readonly onFull?: () => void;
}

/**
 * Since when the database can't be had, as far as this process saw: another process has locked the file, or the server does
 * not answer. All that waits shares one allowance, so many calls at once wait no longer than one of them would.
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

  /** Whether it could not be had when last looked at, a moment ago: what can be left undone need not even be tried. */
  get isBusy(): boolean {
    return this.#seenAt !== undefined && this.#clock.monotonic() - this.#seenAt < STALE_MS;
  }

  /** It could not be had; returns how many milliseconds may still be waited for it. */
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

  /** It could: of a file, where that is about writes, a write got through. */
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
