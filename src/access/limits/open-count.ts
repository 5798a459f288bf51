/** Counts what each caller has open at a time, up to a bound. */
export class OpenCount {
  readonly #most: number;
  readonly #open = new Map<string, number>();

  constructor(most: number) {
    this.#most = most;
  }

  /** Dispose what it returns when that is closed; undefined where the caller has all of them open. */
  take(caller: string): Disposable | undefined {
    const open = this.#open.get(caller) ?? 0;
    if (open >= this.#most) return undefined;
    this.#open.set(caller, open + 1);
    let closed = false;
    return {
      [Symbol.dispose]: () => {
        if (closed) return;
        closed = true;
        const left = (this.#open.get(caller) ?? 1) - 1;
        if (left > 0) this.#open.set(caller, left);
        else this.#open.delete(caller);
      },
    };
  }
}
