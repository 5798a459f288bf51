import type { Clock } from '../clock.ts';

/** npm passes on a signal that the terminal has sent to the service already: two within this time, in milliseconds, are one. */
const SAME_SIGNAL_MS = 1_000;

/** Tells the first signal, which asks for an orderly shutdown, from a later one, which ends the process at once. */
export class ShutdownSignals {
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

  /** Aborted by the first signal. */
  get signal(): AbortSignal {
    return this.#ended.signal;
  }

  /** Whether the terminal was closed while no stream of this process was on it: the process goes on, even without its parent. */
  get isDetached(): boolean {
    return this.#hungUp;
  }

  /**
   * The terminal was closed. With other streams, as under `nohup`, the process is to go on: Node itself can't tell, since
   * it resets ignored signals at its start.
   * @returns whether the process must end at once.
   */
  hangUp(): boolean {
    if (this.#hasTerminal) return this.receive();
    this.#hungUp = true;
    return false;
  }

  /** @returns whether the process must end at once. */
  receive(): boolean {
    const now = this.#clock.monotonic();
    this.#firstAt ??= now;
    this.#ended.abort();
    return now - this.#firstAt >= SAME_SIGNAL_MS;
  }
}
