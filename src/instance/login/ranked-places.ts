/** Who comes first where many wait. */
export const RANKS = {
  /** A call waits for the instance. */
  called: 0,
  /** Somebody watches it. */
  watched: 1,
  other: 2,
} as const;
export type Rank = (typeof RANKS)[keyof typeof RANKS];

interface Waiting {
  /** Asked when a place is free: calls come and go. */
  readonly rank: () => Rank;
  readonly enter: () => void;
}

/** So many places. Who finds none waits; a place that comes free goes to the first of the best rank. */
export class RankedPlaces {
  readonly #waiting = new Set<Waiting>();
  #free: number;

  constructor(places: number) {
    this.#free = places;
  }

  /** How many wait. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Resolves with a place, to be given back by disposing it. @throws the signal's reason */
  async take(signal: AbortSignal, rank: () => Rank): Promise<Disposable> {
    signal.throwIfAborted();
    if (this.#free > 0) this.#free -= 1;
    else await this.#turn(signal, rank);
    let isHeld = true;
    return {
      [Symbol.dispose]: () => {
        if (isHeld) this.#giveBack();
        isHeld = false;
      },
    };
  }

  async #turn(signal: AbortSignal, rank: () => Rank): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiting = { rank, enter: resolve };
    const abort = (): void => {
      if (this.#waiting.delete(waiting)) reject(signal.reason);
    };
    this.#waiting.add(waiting);
    signal.addEventListener('abort', abort, { once: true });
    try {
      await promise;
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  #giveBack(): void {
    let next: Waiting | undefined;
    let best: Rank | undefined;
    for (const waiting of this.#waiting) {
      const rank = waiting.rank();
      if (best === undefined || rank < best) [next, best] = [waiting, rank];
      if (best === RANKS.called) break;
    }
    if (!next) {
      this.#free += 1;
      return;
    }
    this.#waiting.delete(next);
    next.enter();
  }
}
