import type { Plugin } from 'graphql-yoga';
import type { Clock } from '../../clock.ts';

/** For so long operations may be begun before the event loop looks at everybody else, in milliseconds. */
const ROUND_MS = 10;
/** And so many: those that arrive in one read are begun before it shows how long the first one takes. */
const MOST_A_ROUND = 8;
/** So many connections are accepted while everything else makes way for them. */
const MOST_ARRIVALS = 32;
/** And then everything else has so long, in milliseconds, before it makes way for the next ones. */
const BETWEEN_MS = 10;

/**
 * The connections that come. Node accepts one in a round of the event loop: who stands behind a hundred others waits for a
 * hundred rounds, so rounds have to be short while there are any.
 */
export class Arrivals {
  readonly #clock: Pick<Clock, 'monotonic'>;
  #isWatching = false;
  #isRoundOfOne = false;
  #areFirst = false;
  #accepted = 0;
  #since = 0;

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock;
  }

  /** Whether nothing else should begin now. */
  get areFirst(): boolean {
    return this.#areFirst;
  }

  /** One was accepted. */
  note(): void {
    this.#isRoundOfOne = true;
    this.#accepted += 1;
    if (this.#isWatching) return;
    this.#change(true);
    this.#watch();
  }

  #watch(): void {
    this.#isWatching = true;
    setImmediate(() => {
      this.#isWatching = false;
      this.#endRound();
    });
  }

  #endRound(): void {
    // A round in which none was accepted has left none behind.
    if (!this.#isRoundOfOne) return this.#change(false);
    this.#isRoundOfOne = false;
    const isOver = this.#areFirst
      ? this.#accepted >= MOST_ARRIVALS
      : this.#clock.monotonic() - this.#since >= BETWEEN_MS;
    if (isOver) this.#change(!this.#areFirst);
    this.#watch();
  }

  #change(areFirst: boolean): void {
    this.#areFirst = areFirst;
    this.#accepted = 0;
    this.#since = this.#clock.monotonic();
  }
}

/**
 * Lets operations begin a few at a time, values of streams, pieces of files. What comes before execution waits for nothing:
 * a hundred requests that arrive together would all be judged before any other request, or a frame of WhatsApp, is as much
 * as read. Makes way for connections that come.
 */
export class Turns {
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #arrivals: Pick<Arrivals, 'areFirst'>;
  readonly #waiting: (() => void)[] = [];
  #isRound = false;
  #since = 0;
  #begun = 0;

  constructor(clock: Pick<Clock, 'monotonic'>, arrivals: Pick<Arrivals, 'areFirst'>) {
    this.#clock = clock;
    this.#arrivals = arrivals;
  }

  /** Undefined: it is one's turn already. */
  take(): Promise<void> | undefined {
    if (!this.#isRound) this.#startRound();
    if (this.#waiting.length === 0 && !this.#arrivals.areFirst && this.#hasRoom()) {
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
    if (this.#arrivals.areFirst) return;
    // One for each, since what the first one does is done before the second one is called.
    const most = Math.min(MOST_A_ROUND, this.#waiting.length);
    for (let i = 0; i < most; i++) setImmediate(() => this.#beginNext());
  }

  #beginNext(): void {
    // The time of reading goes before: at least one begins in each round.
    if (this.#begun === 0) this.#since = this.#clock.monotonic();
    else if (this.#arrivals.areFirst || !this.#hasRoom()) return;
    this.#begun += 1;
    this.#waiting.shift()?.();
  }
}

export const useTurns = (turns: Turns): Plugin => ({ onParams: () => turns.take() });
