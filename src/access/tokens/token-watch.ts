import type { Clock } from '../../clock.ts';

/** How often the tokens of what is under way are looked up, in milliseconds: it ends within 1 s of its token. */
const LOOK_MS = 250;

export interface TokenWatchOptions {
  readonly clock: Clock;
  readonly log: { warn(fields: object, message: string): void };
  /** Those of the tokens that are revoked, expired or gone. */
  endedAmong(tokenIds: readonly string[]): Promise<string[]>;
}

interface Held {
  readonly end: () => void;
}

/**
 * Tells what outlives the moment in which its token was asked for that the token has ended: calls that wait, and streams.
 * Also where another process ended it, and by time; it looks while there is somebody to tell.
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
        // Once it was told it is in nobody's way: others may be held under the same id.
        if (!those.delete(held) || those.size > 0) return;
        this.#held.delete(tokenId);
        this.#stopWithoutAny();
      },
    };
  }

  /** Looks at once: for an end that this process has made. */
  async look(): Promise<void> {
    if (this.#held.size === 0) return;
    try {
      for (const tokenId of await this.#options.endedAmong([...this.#held.keys()])) this.#end(tokenId);
      this.#hasFailed = false;
    } catch (err) {
      // A database that does not answer says nothing about a token; each look would say so again.
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
        // Else all had left meanwhile, and who came since has a timer of its own.
        if (this.#timer === timer) this.#wait();
      });
    });
    this.#timer = timer;
  }
}
