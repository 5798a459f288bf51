import type { Clock } from '../../clock.ts';
import { ConnectionLost } from './faults.ts';

/**
 * Bounds how many connections transactions and writes may have together: those that wait for a lock would have all of them,
 * and what only reads would wait along.
 */
export class Writers {
  readonly #clock: Clock;
  readonly #waiting = new Set<() => void>();
  #free: number;

  constructor(most: number, clock: Clock) {
    this.#free = most;
    this.#clock = clock;
  }

  /** @throws ConnectionLost when there was no place for so long */
  async enter(ms: number): Promise<Disposable> {
    if (this.#free > 0) this.#free -= 1;
    else await this.#turn(ms);
    let isHeld = true;
    return {
      [Symbol.dispose]: () => {
        if (isHeld) this.#leave();
        isHeld = false;
      },
    };
  }

  #turn(ms: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const enter = (): void => {
        timer[Symbol.dispose]();
        resolve();
      };
      const timer = this.#clock.after(ms, () => {
        this.#waiting.delete(enter);
        reject(new ConnectionLost('All connections are held by writes that wait'));
      });
      this.#waiting.add(enter);
    });
  }

  /** The place goes to who has waited for the longest. */
  #leave(): void {
    const [next] = this.#waiting;
    if (!next) {
      this.#free += 1;
      return;
    }
    this.#waiting.delete(next);
    next();
  }
}
