import type { Plugin } from 'graphql-yoga';
import type { Clock } from '../../clock.ts';

/** For so long operations may be begun before the event loop looks at everybody else, in milliseconds. */
const ROUND_MS = 10;
/** And so many: those that arrive in one read are begun before it shows how long the first one takes. */
const MOST_A_ROUND = 8;

/**
 * Lets operations begin a few at a time, and values of streams. What comes before execution waits for nothing: a hundred
 * requests that arrive together would all be judged before any other request, or a frame of WhatsApp, is as much as read.
 */
export class Turns {
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #waiting: (() => void)[] = [];
  #isRound = false;
  #since = 0;
  #begun = 0;

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock;
  }

  /** Undefined: it is one's turn already. */
  take(): Promise<void> | undefined {
    if (!this.#isRound) this.#startRound();
    if (this.#waiting.length === 0 && this.#hasRoom()) {
      this.#begun += 1;
      return undefined;
    }
    // No more than the server has connections, and requests at a time on each.
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #hasRoom(): boolean {
    return this.#begun < MOST_A_ROUND && this.#clock.monotonic() - this.#since < ROUND_MS;
  }

  /** A round ends when the event loop has come round: what was ready to be read has been read by then. */
  #startRound(): void {
    this.#isRound = true;
    this.#since = this.#clock.monotonic();
    this.#begun = 0;
    setImmediate(() => this.#endRound());
  }

  #endRound(): void {
    this.#isRound = false;
    if (this.#waiting.length === 0) return;
    this.#startRound();
    // One for each, since what the first one does is done before the second one is called.
    const most = Math.min(MOST_A_ROUND, this.#waiting.length);
    for (let i = 0; i < most; i++) setImmediate(() => this.#beginNext());
  }

  #beginNext(): void {
    // The time of reading goes before: at least one begins in each round.
    if (this.#begun === 0) this.#since = this.#clock.monotonic();
    if (!this.#hasRoom()) return;
    this.#begun += 1;
    this.#waiting.shift()?.();
  }
}

export function useTurns(clock: Pick<Clock, 'monotonic'>): Plugin {
  const turns = new Turns(clock);
  return { onParams: () => turns.take() };
}
