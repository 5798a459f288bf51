/**
 * One direction of a link with a latency: each entry comes out by itself, so long after it went in, in order. Entries
 * are never serialized: ten that go in together come out together.
 */
export class DelayLine {
  #entries: { due: number; run: () => void }[] = [];
  #timer: NodeJS.Timeout | undefined;
  readonly #delayMs: () => number;

  constructor(delayMs: () => number) {
    this.#delayMs = delayMs;
  }

  push(run: () => void): void {
    const now = performance.now();
    // Never before the entry in front of it, also when the latency was lowered in between.
    const due = Math.max(now + this.#delayMs(), this.#entries.at(-1)?.due ?? 0);
    if (this.#entries.length === 0 && due <= now) return run();
    this.#entries.push({ due, run });
    this.#timer ??= setTimeout(this.#flush, Math.max(0, due - now));
  }

  /** Drops what is still under way. */
  clear(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#entries = [];
  }

  #flush = (): void => {
    this.#timer = undefined;
    // Timers may fire up to a millisecond early.
    const horizon = performance.now() + 1;
    while (this.#entries[0] && this.#entries[0].due <= horizon) this.#entries.shift()?.run();
    const next = this.#entries[0];
    if (next && this.#timer === undefined)
      this.#timer = setTimeout(this.#flush, Math.max(0, next.due - performance.now()));
  };
}
