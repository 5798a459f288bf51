/** The times of one caller's calls within the window, the oldest first. */
interface Hits {
  times: number[];
  /** Where those begin that are still in the window: moving it is cheaper than shifting the array at each call. */
  start: number;
}

const NO_HITS: Readonly<Hits> = { times: [], start: 0 };

/** One look at a caller's calls. */
export interface HitCount {
  /** How many of the window count, the present one included where it was recorded. */
  readonly count: number;
  /** When the oldest of them came; undefined without any. */
  readonly oldest: number | undefined;
  /** Whether there was room for the present one. */
  readonly recorded: boolean;
}

/**
 * Counts calls in a sliding window: of any `windowMs`, no more than `limit` are recorded. A call costs the same however
 * many callers there are: instead of looking for those that went quiet, all of them are kept in two generations, and the
 * older one is dropped as a whole once each of its calls has left the window.
 */
export class HitLog {
  readonly #limit: number;
  readonly #windowMs: number;
  readonly #mostCallers: number;
  #present = new Map<string, Hits>();
  #former = new Map<string, Hits>();
  #presentSince = Number.NEGATIVE_INFINITY;

  /** @param mostCallers of a generation: so many are remembered for certain, the latest ones, and twice as many at most. */
  constructor(limit: number, windowMs: number, mostCallers: number) {
    this.#limit = limit;
    this.#windowMs = windowMs;
    this.#mostCallers = mostCallers;
  }

  /** How many callers are remembered. */
  get size(): number {
    return this.#present.size + this.#former.size;
  }

  /** Records a call where there is room for it, in the same step in which it counts. */
  record(caller: string, now: number): HitCount {
    const hits = this.#take(caller, now);
    const recorded = hits.times.length - hits.start < this.#limit;
    if (recorded) hits.times.push(now);
    return { recorded, count: hits.times.length - hits.start, oldest: hits.times[hits.start] };
  }

  /** The same count, of which the present call is none: a caller that never called is not remembered for it. */
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
    // Each entry is copied at most once for every one that is dropped.
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
