import { AsyncLocalStorage } from 'node:async_hooks';
import { syncBuiltinESMExports } from 'node:module';
import zlib from 'node:zlib';
import { MAX_FRAME_BYTES } from './frame-bounds.ts';

/** The most that one link may inflate in a row, and how much of it comes back each second. */
const MOST_BYTES = 2 * MAX_FRAME_BYTES;
const BYTES_PER_SECOND = MOST_BYTES / 10;

/** What one link may still inflate: a kilobyte on the wire can be a quarter of a second's work, and costs nothing to send. */
export class InflateBudget {
  #left = MOST_BYTES;
  #at = performance.now();

  /** Runs what reads frames; what inflates for it is charged to this budget. */
  run<T>(work: () => T): T {
    return budgets.run(this, work);
  }

  /** False where it is more than is left. */
  charge(bytes: number): boolean {
    const now = performance.now();
    this.#left = Math.min(MOST_BYTES, this.#left + ((now - this.#at) / 1000) * BYTES_PER_SECOND) - bytes;
    this.#at = now;
    return this.#left >= 0;
  }
}

const budgets = new AsyncLocalStorage<InflateBudget>();

/** As `zlib` has it for one that is too long. */
const tooLarge = (): Error => Object.assign(new RangeError('Too much to inflate'), { code: 'ERR_BUFFER_TOO_LARGE' });

/**
 * A frame may be compressed, and Baileys inflates it without a bound: 16 MB on the wire become 16 GB. It takes hold of
 * `inflate` when it is loaded, so this module has to be imported before it.
 */
const unbounded = zlib.inflate;
const inflate = (data: zlib.InputType, ...rest: [zlib.ZlibOptions | Callback, Callback?]): void => {
  const [first, second] = rest;
  const options = typeof first === 'function' ? {} : first;
  const done = typeof first === 'function' ? first : second;
  const budget = budgets.getStore();
  const checked: Callback = (error, result) => {
    if (!error && budget && !budget.charge(result.length)) return done?.(tooLarge(), result);
    done?.(error, result);
  };
  unbounded(data, { maxOutputLength: MAX_FRAME_BYTES, ...options }, checked);
};
type Callback = (error: Error | null, result: NonSharedBuffer) => void;

Object.assign(zlib, { inflate });
syncBuiltinESMExports();
