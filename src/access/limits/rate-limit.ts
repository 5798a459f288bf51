import type { GraphQLResolveInfo } from 'graphql';
import { getGraphQLRateLimiter, type Identity, type Store } from 'graphql-rate-limit';
import type { Clock } from '../../clock.ts';
import { RetryLaterError } from '../../errors.ts';
import { type HitCount, HitLog } from './hits.ts';

/** A limit is so many calls in any time of this length, in milliseconds. */
export const WINDOW_MS = 60_000;
/** Twice as many may be remembered: see HitLog. */
const MOST_CALLERS = 100_000;

/** What is left of a limit. */
export interface Allowance {
  readonly limit: number;
  /** How many more calls are possible now. */
  readonly remaining: number;
  /** When the oldest call that counts leaves the window, in epoch milliseconds: `remaining` grows then. Now, without any. */
  readonly resetAt: number;
}

/** The headers of an answer that say what is left; the last in epoch seconds. */
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

/** A hit that the package takes for a present one, whatever the wall clock says: its own window is not asked. */
const IN_THE_WAY: readonly number[] = [Number.POSITIVE_INFINITY];
const NONE: readonly number[] = [];

/**
 * graphql-rate-limit reads the hits, waits, and then writes, so that calls side by side all see the same hits. Here the
 * reading records the call as well, and the writing does nothing. Only this store knows then whether there was room: it
 * tells the package of one hit that is in the way, or of none. That also keeps a call's cost from growing with the limit.
 */
class ReservingStore implements Store {
  readonly #log: HitLog;
  readonly #clock: Clock;
  #last: HitCount = { recorded: true, count: 0, oldest: undefined };

  constructor(limit: number, clock: Clock) {
    this.#log = new HitLog(limit, WINDOW_MS, MOST_CALLERS);
    this.#clock = clock;
  }

  /** What the call of `getForIdentity` just now came to. */
  get last(): HitCount {
    return this.#last;
  }

  get size(): number {
    return this.#log.size;
  }

  getForIdentity({ contextIdentity }: Identity): readonly number[] {
    this.#last = this.#log.record(contextIdentity, this.#clock.monotonic());
    return this.#last.recorded ? NONE : IN_THE_WAY;
  }

  setForIdentity(): void {}

  look(caller: string): HitCount {
    return this.#log.look(caller, this.#clock.monotonic());
  }
}

/**
 * One rule: `limit` calls a minute for each caller, whatever they are. Calls that are refused do not count: who keeps
 * trying is served again as soon as the oldest call that was served is a minute old.
 */
export class RateLimiter {
  readonly #limit: number;
  readonly #clock: Clock;
  readonly #store: ReservingStore;
  readonly #message: string;
  readonly #ask: ReturnType<typeof getGraphQLRateLimiter>;

  /** @param message what a caller is told that has none left. */
  constructor(limit: number, clock: Clock, message: string) {
    this.#limit = limit;
    this.#clock = clock;
    this.#message = message;
    this.#store = new ReservingStore(limit, clock);
    this.#ask = getGraphQLRateLimiter({
      store: this.#store,
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
   * @throws RateLimitError
   */
  async count(caller: string): Promise<Allowance> {
    // The package asks the store before it first waits, so that `last` is this call's.
    const asked = this.#ask({ parent: undefined, args: {}, context: caller, info: ANY_FIELD }, ONE_RULE);
    const { allowance, waitMs } = this.#left(this.#store.last);
    const refusal = await asked;
    if (refusal === undefined) return allowance;
    throw new RateLimitError(refusal, waitMs, allowance);
  }

  /**
   * Lets a caller go on that has something left, without a call being counted.
   * @throws RateLimitError
   */
  admit(caller: string): void {
    const { allowance, waitMs } = this.#left(this.#store.look(caller));
    if (allowance.remaining <= 0) throw new RateLimitError(this.#message, waitMs, allowance);
  }

  /** What is left, without a call being counted. Of who has called nothing of late, the limit is whole from now on. */
  allowance(caller: string): Allowance {
    return this.#left(this.#store.look(caller)).allowance;
  }

  #left({ count, oldest }: HitCount): { readonly allowance: Allowance; readonly waitMs: number } {
    const waitMs = oldest === undefined ? 0 : Math.max(1, Math.ceil(oldest + WINDOW_MS - this.#clock.monotonic()));
    const allowance = { limit: this.#limit, remaining: this.#limit - count, resetAt: this.#clock.now() + waitMs };
    return { allowance, waitMs };
  }
}

/** Not one limit a field, but one over all: the package makes no difference between fields of one name. */
const ANY_FIELD = { fieldName: 'call' } as GraphQLResolveInfo;
/** One hit in the way is one too many. */
const ONE_RULE = { max: 1, window: `${WINDOW_MS}ms` };
