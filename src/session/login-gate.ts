import type { Clock } from '../clock.ts';
import { Places } from '../places.ts';

/** WhatsApp calls the client outdated for this many instances: it is the client, not the instance. */
const BREAKER_INSTANCES = 3;
const PROBE_MS = 300_000;
/** Logins under way at a time: where they cost more than the machine has, more of them would all run out of time. */
const LOGINS_AT_ONCE = 40;
/** A login that takes longer waits for WhatsApp, not for this machine, and keeps no other from its turn. */
const MOST_LOGIN_MS = 10_000;

/**
 * The one door to WhatsApp's login for all instances of the process: at most so many a second and so many at a time, and
 * only one probe every five minutes while WhatsApp refuses the client as outdated.
 */
export class LoginGate {
  /** When the next login may begin. */
  #earliest = 0;
  #nextProbe = 0;
  readonly #outdated = new Set<string>();
  /** Aborted when those that are held up may go on. */
  #held = new AbortController();
  /** At both as many wait as there are instances, each once. */
  readonly #places = new Places(LOGINS_AT_ONCE, Number.POSITIVE_INFINITY, '');
  readonly #door = new Places(1, Number.POSITIVE_INFINITY, '');
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
   * Resolves when this login may begin, with its place, to be given back once it is over; rejects when aborted before.
   * `onWait` hears when the next try will be (epoch milliseconds) while logins are held up.
   */
  async enter(signal: AbortSignal, onWait: (retryAt: number) => void): Promise<Disposable> {
    for (;;) {
      const isProbe = await this.#passBreaker(signal, onWait);
      const place = await this.#takePlace(signal);
      // WhatsApp may have begun to refuse the client while this one stood in line.
      if (isProbe || this.#outdated.size < BREAKER_INSTANCES) return place;
      place[Symbol.dispose]();
    }
  }

  /** Resolves once logins are not held up, or to true for the one that may try all the same. */
  async #passBreaker(signal: AbortSignal, onWait: (retryAt: number) => void): Promise<boolean> {
    while (this.#outdated.size >= BREAKER_INSTANCES) {
      const left = this.#nextProbe - this.#clock.monotonic();
      if (left <= 0) {
        this.#nextProbe = this.#clock.monotonic() + PROBE_MS;
        return true;
      }
      onWait(this.#clock.now() + left);
      await this.#clock.sleep(left, AbortSignal.any([signal, this.#held.signal])).catch(() => signal.throwIfAborted());
    }
    return false;
  }

  async #takePlace(signal: AbortSignal): Promise<Disposable> {
    const place = await this.#places.take('', signal);
    try {
      await this.#takeSlot(signal);
    } catch (error) {
      place[Symbol.dispose]();
      throw error;
    }
    const timer = this.#clock.after(MOST_LOGIN_MS, () => place[Symbol.dispose]());
    return {
      [Symbol.dispose]: () => {
        timer[Symbol.dispose]();
        place[Symbol.dispose]();
      },
    };
  }

  /** Those who wait come one after the other, so that a process that was held up does not let them in at once. */
  async #takeSlot(signal: AbortSignal): Promise<void> {
    using _turn = await this.#door.take('', signal);
    const left = this.#earliest - this.#clock.monotonic();
    if (left > 0) await this.#clock.sleep(Math.ceil(left), signal);
    this.#earliest = this.#clock.monotonic() + this.#spacingMs;
  }
}
