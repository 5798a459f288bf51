import type { Clock } from '../../clock.ts';
import type { Logins, LoginsState } from '../../storage/nodes/logins.ts';

/** When logins may begin, one after the other. */
export interface LoginSlots {
  /** Resolves when the next one may. It is asked by one at a time, with so many behind it. @throws the signal's reason */
  next(signal: AbortSignal, behind: number): Promise<void>;
}

/** Of a process that is alone. */
export class OwnSlots implements LoginSlots {
  readonly #clock: Clock;
  readonly #spacingMs: number;
  /** When the next login may begin. */
  #earliest = 0;

  constructor(clock: Clock, perSecond: number) {
    this.#clock = clock;
    this.#spacingMs = 1000 / perSecond;
  }

  /** From when it is taken, so that a process that stood still does not let all in at once. */
  async next(signal: AbortSignal): Promise<void> {
    const left = this.#earliest - this.#clock.monotonic();
    // guard: logins are spaced
    if (left > 0) await this.#clock.sleep(Math.ceil(left), signal);
    this.#earliest = this.#clock.monotonic() + this.#spacingMs;
  }
}

/** A node takes the slots of so long at once: others, who may have a caller that waits, wait for no more. */
const AHEAD_MS = 250;
/** A slot that has passed for so long was slept through: others log in now. */
const PASSED_MS = 1_000;
/** Until the database is asked again that did not answer. Nobody logs in without it. */
const PAUSE_MS = 500;

/** Of all nodes of one database. */
export class SharedSlots implements LoginSlots {
  readonly #clock: Clock;
  readonly #logins: Pick<Logins, 'take'>;
  readonly #spacingMs: number;
  readonly #onState: (state: LoginsState) => void;
  /** Those that are taken and not used yet. */
  readonly #taken: number[] = [];
  #earliest = 0;

  /** @param onState hears of it each time how logins stand. */
  constructor(clock: Clock, logins: Pick<Logins, 'take'>, perSecond: number, onState: (state: LoginsState) => void) {
    this.#clock = clock;
    this.#logins = logins;
    this.#spacingMs = 1000 / perSecond;
    this.#onState = onState;
  }

  async next(signal: AbortSignal, behind: number): Promise<void> {
    for (;;) {
      const [slot] = this.#taken;
      const left = slot === undefined ? 0 : Math.max(slot, this.#earliest) - this.#clock.monotonic();
      if (slot === undefined) await this.#take(signal, 1 + behind);
      else if (left > 0) await this.#clock.sleep(Math.ceil(left), signal);
      else if (this.#clock.monotonic() - slot > PASSED_MS) this.#taken.length = 0;
      else break;
    }
    this.#taken.shift();
    this.#earliest = this.#clock.monotonic() + this.#spacingMs;
  }

  async #take(signal: AbortSignal, wanted: number): Promise<void> {
    const count = Math.min(wanted, Math.max(1, Math.floor(AHEAD_MS / this.#spacingMs)));
    try {
      const { waitMs, ...state } = await this.#logins.take(count, this.#spacingMs);
      const first = this.#clock.monotonic() + waitMs;
      for (let slot = 0; slot < count; slot += 1) this.#taken.push(first + slot * this.#spacingMs);
      this.#onState(state);
    } catch {
      await this.#clock.sleep(PAUSE_MS, signal);
    }
    signal.throwIfAborted();
  }
}
