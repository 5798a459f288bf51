import type { Clock } from '../clock.ts';
import { unauthenticated } from '../errors.ts';
import type { Log, Tokens } from './context.ts';
import type { OpenStreams } from './streams.ts';

/** How often the tokens of open streams are looked up, in milliseconds: a stream ends within 1 s of its token. */
const LOOK_MS = 250;

/** Ends streams whose token was revoked, expired or deleted, also by another process. It looks while there are streams. */
export class StreamTokens {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #streams: OpenStreams;
  readonly #tokens: Pick<Tokens, 'endedAmong'>;
  #isLooking = false;
  #hasFailed = false;

  constructor(clock: Clock, log: Log, streams: OpenStreams, tokens: Pick<Tokens, 'endedAmong'>) {
    this.#clock = clock;
    this.#log = log;
    this.#streams = streams;
    this.#tokens = tokens;
  }

  /** To be called when a stream was opened. */
  streamOpened(): void {
    if (this.#isLooking) return;
    this.#isLooking = true;
    this.#wait();
  }

  #wait(): void {
    this.#clock.after(LOOK_MS, () => void this.#look());
  }

  async #look(): Promise<void> {
    if (this.#streams.size > 0) await this.#endStreams();
    if (this.#streams.size > 0) return this.#wait();
    this.#isLooking = false;
  }

  async #endStreams(): Promise<void> {
    try {
      const ended = await this.#tokens.endedAmong([...this.#streams.tokenIds()]);
      for (const tokenId of ended) this.#streams.endOf(tokenId, unauthenticated());
      this.#hasFailed = false;
    } catch (error) {
      // A database that does not answer says nothing about a token; each look would say so again.
      if (!this.#hasFailed && this.#streams.size > 0) {
        this.#log.warn({ err: error }, 'Can not see whether the tokens of open streams are still valid');
      }
      this.#hasFailed = true;
    }
  }
}
