import type { Clock } from '../clock.ts';

/** WhatsApp calls the client outdated for this many instances: it is the client, not the instance. */
const BREAKER_INSTANCES = 3;
const PROBE_MS = 300_000;

/**
 * The one door to WhatsApp's login for all instances of the process: at most so many a second, and only one probe every
 * five minutes while WhatsApp refuses the client as outdated.
 */
export class LoginGate {
  #nextSlot = 0;
  /** No other login begins before, whoever's slot it is. */
  #earliest = 0;
  #nextProbe = 0;
  readonly #outdated = new Set<string>();
  /** Aborted when those that are held up may go on. */
  #held = new AbortController();
  readonly #clock: Clock;
  readonly #spacingMs: number;

  constructor(clock: Clock, perSecond = 20) {
    this.#clock = clock;
    this.#spacingMs = 1000 / perSecond;
  }

  /** WhatsApp called the client outdated at this instance's login. */
  refusedAsOutdated(instanceId: string): void {
    this.#outdated.add(instanceId);
    if (this.#outdated.size === BREAKER_INSTANCES) this.#nextProbe = this.#clock.monotonic() + PROBE_MS;
  }

  /** A login went through: the client is taken, and whoever waits need not wait for the next probe. */
  accepted(): void {
    if (this.#outdated.size === 0) return;
    this.#outdated.clear();
    this.#held.abort();
    this.#held = new AbortController();
  }

  /**
   * Resolves when this login may begin; rejects when aborted before. `onWait` hears when the next try will be (epoch
   * milliseconds) while logins are held up.
   */
  async enter(signal: AbortSignal, onWait: (retryAt: number) => void): Promise<void> {
    while (this.#outdated.size >= BREAKER_INSTANCES) {
      const left = this.#nextProbe - this.#clock.monotonic();
      if (left <= 0) {
        this.#nextProbe = this.#clock.monotonic() + PROBE_MS;
        break;
      }
      onWait(this.#clock.now() + left);
      await this.#clock.sleep(left, AbortSignal.any([signal, this.#held.signal])).catch(() => signal.throwIfAborted());
    }
    await this.#takeSlot(signal);
  }

  async #takeSlot(signal: AbortSignal): Promise<void> {
    for (;;) {
      const now = this.#clock.monotonic();
      const slot = Math.max(now, this.#nextSlot);
      this.#nextSlot = slot + this.#spacingMs;
      if (slot > now) await this.#clock.sleep(slot - now, signal);
      const then = this.#clock.monotonic();
      // A process that was held up wakes all at once whose slots went by: one of them enters, the others wait again.
      if (then === now || then >= this.#earliest) break;
      this.#nextSlot = Math.max(this.#nextSlot, this.#earliest);
    }
    // Timers are not exact, so half of the spacing is enough to tell a slot from the same moment.
    this.#earliest = this.#clock.monotonic() + this.#spacingMs / 2;
  }
}
