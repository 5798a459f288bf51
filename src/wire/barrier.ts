/**
 * Durable before visible: frames leave in order, and each one waits for the commits that began before it. A commit that
 * fails closes the barrier for good, since later frames may depend on it.
 */
export class WriteBarrier {
  readonly #onFailure: (error: unknown) => void;
  /** Ends with everything that has to happen before the next frame may leave; undefined when nothing does. */
  #tail: Promise<void> | undefined;
  #broken = false;

  constructor(onFailure: (error: unknown) => void) {
    this.#onFailure = onFailure;
  }

  /** Frames passed from now on wait for this commit. */
  hold(commit: Promise<void>): void {
    this.#follow(async (before) => {
      // guard: frames wait for what they depend on, else await before
      await Promise.all([before, commit]);
    });
  }

  /** Runs `send` once all commits held so far are done; never, when one of them failed. */
  pass(send: () => void): void {
    if (this.#broken) return;
    if (!this.#tail) return send();
    this.#follow(async (before) => {
      await before;
      if (!this.#broken) send();
    });
  }

  #follow(step: (before: Promise<void> | undefined) => Promise<void>): void {
    const tail: Promise<void> = step(this.#tail)
      .catch((error: unknown) => {
        if (this.#broken) return;
        this.#broken = true;
        // guard: a failed commit ends the link
        this.#onFailure(error);
      })
      .finally(() => {
        if (this.#tail === tail) this.#tail = undefined;
      });
    this.#tail = tail;
  }
}
