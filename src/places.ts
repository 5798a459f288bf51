import { RetryLaterError } from './errors.ts';

/** After how long another try makes sense where many wait, in milliseconds. */
const RETRY_MS = 1_000;

interface Holder {
  held: number;
  /** Made for the first one that waits. */
  waiting: Set<() => void> | undefined;
}

/**
 * So many callers without a place are kept, for their next call: a Map of what comes and goes with each call costs much, as
 * said of `EqualTimers`.
 */
const MOST_IDLE = 1_000;

/** So many places for each caller. Who finds none may wait, in the order of coming and up to a bound. */
export class Places {
  readonly #places: number;
  readonly #mostWaiting: number;
  readonly #overloaded: string;
  readonly #holders = new Map<string, Holder>();
  #idle = 0;

  /** @param overloaded what those are told for whom there is not even room to wait. */
  constructor(places: number, mostWaiting = 0, overloaded = 'Too many wait for their turn') {
    this.#places = places;
    this.#mostWaiting = mostWaiting;
    this.#overloaded = overloaded;
  }

  /** A place, to be given back by disposing it; undefined where the caller holds all of its places. */
  takeFree(caller = ''): Disposable | undefined {
    const holder = this.#holderOf(caller);
    if (holder.held >= this.#places) return undefined;
    if (holder.held === 0) this.#idle -= 1;
    holder.held += 1;
    return new Place(() => this.#giveBack(holder));
  }

  /**
   * Resolves with a place, to be given back by disposing it.
   * @throws RetryLaterError OVERLOADED when too many wait; the signal's reason when aborted while waiting.
   */
  async take(signal: AbortSignal, caller = ''): Promise<Disposable> {
    signal.throwIfAborted();
    const free = this.takeFree(caller);
    if (free) return free;
    const holder = this.#holderOf(caller);
    await this.#wait((holder.waiting ??= new Set()), signal);
    return new Place(() => this.#giveBack(holder));
  }

  /** How many places the caller holds. */
  held(caller = ''): number {
    return this.#holders.get(caller)?.held ?? 0;
  }

  #holderOf(caller: string): Holder {
    const known = this.#holders.get(caller);
    if (known) return known;
    if (this.#idle >= MOST_IDLE) this.#dropIdle();
    const holder: Holder = { held: 0, waiting: undefined };
    this.#holders.set(caller, holder);
    this.#idle += 1;
    return holder;
  }

  #dropIdle(): void {
    for (const [caller, { held }] of this.#holders) if (held === 0) this.#holders.delete(caller);
    this.#idle = 0;
  }

  async #wait(waiting: Set<() => void>, signal: AbortSignal): Promise<void> {
    if (waiting.size >= this.#mostWaiting) {
      throw new RetryLaterError('OVERLOADED', this.#overloaded, RETRY_MS);
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const abort = (): void => {
      waiting.delete(resolve);
      reject(signal.reason);
    };
    signal.addEventListener('abort', abort, { once: true });
    waiting.add(resolve);
    try {
      await promise;
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  #giveBack(holder: Holder): void {
    const [next] = holder.waiting ?? [];
    if (next) {
      // The place goes on to who waits, without being free in between.
      holder.waiting?.delete(next);
      return next();
    }
    holder.held -= 1;
    if (holder.held === 0) this.#idle += 1;
  }
}

class Place implements Disposable {
  #giveBack: (() => void) | undefined;

  constructor(giveBack: () => void) {
    this.#giveBack = giveBack;
  }

  /** Once: a place that is given back may be another's. */
  [Symbol.dispose](): void {
    const giveBack = this.#giveBack;
    this.#giveBack = undefined;
    giveBack?.();
  }
}
