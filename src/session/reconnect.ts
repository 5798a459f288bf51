import type { Clock } from '../clock.ts';

/** The longest pause between two attempts, in seconds. */
const MAX_PAUSE_S = 60;

/** A pause of random(1 … min(60, 2^n)) seconds after n failures in a row, in milliseconds. `random`: 0 … 1. */
export function pauseMs(failures: number, random: () => number = Math.random): number {
  const longest = Math.min(MAX_PAUSE_S, 2 ** failures);
  return Math.round((1 + random() * (longest - 1)) * 1000);
}

/** Lets logins of all instances through one by one, at most `perSecond`. */
export class LoginGate {
  readonly #clock: Clock;
  readonly #spacingMs: number;
  #next = 0;

  constructor(clock: Clock, perSecond = 20) {
    this.#clock = clock;
    this.#spacingMs = 1000 / perSecond;
  }

  /** Resolves when this login may begin; rejects when aborted before. */
  async enter(signal: AbortSignal): Promise<void> {
    const now = this.#clock.monotonic();
    const slot = Math.max(now, this.#next);
    this.#next = slot + this.#spacingMs;
    if (slot > now) await this.#clock.sleep(slot - now, signal);
  }
}
