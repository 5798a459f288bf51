import { RetryLaterError } from './errors.ts';

/** After how long another try makes sense where many wait, in milliseconds. */
const RETRY_MS = 1_000;

interface Holder {
  held: number;
  readonly waiting: Set<() => void>;
}

/** So many places for each caller. Who finds none may wait, in the order of coming and up to a bound. */
export class Places {
  readonly #places: number;
  readonly #mostWaiting: number;
  readonly #overloaded: string;
  readonly #holders = new Map<string, Holder>();

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
    holder.held += 1;
    return this.#place(caller, holder);
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
    await this.#wait(holder.waiting, signal);
    return this.#place(caller, holder);
  }

  /** How many places the caller holds. */
  held(caller = ''): number {
    return this.#holders.get(caller)?.held ?? 0;
  }

  #holderOf(caller: string): Holder {
    let holder = this.#holders.get(caller);
    if (!holder) this.#holders.set(caller, (holder = { held: 0, waiting: new Set() }));
    return holder;
  }

  async #wait(waiting: Holder['waiting'], signal: AbortSignal): Promise<void> {
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

  #place(caller: string, holder: Holder): Disposable {
    let isGivenBack = false;
    return {
      [Symbol.dispose]: () => {
        if (isGivenBack) return;
        isGivenBack = true;
        const [next] = holder.waiting;
        if (next) {
          // The place goes on to who waits, without being free in between.
          holder.waiting.delete(next);
          return next();
        }
        holder.held -= 1;
        if (holder.held === 0) this.#holders.delete(caller);
      },
    };
  }
}
