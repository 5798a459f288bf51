import type { Clock } from '../../clock.ts';

/** For so long operations may begin in one round of the event loop, in milliseconds. */
const ROUND_MS = 10;
/** And so many: those that arrive in one read begin before the first one shows how long it takes. */
const MOST_A_ROUND = 8;
/** So many connections are accepted while operations wait. */
const MOST_ARRIVALS = 32;
/** Then operations have so long, in milliseconds, before they wait for the next connections. */
const BETWEEN_MS = 10;

/**
 * New connections. Node accepts one in a round of the event loop, so the hundredth waits for a hundred rounds: rounds have
 * to be short while connections arrive.
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
    // No connection in a round: none is waiting.
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
 * Lets a few operations, values of streams and pieces of files begin in each round of the event loop. Without it a hundred
 * requests that arrive together would all be parsed and begun before another request, or a frame of WhatsApp, is read.
 * Waits while connections arrive.
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
    // An immediate each, so that the first operation has begun before the second one is let in.
    const most = Math.min(MOST_A_ROUND, this.#waiting.length);
    for (let i = 0; i < most; i++) setImmediate(() => this.#beginNext());
  }

  #beginNext(): void {
    // The round's time begins with the first operation: at least one begins in each round.
    if (this.#begun === 0) this.#since = this.#clock.monotonic();
    else if (this.#arrivals.areFirst || !this.#hasRoom()) return;
    this.#begun += 1;
    this.#waiting.shift()?.();
  }
}
