import type { Clock } from '../clock.ts';
import type { InstanceView } from './state.ts';

/** The time that is shown may be off by this much: timers are late, and clocks are adjusted little by little. */
const CLOCK_STEP_MS = 2_000;

/**
 * An instance's view. The time of its next attempt is kept on the monotonic clock, which nobody sets. It is shown as wall
 * time, worked out when somebody looks.
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
