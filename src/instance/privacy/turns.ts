import { RetryLaterError, PrivetError } from '../../errors.ts';
import type { Clock, Deadline } from '../../clock.ts';

/** Callers of one instance that come one after the other; the rest wait in order, up to a bound. */
export class Turns {
  readonly #clock: Clock;
  readonly #mostWaiting: number;
  readonly #waiting: (() => void)[] = [];
  #taken = false;

  constructor(clock: Clock, mostWaiting: number) {
    this.#clock = clock;
    this.#mostWaiting = mostWaiting;
  }

  /**
   * Resolves with the turn, to be given back by `release`.
   * @throws RetryLaterError OVERLOADED when too many wait; PrivetError TIMEOUT when less than `reserveMs` of the
   * deadline would be left; the signal's reason when aborted.
   */
  async take(deadline: Deadline, reserveMs: number, signal: AbortSignal): Promise<{ release(): void }> {
    signal.throwIfAborted();
    // guard: update turns, else true
    if (!this.#taken) {
      this.#taken = true;
      return this.#turn();
    }
    // guard: updates that wait are bounded
    if (this.#waiting.length >= this.#mostWaiting) {
      throw new RetryLaterError('OVERLOADED', 'Too many updates wait for this instance', 1_000);
    }
    await this.#wait(Math.max(0, deadline.remaining() - reserveMs), signal);
    return this.#turn();
  }

  #wait(timeoutMs: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (end: () => void): void => {
        timer[Symbol.dispose]();
        signal.removeEventListener('abort', onAbort);
        const index = this.#waiting.indexOf(go);
        if (index >= 0) this.#waiting.splice(index, 1);
        end();
      };
      const go = (): void => settle(resolve);
      const onAbort = (): void => settle(() => reject(signal.reason));
      const timer = this.#clock.after(timeoutMs, () =>
        settle(() => reject(new PrivetError('TIMEOUT', 'Other updates of this instance took all the time'))),
      );
      signal.addEventListener('abort', onAbort);
      this.#waiting.push(go);
    });
  }

  #turn(): { release(): void } {
    let held = true;
    return {
      release: () => {
        if (!held) return;
        held = false;
        const next = this.#waiting[0];
        if (next) next();
        else this.#taken = false;
      },
    };
  }
}
