import type { Clock } from '../../../src/clock.ts';

/** One direction of a connection: what goes in comes out later, in order. What is due together comes out together. */
export class Pipe {
  readonly #clock: Clock;
  readonly #latencyMs: () => number;
  #entries: { readonly due: number; readonly run: () => void }[] = [];
  #timer: Disposable | undefined;

  constructor(clock: Clock, latencyMs: () => number) {
    this.#clock = clock;
    this.#latencyMs = latencyMs;
  }

  get idle(): boolean {
    return this.#entries.length === 0;
  }

  push(run: () => void): void {
    const now = this.#clock.monotonic();
    const due = Math.max(now + this.#latencyMs(), this.#entries.at(-1)?.due ?? 0);
    this.#entries.push({ due, run });
    this.#timer ??= this.#clock.after(due - now, this.#flush);
  }

  /** Loses what is still on its way. */
  clear(): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
    this.#entries = [];
  }

  #flush = (): void => {
    this.#timer = undefined;
    const now = this.#clock.monotonic();
    // Several frames in one piece of data are handled in one go, without a turn of the event loop between them.
    while (this.#entries[0] && this.#entries[0].due <= now) this.#entries.shift()?.run();
    const next = this.#entries[0];
    if (next) this.#timer ??= this.#clock.after(next.due - now, this.#flush);
  };
}
