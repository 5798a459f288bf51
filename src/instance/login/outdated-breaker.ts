import type { Clock } from '../../clock.ts';

/** When WhatsApp refuses so many instances in a row as outdated, it means the client, not the instance. */
// guard: an outdated client stops logging in, else Number.POSITIVE_INFINITY
const BREAKER_INSTANCES = 3;
/** While logins are held up, one of the instances that WhatsApp refused may try this often. */
export const REFUSED_PROBE_MS = 300_000;
/** And one of the others this often: the client may be outdated for some accounts alone. */
export const OTHER_PROBE_MS = 10_000;
export { BREAKER_INSTANCES };

interface Probes {
  readonly everyMs: number;
  /** When the next one may begin. */
  next: number;
  /** Those who wait for it, in their order. */
  readonly waiting: Set<string>;
}

/** Tells an instance that it is held up: whether WhatsApp refused it, and when its turn comes (epoch milliseconds). */
export type OnHeldUp = (wasRefused: boolean, retryAt: number) => void;

/** Whether logins are held up since WhatsApp refuses the client. */
export interface Breaker {
  readonly isShut: boolean;
  refused(instanceId: string): void;
  accepted(instanceId: string): void;
  forget(instanceId: string): void;
  /** Resolves once logins are not held up, or to true for the one that may try all the same. Rejects when aborted. */
  pass(instanceId: string, signal: AbortSignal, onHeldUp: OnHeldUp): Promise<boolean>;
}

/**
 * Holds up logins while WhatsApp refuses the client as outdated. Now and then one instance may try, which is a probe.
 * Instances that WhatsApp did not refuse have probes of their own, far more often: one waits for others for ten seconds
 * times its place in the line. The first login that goes through ends this.
 */
export class OutdatedBreaker implements Breaker {
  /** Refused, and not taken since. */
  readonly #refused = new Set<string>();
  /** Refused since a login last went through. The same instance counts once: refused again, it says nothing new. */
  readonly #news = new Set<string>();
  #isShut = false;
  readonly #ofRefused: Probes = { everyMs: REFUSED_PROBE_MS, next: 0, waiting: new Set() };
  readonly #ofOthers: Probes = { everyMs: OTHER_PROBE_MS, next: 0, waiting: new Set() };
  /** Aborted when those that are held up may go on. */
  #opened = new AbortController();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get isShut(): boolean {
    return this.#isShut;
  }

  refused(instanceId: string): void {
    if (!this.#refused.has(instanceId)) this.#news.add(instanceId);
    this.#refused.add(instanceId);
    if (this.#isShut || this.#news.size < BREAKER_INSTANCES) return;
    this.#isShut = true;
    for (const probes of [this.#ofRefused, this.#ofOthers]) probes.next = this.#clock.monotonic() + probes.everyMs;
  }

  accepted(instanceId: string): void {
    this.#refused.delete(instanceId);
    this.#news.clear();
    if (!this.#isShut) return;
    this.#isShut = false;
    this.#opened.abort();
    this.#opened = new AbortController();
  }

  forget(instanceId: string): void {
    this.#refused.delete(instanceId);
    this.#news.delete(instanceId);
  }

  async pass(instanceId: string, signal: AbortSignal, onHeldUp: OnHeldUp): Promise<boolean> {
    const wasRefused = this.#refused.has(instanceId);
    const probes = wasRefused ? this.#ofRefused : this.#ofOthers;
    probes.waiting.add(instanceId);
    try {
      while (this.#isShut) {
        const ahead = [...probes.waiting].indexOf(instanceId);
        const left = probes.next + ahead * probes.everyMs - this.#clock.monotonic();
        if (left <= 0) {
          // guard: one probe at a time
          probes.next = this.#clock.monotonic() + probes.everyMs;
          return true;
        }
        onHeldUp(wasRefused, this.#clock.now() + left);
        const over = AbortSignal.any([signal, this.#opened.signal]);
        await this.#clock.sleep(left, over).catch(() => signal.throwIfAborted());
      }
      return false;
    } finally {
      probes.waiting.delete(instanceId);
    }
  }
}
