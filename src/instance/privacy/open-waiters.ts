import type { Clock } from '../../clock.ts';

/** Those who wait for a session to be OPEN. */
export class OpenWaiters {
  readonly #clock: Clock;
  readonly #waiters = new Set<(open: boolean) => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get isEmpty(): boolean {
    return this.#waiters.size === 0;
  }

  tell(open: boolean): void {
    for (const tell of this.#waiters) tell(open);
  }

  /** False once the time is up, or somebody tells that it will not be. */
  async wait(timeoutMs: number): Promise<boolean> {
    const opened = Promise.withResolvers<boolean>();
    this.#waiters.add(opened.resolve);
    using _ = this.#clock.after(timeoutMs, () => opened.resolve(false));
    try {
      return await opened.promise;
    } finally {
      this.#waiters.delete(opened.resolve);
    }
  }
}
