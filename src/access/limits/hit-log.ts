/** The times of one caller's calls within the window, the oldest first. */
interface Hits {
  times: number[];
  /** The index of the first time in the window: moving it is cheaper than shifting the array at each call. */
  start: number;
}

const NO_HITS: Readonly<Hits> = { times: [], start: 0 };

/** The calls of one caller, at one moment. */
export interface HitCount {
  /** How many calls are in the window, including the present one if it was recorded. */
  readonly count: number;
  /** The time of the oldest of them; undefined without any. */
  readonly oldest: number | undefined;
  /** Whether there was room to record the present one. */
  readonly recorded: boolean;
}

/**
 * Counts calls in a sliding window: in any `windowMs` at most `limit` are recorded. The cost of a call does not depend on
 * the number of callers. They are kept in two generations, and the older one is dropped as a whole once all of its calls
 * have left the window: so nothing has to search for callers that stopped calling.
 */
export class HitLog {
  readonly #limit: number;
  readonly #windowMs: number;
  readonly #mostCallers: number;
  #present = new Map<string, Hits>();
  #former = new Map<string, Hits>();
  #presentSince = Number.NEGATIVE_INFINITY;

  /** @param mostCallers of a generation: at least so many of the latest callers are remembered, and at most twice as many. */
  constructor(limit: number, windowMs: number, mostCallers: number) {
    this.#limit = limit;
    this.#windowMs = windowMs;
    this.#mostCallers = mostCallers;
  }

  /** How many callers are remembered. */
  get size(): number {
    return this.#present.size + this.#former.size;
  }

  /** Counts the calls, and records this one if there is room, in one step. */
  record(caller: string, now: number): HitCount {
    const hits = this.#take(caller, now);
    const recorded = hits.times.length - hits.start < this.#limit;
    if (recorded) hits.times.push(now);
    return { recorded, count: hits.times.length - hits.start, oldest: hits.times[hits.start] };
  }

  /** Counts without recording a call. An unknown caller stays unknown. */
  look(caller: string, now: number): HitCount {
    const known = this.#present.has(caller) || this.#former.has(caller);
    const { times, start } = known ? this.#take(caller, now) : NO_HITS;
    const count = times.length - start;
    return { recorded: false, count, oldest: times[start] };
  }

  #take(caller: string, now: number): Hits {
    this.#turnOver(now);
    let hits = this.#present.get(caller);
    if (!hits) {
      hits = this.#former.get(caller) ?? { times: [], start: 0 };
      this.#former.delete(caller);
      this.#present.set(caller, hits);
    }
    const { times } = hits;
    while (hits.start < times.length && (times[hits.start] ?? now) <= now - this.#windowMs) hits.start++;
    // At most one entry is copied for each that is dropped.
    if (hits.start > 0 && hits.start * 2 >= times.length) {
      hits.times = times.slice(hits.start);
      hits.start = 0;
    }
    return hits;
  }

  #turnOver(now: number): void {
    const isFull = this.#present.size >= this.#mostCallers;
    if (!isFull && now - this.#presentSince < this.#windowMs) return;
    this.#former = this.#present;
    this.#present = new Map();
    this.#presentSince = now;
  }
}
