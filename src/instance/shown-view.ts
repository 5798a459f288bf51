import type { Clock } from '../clock.ts';
import type { InstanceView } from './state.ts';

/** By so much what is shown of a time may be off: timers are late, and clocks are slewed. */
const CLOCK_STEP_MS = 2_000;

/**
 * An instance's view. When its next attempt comes is kept by the clock that nobody sets; what is shown of that is wall
 * time, as the wall clock stands when it is looked at.
 */
export class ShownView {
  #view: InstanceView;
  #attemptAt: number | undefined;
  readonly #clock: Clock;

  constructor(clock: Clock, view: InstanceView) {
    this.#clock = clock;
    this.#view = view;
    this.change(view);
  }

  /** Another object only after a change, or where the clock was set. */
  get current(): InstanceView {
    const { reason } = this.#view;
    if (reason?.retryAt === undefined || this.#attemptAt === undefined) return this.#view;
    const retryAt = Math.round(this.#clock.now() + this.attemptInMs);
    if (Math.abs(retryAt - reason.retryAt) >= CLOCK_STEP_MS)
      this.#view = { ...this.#view, reason: { ...reason, retryAt } };
    return this.#view;
  }

  /** Milliseconds until the next attempt; 0 or less where it is due, or none is waited for. */
  get attemptInMs(): number {
    return this.#attemptAt === undefined ? 0 : this.#attemptAt - this.#clock.monotonic();
  }

  change(view: InstanceView): void {
    this.#view = view;
    const retryAt = view.reason?.retryAt;
    this.#attemptAt = retryAt === undefined ? undefined : this.#clock.monotonic() + retryAt - this.#clock.now();
  }
}
