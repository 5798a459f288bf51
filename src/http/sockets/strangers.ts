interface Stranger {
  readonly giveWay: () => void;
}

/**
 * Connections that have not said yet who they are, up to a bound. Whoever comes is let in: where all places are taken,
 * the oldest of the address that has most of them gives way. Few addresses can keep others from connecting neither by
 * many connections nor by slow ones, and one address that many share, as that of a proxy, may have all that nobody else
 * wants.
 */
export class Strangers {
  readonly #most: number;
  readonly #byAddress = new Map<string, Set<Stranger>>();
  #count = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** Dispose what it returns once it is known who that is, or they are gone; until then `giveWay` may be called once. */
  admit(address: string, giveWay: () => void): Disposable {
    if (this.#count >= this.#most) this.#makeRoom(address);
    const stranger = { giveWay };
    const own = this.#byAddress.get(address) ?? new Set();
    this.#byAddress.set(address, own.add(stranger));
    this.#count += 1;
    return { [Symbol.dispose]: () => this.#leave(address, stranger) };
  }

  #makeRoom(newcomer: string): void {
    let largest = newcomer;
    let most = this.#byAddress.get(newcomer)?.size ?? 0;
    // With the newcomer its own address has one more: of as many as another, its own gives way.
    for (const [address, { size }] of this.#byAddress) if (size > most) [largest, most] = [address, size];
    const [oldest] = this.#byAddress.get(largest) ?? [];
    if (!oldest) return;
    this.#leave(largest, oldest);
    oldest.giveWay();
  }

  #leave(address: string, stranger: Stranger): void {
    const own = this.#byAddress.get(address);
    if (!own?.delete(stranger)) return;
    this.#count -= 1;
    if (own.size === 0) this.#byAddress.delete(address);
  }
}
