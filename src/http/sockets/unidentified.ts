interface Client {
  readonly evict: () => void;
}

/**
 * Connections whose client has not sent a token yet, up to a bound. A new one is always admitted: when all places are
 * taken, it evicts the oldest connection of the address that has most of them. So a few addresses can't block others, by
 * many connections or by slow ones. An address that many share, such as a proxy's, may have all places while no other
 * address needs them.
 */
export class UnidentifiedClients {
  readonly #most: number;
  readonly #byAddress = new Map<string, Set<Client>>();
  #count = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** Dispose what it returns once the client is identified or gone. Until then `evict` may be called, once. */
  admit(address: string, evict: () => void): Disposable {
    if (this.#count >= this.#most) this.#makeRoom(address);
    const client = { evict };
    const own = this.#byAddress.get(address) ?? new Set();
    this.#byAddress.set(address, own.add(client));
    this.#count += 1;
    return { [Symbol.dispose]: () => this.#leave(address, client) };
  }

  #makeRoom(newcomer: string): void {
    let largest = newcomer;
    let most = this.#byAddress.get(newcomer)?.size ?? 0;
    // The newcomer counts for its own address, which therefore gives way to others with as many.
    for (const [address, { size }] of this.#byAddress) if (size > most) [largest, most] = [address, size];
    const [oldest] = this.#byAddress.get(largest) ?? [];
    if (!oldest) return;
    this.#leave(largest, oldest);
    oldest.evict();
  }

  #leave(address: string, client: Client): void {
    const own = this.#byAddress.get(address);
    if (!own?.delete(client)) return;
    this.#count -= 1;
    if (own.size === 0) this.#byAddress.delete(address);
  }
}
