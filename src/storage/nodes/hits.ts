import type { Kysely } from 'kysely';
import { type Clock, EqualTimers } from '../../clock.ts';
import { DatabaseAwayError, guarded } from '../errors.ts';
import type { Tables } from '../schema.ts';
import { countHits, type Counted, purgeHits } from './hit-rows.ts';

/** How long a call waits to be counted. Then it does not pass, though it may have been counted. */
const PATIENCE_MS = 4_000;
/** Between two tries of a database that does not answer. */
const PAUSE_MS = 100;
/** How often each node deletes what nobody counts any more. */
const PURGE_MS = 60_000;

/** A call that was to be counted. */
export interface Hit {
  /** Whether there was room. */
  readonly recorded: boolean;
  /** How many are in the window, with this one if it was recorded. */
  readonly count: number;
  /** How long until the oldest of them leaves the window, in milliseconds; 0 without any. */
  readonly waitMs: number;
}

/** Calls in a sliding window of a minute, counted over all nodes. */
export interface Hits {
  /**
   * Counts a call where fewer than `most` of the key are in the window. Calls that come while a statement is in flight
   * share the next one.
   * @throws StorageError, DatabaseAwayError
   */
  record(key: string, most: number): Promise<Hit>;
}

/** A call that waits. */
interface Asking {
  readonly key: string;
  readonly most: number;
  readonly resolve: (hit: Hit) => void;
  readonly reject: (error: unknown) => void;
}

export class SharedHits implements Hits {
  readonly #db: Kysely<Tables>;
  readonly #clock: Clock;
  readonly #timers: EqualTimers;
  readonly #waiting = new Set<Asking>();
  #isAtWork = false;
  #purgedAt: number;

  constructor(db: Kysely<Tables>, clock: Clock) {
    this.#db = db;
    this.#clock = clock;
    this.#timers = new EqualTimers(clock, PATIENCE_MS);
    this.#purgedAt = clock.monotonic();
  }

  async record(key: string, most: number): Promise<Hit> {
    const { promise, resolve, reject } = Promise.withResolvers<Hit>();
    const asking: Asking = { key, most, resolve, reject };
    this.#waiting.add(asking);
    using _ = this.#timers.after(() => {
      this.#waiting.delete(asking);
      reject(new DatabaseAwayError({ cause: new Error(`Not counted within ${PATIENCE_MS} ms`) }));
    });
    // The fields of one operation come one after the other: they share a statement from the first one on.
    if (!this.#isAtWork) queueMicrotask(() => void this.#work());
    return await promise;
  }

  async #work(): Promise<void> {
    if (this.#isAtWork) return;
    this.#isAtWork = true;
    while (this.#waiting.size > 0) await this.#countAll();
    this.#isAtWork = false;
  }

  /** Those who have waited for too long meanwhile have their answer. */
  async #countAll(): Promise<void> {
    const byKey = Map.groupBy(this.#waiting, ({ key }) => key);
    const calls = [...byKey].map(([key, asking]) => ({ key, wanted: asking.length, most: asking[0]?.most ?? 0 }));
    try {
      const counted = await guarded('hits.record', () => countHits(this.#db, calls));
      for (const each of counted) this.#answer(byKey.get(each.key) ?? [], each);
      void this.#purge();
    } catch (error) {
      // To count a call twice is better than to refuse it: a limit that is reached too soon does no harm.
      if (error instanceof DatabaseAwayError) return this.#clock.sleep(PAUSE_MS);
      for (const asking of [...byKey.values()].flat()) this.#answerWith(asking, () => asking.reject(error));
    }
  }

  #answer(asked: readonly Asking[], { granted, total, waitMs }: Counted): void {
    for (const [place, asking] of asked.entries()) {
      const recorded = place < granted;
      const count = recorded ? total - granted + place + 1 : total;
      this.#answerWith(asking, () => asking.resolve({ recorded, count, waitMs }));
    }
  }

  #answerWith(asking: Asking, answer: () => void): void {
    this.#waiting.delete(asking);
    answer();
  }

  /** No call waits for it: after many addresses that guessed it takes longer. */
  async #purge(): Promise<void> {
    const now = this.#clock.monotonic();
    if (now - this.#purgedAt < PURGE_MS) return;
    this.#purgedAt = now;
    await purgeHits(this.#db, () => this.#clock.monotonic() - now >= PURGE_MS).catch(() => undefined);
  }
}
