import type { Clock } from '../../../src/clock.ts';
import { sleepBy } from '../../support/sleep-by.ts';

/** How a process stands still: stopped, where its monotonic clock goes on; or with its machine, where that stops too. */
export type Standstill = 'stopped' | 'suspended';

interface Timer {
  /** By the node's monotonic clock. */
  readonly due: number;
  readonly callback: () => void;
  waiting: Disposable | undefined;
}

/**
 * One node's clocks, and its event loop: while the node stands still none of its timers fire and nothing reaches it, and
 * when it wakes all comes at once.
 */
export class NodeClock implements Clock {
  readonly #root: Clock;
  readonly #timers = new Set<Timer>();
  readonly #inbox: (() => void)[] = [];
  #wallOffsetMs: number;
  /** How long its monotonic clock stood still. */
  #lostMs = 0;
  #stillMs = 0;
  #still: { readonly since: number; readonly how: Standstill } | undefined;
  #isDead = false;

  constructor(root: Clock, wallOffsetMs: number) {
    this.#root = root;
    this.#wallOffsetMs = wallOffsetMs;
  }

  get isStill(): boolean {
    return this.#still !== undefined;
  }

  /** How long it stood still so far. */
  get stillMs(): number {
    return this.#stillMs + (this.#still ? this.#root.monotonic() - this.#still.since : 0);
  }

  get pending(): number {
    return this.#timers.size;
  }

  now(): number {
    return this.#root.now() + this.#wallOffsetMs;
  }

  monotonic(): number {
    return this.#root.monotonic() - this.#lostMs;
  }

  after(ms: number, callback: () => void): Disposable {
    const timer: Timer = { due: this.monotonic() + Math.max(0, ms), callback, waiting: undefined };
    if (!this.#isDead) {
      this.#timers.add(timer);
      if (!this.#still) this.#arm(timer);
    }
    return {
      [Symbol.dispose]: () => {
        this.#timers.delete(timer);
        timer.waiting?.[Symbol.dispose]();
      },
    };
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return sleepBy((...timer) => this.after(...timer), ms, signal);
  }

  /** Something from outside reaches the process: at once, or when it wakes; never where it died. */
  enter(work: () => void): void {
    if (this.#isDead) return;
    if (this.#still) this.#inbox.push(work);
    else work();
  }

  /** Somebody sets the wall clock. */
  jump(ms: number): void {
    this.#wallOffsetMs += ms;
  }

  standStill(how: Standstill): void {
    if (this.#still || this.#isDead) return;
    this.#still = { since: this.#root.monotonic(), how };
    for (const { waiting } of this.#timers) waiting?.[Symbol.dispose]();
  }

  /** @param inboxFirst whether what came meanwhile is worked off before the timers that are due. */
  wake(inboxFirst: boolean): void {
    if (!this.#still || this.#isDead) return;
    const { since, how } = this.#still;
    this.#stillMs += this.#root.monotonic() - since;
    if (how === 'suspended') this.#lostMs += this.#root.monotonic() - since;
    this.#still = undefined;
    const inbox = this.#inbox.splice(0);
    const work = (): void => {
      for (const each of inbox) this.#root.after(0, () => this.enter(each));
    };
    if (inboxFirst) work();
    for (const timer of [...this.#timers].toSorted((a, b) => a.due - b.due)) this.#arm(timer);
    if (!inboxFirst) work();
  }

  die(): void {
    this.#isDead = true;
    for (const { waiting } of this.#timers) waiting?.[Symbol.dispose]();
    this.#timers.clear();
    this.#inbox.length = 0;
  }

  #arm(timer: Timer): void {
    timer.waiting = this.#root.after(timer.due - this.monotonic(), () => {
      this.#timers.delete(timer);
      timer.callback();
    });
  }
}
