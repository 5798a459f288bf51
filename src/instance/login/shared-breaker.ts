import type { Clock } from '../../clock.ts';
import type { Logins, LoginsState } from '../../storage/nodes/logins.ts';
import {
  type Breaker,
  BREAKER_INSTANCES,
  type OnHeldUp,
  OTHER_PROBE_MS,
  REFUSED_PROBE_MS,
} from './outdated-breaker.ts';

/** How often a node looks whether logins are held up, while somebody wants to log in. */
const LOOK_MS = 500;

/**
 * As `OutdatedBreaker`, over all nodes: what one is refused counts for all, one at a time of all may try, and the first
 * login that goes through anywhere ends it everywhere. Which instances were refused before, the node that has them knows.
 */
export class SharedBreaker implements Breaker {
  readonly #clock: Clock;
  readonly #logins: Logins;
  /** Refused here, and not taken since: refused again, they say nothing new. */
  readonly #refused = new Set<string>();
  readonly #waiting = { refused: new Set<string>(), others: new Set<string>() };
  #state: LoginsState = { isShut: false, probeInMs: 0, refusedProbeInMs: 0 };
  #seenAt = Number.NEGATIVE_INFINITY;
  #look: Promise<void> | undefined;
  /** What was seen here and is to be told, one after the other. */
  readonly #news: (() => Promise<void>)[] = [];
  #isTelling = false;
  #isWatching = false;
  /** Aborted when those that are held up may go on. */
  #opened = new AbortController();

  constructor(clock: Clock, logins: Logins) {
    this.#clock = clock;
    this.#logins = logins;
  }

  get isShut(): boolean {
    return this.#state.isShut;
  }

  refused(instanceId: string): void {
    if (this.#refused.has(instanceId)) return;
    this.#refused.add(instanceId);
    const times = { everyMs: OTHER_PROBE_MS, refusedEveryMs: REFUSED_PROBE_MS };
    this.#tell(() => this.#logins.refused(instanceId, BREAKER_INSTANCES, times));
  }

  accepted(instanceId: string): void {
    this.#refused.delete(instanceId);
    this.#tell(() => this.#logins.accepted());
  }

  forget(instanceId: string): void {
    this.#refused.delete(instanceId);
  }

  /** How logins stand, as the database just said. */
  note(state: LoginsState): void {
    const wasShut = this.#state.isShut;
    this.#state = state;
    this.#seenAt = this.#clock.monotonic();
    if (state.isShut || !wasShut) return;
    this.#opened.abort();
    this.#opened = new AbortController();
  }

  /** Resolves once logins are not held up, or to true for the one that may try all the same. Rejects when aborted. */
  async pass(instanceId: string, signal: AbortSignal, onHeldUp: OnHeldUp): Promise<boolean> {
    const wasRefused = this.#refused.has(instanceId);
    const waiting = wasRefused ? this.#waiting.refused : this.#waiting.others;
    const everyMs = wasRefused ? REFUSED_PROBE_MS : OTHER_PROBE_MS;
    waiting.add(instanceId);
    try {
      for (;;) {
        if (this.#clock.monotonic() - this.#seenAt >= LOOK_MS) await this.#lookAtState();
        signal.throwIfAborted();
        if (!this.isShut) return false;
        const ahead = [...waiting].indexOf(instanceId);
        const left = this.#probeIn(wasRefused) + ahead * everyMs;
        // One at a time over all nodes: whoever comes second waits for the next one.
        if (left <= 0 && (await this.#logins.probe(wasRefused, everyMs).catch(() => false))) return true;
        if (left > 0) onHeldUp(wasRefused, this.#clock.now() + left);
        if (!this.#isWatching) void this.#watch();
        const over = AbortSignal.any([signal, this.#opened.signal]);
        await this.#clock.sleep(Math.max(left, LOOK_MS), over).catch(() => signal.throwIfAborted());
      }
    } finally {
      waiting.delete(instanceId);
    }
  }

  #probeIn(wasRefused: boolean): number {
    const { probeInMs, refusedProbeInMs } = this.#state;
    return this.#seenAt + (wasRefused ? refusedProbeInMs : probeInMs) - this.#clock.monotonic();
  }

  /** One for all who wait. */
  async #watch(): Promise<void> {
    this.#isWatching = true;
    while (this.isShut && this.#waiting.refused.size + this.#waiting.others.size > 0) {
      await this.#clock.sleep(LOOK_MS);
      await this.#lookAtState();
    }
    this.#isWatching = false;
  }

  /** A database that does not answer says nothing: it stays as it was, and nobody has a slot without it. */
  #lookAtState(): Promise<void> {
    this.#look ??= this.#logins
      .state()
      .then((state) => this.note(state))
      .catch(() => undefined)
      .finally(() => (this.#look = undefined));
    return this.#look;
  }

  #tell(news: () => Promise<void>): void {
    this.#news.push(news);
    if (!this.#isTelling) void this.#tellAll();
  }

  async #tellAll(): Promise<void> {
    this.#isTelling = true;
    for (let [news] = this.#news; news; [news] = this.#news) {
      try {
        await news();
        this.#news.shift();
      } catch {
        await this.#clock.sleep(LOOK_MS);
      }
    }
    this.#isTelling = false;
    await this.#lookAtState();
  }
}
