import { RetryLaterError } from './errors.ts';

/** After how long another try makes sense where many wait, in milliseconds. */
const RETRY_MS = 1_000;

interface Holder {
  held: number;
  readonly waiting: Set<() => void>;
}

/** So many places for each caller; who finds none waits in order, up to a bound. */
export class Places {
  readonly #places: number;
  readonly #mostWaiting: number;
  readonly #overloaded: string;
  readonly #holders = new Map<string, Holder>();

  /** `overloaded` is what those are told for whom there is not even room to wait. */
  constructor(places: number, mostWaiting: number, overloaded: string) {
    this.#places = places;
    this.#mostWaiting = mostWaiting;
    this.#overloaded = overloaded;
  }

  /**
   * Resolves with a place, to be given back by disposing it.
   * @throws RetryLaterError OVERLOADED when too many wait; the signal's reason when aborted while waiting.
   */
  async take(caller: string, signal: AbortSignal): Promise<Disposable> {
    signal.throwIfAborted();
    let holder = this.#holders.get(caller);
    if (!holder) this.#holders.set(caller, (holder = { held: 0, waiting: new Set() }));
    if (holder.held < this.#places) holder.held++;
    else await this.#wait(holder.waiting, signal);
    return this.#place(caller, holder);
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
    let given = false;
    return {
      [Symbol.dispose]: () => {
        if (given) return;
        given = true;
        const [next] = holder.waiting;
        if (next) {
          // The place goes on to who waits, without being free in between.
          holder.waiting.delete(next);
          return next();
        }
        if (--holder.held === 0) this.#holders.delete(caller);
      },
    };
  }
}
