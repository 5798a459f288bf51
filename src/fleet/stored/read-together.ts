/** So many are read by one statement. */
const MOST_AT_ONCE = 500;

/** What is stored of instances, a value each: those that are asked for together are read together. */
export class ReadTogether<V> {
  readonly #load: (instanceIds: readonly string[]) => Promise<ReadonlyMap<string, V>>;
  readonly #asked = new Map<string, PromiseWithResolvers<V | undefined>>();

  constructor(load: (instanceIds: readonly string[]) => Promise<ReadonlyMap<string, V>>) {
    this.#load = load;
  }

  /** Undefined where there is none. */
  get(instanceId: string): Promise<V | undefined> {
    if (this.#asked.size === 0) setImmediate(() => this.#readAll());
    let asked = this.#asked.get(instanceId);
    if (!asked) this.#asked.set(instanceId, (asked = Promise.withResolvers()));
    return asked.promise;
  }

  #readAll(): void {
    const all = [...this.#asked];
    this.#asked.clear();
    for (let start = 0; start < all.length; start += MOST_AT_ONCE)
      void this.#read(all.slice(start, start + MOST_AT_ONCE));
  }

  async #read(some: readonly (readonly [string, PromiseWithResolvers<V | undefined>])[]): Promise<void> {
    try {
      const stored = await this.#load(some.map(([id]) => id));
      for (const [id, { resolve }] of some) resolve(stored.get(id));
    } catch (error) {
      for (const [, { reject }] of some) reject(error);
    }
  }
}
