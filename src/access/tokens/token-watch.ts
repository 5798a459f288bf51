import type { Clock } from '../../clock.ts';
import type { Principal } from '../principal.ts';
import type { EndedTokens } from './ended-tokens.ts';

/** How often the held tokens are looked up, in milliseconds: 1 s is promised. */
const LOOK_MS = 250;

export interface TokenWatchOptions {
  readonly clock: Clock;
  readonly log: { warn(fields: object, message: string): void };
  /** Those of the tokens that are revoked, expired or deleted. */
  endedAmong(tokenIds: readonly string[]): Promise<string[]>;
}

/** What goes on under one token. */
interface Held {
  readonly accountId: string;
  readonly holds: Hold[];
}

/**
 * Ends waiting calls and streams whose token has ended, also when another process ended it or it expired. It polls while
 * anything is held.
 */
export class TokenWatch {
  readonly #options: TokenWatchOptions;
  /** Those under which nothing is held any more stay until the next look. */
  readonly #held = new Map<string, Held>();
  #isWaiting = false;
  #hasFailed = false;

  constructor(options: TokenWatchOptions) {
    this.#options = options;
  }

  /** Calls `end` once, within 1 s of the token's end, unless disposed before. */
  hold({ tokenId, accountId }: Pick<Principal, 'tokenId' | 'accountId'>, end: () => void): Disposable {
    let held = this.#held.get(tokenId);
    if (!held) this.#held.set(tokenId, (held = { accountId, holds: [] }));
    const hold = new Hold(held.holds, end);
    if (!this.#isWaiting) this.#wait();
    return hold;
  }

  /** Looks now whether those of the tokens that are held have ended, since somebody has ended them. */
  async lookAt({ accountId, tokenIds }: EndedTokens): Promise<void> {
    const those = tokenIds.length > 0 ? tokenIds : this.#heldOf(accountId);
    const held = those.filter((id) => this.#held.get(id)?.holds.length);
    if (held.length > 0) await this.#lookAmong(held);
  }

  #heldOf(account: string): string[] {
    return [...this.#held].filter(([, { accountId }]) => accountId === account).map(([tokenId]) => tokenId);
  }

  async #lookAtAll(): Promise<void> {
    for (const [tokenId, { holds }] of this.#held) if (holds.length === 0) this.#held.delete(tokenId);
    if (this.#held.size > 0) await this.#lookAmong([...this.#held.keys()]);
  }

  async #lookAmong(tokenIds: readonly string[]): Promise<void> {
    try {
      for (const tokenId of await this.#options.endedAmong(tokenIds)) this.#end(tokenId);
      this.#hasFailed = false;
    } catch (err) {
      // A database that does not answer says nothing about a token. Logged once, not at each look.
      if (!this.#hasFailed) this.#options.log.warn({ err }, 'Can not see whether the tokens in use still work');
      this.#hasFailed = true;
    }
  }

  #end(tokenId: string): void {
    const holds = this.#held.get(tokenId)?.holds ?? [];
    this.#held.delete(tokenId);
    for (const hold of holds.slice()) hold.end();
  }

  /** Not disposed with the last that is held, which would be with nearly each call. */
  #wait(): void {
    this.#isWaiting = true;
    this.#options.clock.after(LOOK_MS, () => {
      void this.#lookAtAll().then(() => {
        if (this.#held.size > 0) this.#wait();
        else this.#isWaiting = false;
      });
    });
  }
}

/** In an array, and not in a Set, for the reason that `EqualTimers` tells. */
class Hold implements Disposable {
  readonly #end: () => void;
  #held: Hold[] | undefined;
  #index: number;

  constructor(held: Hold[], end: () => void) {
    this.#held = held;
    this.#end = end;
    this.#index = held.push(this) - 1;
  }

  end(): void {
    this[Symbol.dispose]();
    this.#end();
  }

  [Symbol.dispose](): void {
    const held = this.#held;
    const last = held?.pop();
    // The last one takes this one's place.
    if (held && last && last !== this) {
      held[this.#index] = last;
      last.#index = this.#index;
    }
    this.#held = undefined;
  }
}
