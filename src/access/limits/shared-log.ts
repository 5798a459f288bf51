import type { Clock } from '../../clock.ts';
import type { Hits } from '../../storage/nodes/hits.ts';
import type { HitCount } from './hit-log.ts';

/** Of so many callers of a generation it is known what they had left when they called last; two generations are kept. */
const MOST_CALLERS = 10_000;

const NO_HITS: HitCount = { recorded: false, count: 0, oldest: undefined };

/** Where the calls of one limit are counted for all nodes. */
export interface SharedLimit {
  readonly hits: Hits;
  /** Tells its callers from those of other limits. */
  readonly name: string;
}

/** Counts calls in a sliding window, as `HitLog` does, but over all nodes: the database knows the calls. */
export class SharedLog {
  readonly #shared: SharedLimit;
  readonly #limit: number;
  readonly #windowMs: number;
  readonly #clock: Clock;
  /** As of the latest statement in which each was counted here. */
  #present = new Map<string, HitCount>();
  #former = new Map<string, HitCount>();

  constructor(shared: SharedLimit, limit: number, windowMs: number, clock: Clock) {
    this.#shared = shared;
    this.#limit = limit;
    this.#windowMs = windowMs;
    this.#clock = clock;
  }

  /** Counts the calls, and records this one if there is room, in one step. @throws DatabaseAwayError, StorageError */
  async record(caller: string): Promise<HitCount> {
    const known = this.look(caller);
    // Nothing makes room before its oldest call leaves the window: who keeps trying costs the database nothing.
    if (known.count >= this.#limit) return known;
    const { recorded, count, waitMs } = await this.#shared.hits.record(`${this.#shared.name} ${caller}`, this.#limit);
    const oldest = count === 0 ? undefined : this.#clock.monotonic() + waitMs - this.#windowMs;
    const hits = { recorded, count, oldest };
    this.#note(caller, hits);
    return hits;
  }

  /** What was known when the caller called last on this node; of one that has not called within the window: no calls. */
  look(caller: string): HitCount {
    const known = this.#present.get(caller) ?? this.#former.get(caller);
    if (known?.oldest === undefined || known.oldest + this.#windowMs <= this.#clock.monotonic()) return NO_HITS;
    return { ...known, recorded: false };
  }

  #note(caller: string, hits: HitCount): void {
    if (this.#present.size >= MOST_CALLERS) {
      this.#former = this.#present;
      this.#present = new Map();
    }
    this.#present.set(caller, hits);
  }
}
