const FIRST_MS = 500;
const LONGEST_MS = 5_000;

/** Pauses between tries: longer each time, and never the same for all who wait. */
export class Backoff {
  #tries = 0;

  /** @returns how long to wait now, in milliseconds; at least as long as the service asked for. */
  next(asked = 0): number {
    const wait = Math.min(LONGEST_MS, FIRST_MS * 2 ** this.#tries++);
    return Math.max(asked, wait * (0.75 + Math.random() / 2));
  }

  reset(): void {
    this.#tries = 0;
  }
}
