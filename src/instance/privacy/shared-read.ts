/** At most one read is on its way; those who come meanwhile share the next one: never an answer to an older question. */
export class SharedRead<T> {
  readonly #read: () => Promise<T>;
  #current: Promise<T> | undefined;
  #next: Promise<T> | undefined;

  constructor(read: () => Promise<T>) {
    this.#read = read;
  }

  get(): Promise<T> {
    if (!this.#current) {
      const current = this.#read().finally(() => (this.#current = undefined));
      this.#current = current;
      return current;
    }
    // guard: a reader joins no read that is on its way, else this.#current
    return this.#behind(this.#current);
  }

  #behind(read: Promise<T>): Promise<T> {
    this.#next ??= this.#after(read);
    return this.#next;
  }

  async #after(read: Promise<T>): Promise<T> {
    try {
      await read;
    } catch {
      // Its own callers hear of that.
    }
    this.#next = undefined;
    return this.get();
  }
}
