import type { Clock } from '../clock.ts';

/**
 * npm hands on to the service what the terminal, or a supervisor, gave to both: signals so close together are one.
 * In milliseconds.
 */
const ONE_MS = 1_000;

/** Tells signals that ask for an orderly end from one that can't wait for it. */
export class EndSignals {
  readonly #clock: Clock;
  readonly #hasTerminal: boolean;
  readonly #ended = new AbortController();
  #hungUp = false;
  #firstAt: number | undefined;

  /** @param hasTerminal whether one of the process' streams is a terminal. */
  constructor(clock: Clock, hasTerminal = false) {
    this.#clock = clock;
    this.#hasTerminal = hasTerminal;
  }

  /** Aborted by the first one. */
  get signal(): AbortSignal {
    return this.#ended.signal;
  }

  /** Whether a terminal went away that this process was detached from: it goes on, also without what started it there. */
  get isLeftAlone(): boolean {
    return this.#hungUp;
  }

  /**
   * The terminal was closed. Who gave the process other streams, as `nohup` does, wants it to go on; that the signal was to
   * be ignored, Node takes back at its start.
   * @returns whether the process is to end at once.
   */
  hangUp(): boolean {
    if (this.#hasTerminal) return this.receive();
    this.#hungUp = true;
    return false;
  }

  /** @returns whether the process is to end at once. */
  receive(): boolean {
    const now = this.#clock.monotonic();
    this.#firstAt ??= now;
    this.#ended.abort();
    return now - this.#firstAt >= ONE_MS;
  }
}
