import type { Clock } from '../clock.ts';

/**
 * npm hands on to the service what the terminal, or a supervisor, gave to both: signals so close together are one.
 * In milliseconds.
 */
const ONE_MS = 1_000;

/** Tells signals that ask for an orderly end from one that can't wait for it. */
export class EndSignals {
  readonly #clock: Clock;
  readonly #ended = new AbortController();
  #firstAt: number | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Aborted by the first one. */
  get signal(): AbortSignal {
    return this.#ended.signal;
  }

  /** @returns whether the process is to end at once. */
  receive(): boolean {
    const now = this.#clock.monotonic();
    this.#firstAt ??= now;
    this.#ended.abort();
    return now - this.#firstAt >= ONE_MS;
  }
}
