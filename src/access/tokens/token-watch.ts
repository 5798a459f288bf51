import type { Clock } from '../../clock.ts';

/** How often the held tokens are looked up, in milliseconds: 1 s is promised. */
const LOOK_MS = 250;

export interface TokenWatchOptions {
  readonly clock: Clock;
  readonly log: { warn(fields: object, message: string): void };
  /** Those of the tokens that are revoked, expired or deleted. */
  endedAmong(tokenIds: readonly string[]): Promise<string[]>;
}

interface Held {
  readonly end: () => void;
}

/**
 * Ends waiting calls and streams whose token has ended, also when another process ended it or it expired. It polls while
 * anything is held.
 */
export class TokenWatch {
  readonly #options: TokenWatchOptions;
  readonly #held = new Map<string, Set<Held>>();
  #timer: Disposable | undefined;
  #hasFailed = false;

  constructor(options: TokenWatchOptions) {
    this.#options = options;
  }

  /** Calls `end` once, within 1 s of the token's end, unless disposed before. */
  hold(tokenId: string, end: () => void): Disposable {
    const held: Held = { end };
    const those = this.#held.get(tokenId) ?? new Set();
    this.#held.set(tokenId, those.add(held));
    if (!this.#timer) this.#wait();
    return {
      [Symbol.dispose]: () => {
        // After `end` this one is removed already, and others may be held under the same id.
        if (!those.delete(held) || those.size > 0) return;
        this.#held.delete(tokenId);
        this.#stopWithoutAny();
      },
    };
  }

  /** Looks now, after this process has ended tokens. */
  async look(): Promise<void> {
    if (this.#held.size === 0) return;
    try {
      for (const tokenId of await this.#options.endedAmong([...this.#held.keys()])) this.#end(tokenId);
      this.#hasFailed = false;
    } catch (err) {
      // A database that does not answer says nothing about a token. Logged once, not at each look.
      if (!this.#hasFailed) this.#options.log.warn({ err }, 'Can not see whether the tokens in use still work');
      this.#hasFailed = true;
    }
  }

  #end(tokenId: string): void {
    const those = this.#held.get(tokenId) ?? new Set();
    this.#held.delete(tokenId);
    this.#stopWithoutAny();
    const all = [...those];
    those.clear();
    for (const held of all) held.end();
  }

  #stopWithoutAny(): void {
    if (this.#held.size > 0) return;
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
  }

  #wait(): void {
    const timer = this.#options.clock.after(LOOK_MS, () => {
      void this.look().then(() => {
        // Otherwise nothing was held for a while, and what is held since has started a timer of its own.
        if (this.#timer === timer) this.#wait();
      });
    });
    this.#timer = timer;
  }
}
