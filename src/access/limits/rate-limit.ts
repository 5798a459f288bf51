import type { GraphQLResolveInfo } from 'graphql';
import { getGraphQLRateLimiter, type Identity, type Store } from 'graphql-rate-limit';
import type { Clock } from '../../clock.ts';
import { RetryLaterError } from '../../errors.ts';
import { type HitCount, HitLog } from './hit-log.ts';
import { type SharedLimit, SharedLog } from './shared-log.ts';

/** The length of the sliding window of every limit, in milliseconds. */
export const WINDOW_MS = 60_000;
/** Up to twice as many may be remembered: see HitLog. */
const MOST_CALLERS = 100_000;

/** What is left of a limit. */
export interface Allowance {
  readonly limit: number;
  /** How many more calls are possible now. */
  readonly remaining: number;
  /** When the oldest counted call leaves the window and `remaining` grows, in epoch milliseconds. Without any call: now. */
  readonly resetAt: number;
}

/** The headers that report an allowance; the last is in epoch seconds. */
export const allowanceHeaders = ({ limit, remaining, resetAt }: Allowance): readonly (readonly [string, string])[] => [
  ['X-RateLimit-Limit', String(limit)],
  ['X-RateLimit-Remaining', String(remaining)],
  ['X-RateLimit-Reset', String(Math.ceil(resetAt / 1000))],
];

/** The caller has used up its limit for now. */
export class RateLimitError extends RetryLaterError {
  readonly allowance: Allowance;

  constructor(message: string, retryAfterMs: number, allowance: Allowance) {
    super('RATE_LIMITED', message, retryAfterMs);
    this.allowance = allowance;
  }
}

/** One hit that the package always counts, since its window never passes: the limit is reached. */
const ONE_HIT: readonly number[] = [Number.POSITIVE_INFINITY];
const NO_HITS: readonly number[] = [];

/**
 * graphql-rate-limit reads the hits, waits, and then writes: parallel calls all see the same hits. Here the read records
 * the call at once, and the write does nothing. So only this store knows whether there was room, and it reports one hit for
 * no and none for yes. The cost of a call then does not grow with the limit either.
 */
class ReservingStore implements Store {
  readonly #log: HitLog;
  readonly #clock: Clock;
  #last: HitCount = { recorded: true, count: 0, oldest: undefined };

  constructor(limit: number, clock: Clock) {
    this.#log = new HitLog(limit, WINDOW_MS, MOST_CALLERS);
    this.#clock = clock;
  }

  /** The result of the latest `getForIdentity`. */
  get last(): HitCount {
    return this.#last;
  }

  get size(): number {
    return this.#log.size;
  }

  getForIdentity({ contextIdentity }: Identity): readonly number[] {
    this.#last = this.#log.record(contextIdentity, this.#clock.monotonic());
    return this.#last.recorded ? NO_HITS : ONE_HIT;
  }

  setForIdentity(): void {}

  look(caller: string): HitCount {
    return this.#log.look(caller, this.#clock.monotonic());
  }
}

/** Tells the package what was reserved for the call before it was asked, for all nodes. */
class ReservedStore implements Store {
  /** Of the call that the package is asked about next. */
  reserved: HitCount = { recorded: false, count: 0, oldest: undefined };

  getForIdentity(): readonly number[] {
    return this.reserved.recorded ? NO_HITS : ONE_HIT;
  }

  setForIdentity(): void {}
}

/**
 * One rule: `limit` calls a minute for each caller. Refused calls do not count: a caller that keeps trying is served again
 * as soon as its oldest served call is a minute old.
 */
export class RateLimiter {
  readonly #limit: number;
  readonly #clock: Clock;
  readonly #store: ReservingStore;
  readonly #reserved = new ReservedStore();
  readonly #shared: SharedLog | undefined;
  readonly #message: string;
  readonly #ask: ReturnType<typeof getGraphQLRateLimiter>;

  /**
   * @param message for a caller that has used up its limit.
   * @param shared given: the limit holds over all nodes, else over this process.
   */
  constructor(limit: number, clock: Clock, message: string, shared?: SharedLimit) {
    this.#limit = limit;
    this.#clock = clock;
    this.#message = message;
    this.#store = new ReservingStore(limit, clock);
    this.#shared = shared && new SharedLog(shared, limit, WINDOW_MS, clock);
    this.#ask = getGraphQLRateLimiter({
      store: shared ? this.#reserved : this.#store,
      identifyContext: (caller: string) => caller,
      formatError: () => message,
    });
  }

  /** How many callers are remembered. */
  get size(): number {
    return this.#store.size;
  }

  /**
   * Counts one call.
   * @throws RateLimitError; where the limit holds over all nodes, DatabaseAwayError and StorageError
   */
  count(caller: string): Promise<Allowance> {
    if (this.#shared) return this.#countForAll(caller, this.#shared);
    // The package reads the store before its first await, so `last` is the result of this call.
    const asked = this.#askPackage(caller);
    return this.#judged(asked, this.#store.last);
  }

  async #countForAll(caller: string, shared: SharedLog): Promise<Allowance> {
    const hits = await shared.record(caller);
    this.#reserved.reserved = hits;
    return this.#judged(this.#askPackage(caller), hits);
  }

  #askPackage(caller: string): Promise<string | undefined> {
    return this.#ask({ parent: undefined, args: {}, context: caller, info: ANY_FIELD }, ONE_RULE);
  }

  #judged(asked: Promise<string | undefined>, hits: HitCount): Promise<Allowance> {
    const { allowance, waitMs } = this.#allowanceOf(hits);
    return asked.then((refusal) => {
      if (refusal === undefined) return allowance;
      throw new RateLimitError(refusal, waitMs, allowance);
    });
  }

  /**
   * Refuses a caller that has nothing left, without counting a call.
   * @throws RateLimitError
   */
  admit(caller: string): void {
    const { allowance, waitMs } = this.#allowanceOf(this.#look(caller));
    if (allowance.remaining <= 0) throw new RateLimitError(this.#message, waitMs, allowance);
  }

  /** What is left, without counting a call; over all nodes, as of the latest call that was counted here. */
  allowance(caller: string): Allowance {
    return this.#allowanceOf(this.#look(caller)).allowance;
  }

  #look(caller: string): HitCount {
    return this.#shared?.look(caller) ?? this.#store.look(caller);
  }

  #allowanceOf({ count, oldest }: HitCount): { readonly allowance: Allowance; readonly waitMs: number } {
    const waitMs = oldest === undefined ? 0 : Math.max(1, Math.ceil(oldest + WINDOW_MS - this.#clock.monotonic()));
    const allowance = { limit: this.#limit, remaining: this.#limit - count, resetAt: this.#clock.now() + waitMs };
    return { allowance, waitMs };
  }
}

/** One limit over all fields: the package takes fields with one name for the same. */
const ANY_FIELD = { fieldName: 'call' } as GraphQLResolveInfo;
/** One reported hit is one too many. A minute is the package's default window: named, it would be parsed at each call. */
const ONE_RULE = { max: 1, readOnly: true };
