import type { Clock } from '../../clock.ts';
import { RetryLaterError } from '../../errors.ts';
import { Places } from '../../places.ts';
import { type OnHeldUp, OutdatedBreaker } from './outdated-breaker.ts';

/** How many logins run at a time. With more than the machine has time for, all of them would run out of time. */
const LOGINS_AT_ONCE = 30;
/** Instances whose last login failed have places of their own: WhatsApp may not answer the next one either. */
const DOUBTFUL_AT_ONCE = 10;
/** A login that takes longer than this waits for WhatsApp, not for this machine, and gives its place to the next one. */
const LONG_LOGIN_MS = 2_000;
/** A timer that is late by more than this says that the machine is behind: then a login keeps its place for longer. */
const LATE_MS = 200;
/** For so long at the most. */
const MOST_LOGIN_MS = 10_000;

/** After how long another try makes sense where logins are held up, in milliseconds. */
const RETRY_MS = 10_000;

/**
 * The one door to WhatsApp's login for all instances of the process: at most so many a second and so many at a time, and
 * few while WhatsApp refuses the client as outdated.
 */
export class LoginGate {
  /** When the next login may begin. */
  #earliest = 0;
  /** Whose login did not go through since it began the last time. */
  readonly #doubtful = new Set<string>();
  /** Each instance waits once at the most, so this is bounded by how many there are. */
  readonly #places = new Places(LOGINS_AT_ONCE, Number.POSITIVE_INFINITY);
  readonly #doubtfulPlaces = new Places(DOUBTFUL_AT_ONCE, Number.POSITIVE_INFINITY);
  readonly #door = new Places(1, Number.POSITIVE_INFINITY);
  /** For whom a place was taken beforehand. */
  readonly #kept = new Map<string, Disposable>();
  readonly #breaker: OutdatedBreaker;
  readonly #clock: Clock;
  readonly #spacingMs: number;

  constructor(clock: Clock, perSecond = 20) {
    this.#clock = clock;
    this.#spacingMs = 1000 / perSecond;
    this.#breaker = new OutdatedBreaker(clock);
  }

  /** WhatsApp called the client outdated at this instance's login. */
  refusedAsOutdated(instanceId: string): void {
    this.#breaker.refused(instanceId);
  }

  /** A login went through: WhatsApp takes this client, so those that are held up may log in. */
  accepted(instanceId: string): void {
    this.#doubtful.delete(instanceId);
    this.#breaker.accepted(instanceId);
  }

  /** The instance does not log in any more; the next time it begins anew. */
  forget(instanceId: string): void {
    this.#doubtful.delete(instanceId);
    this.#breaker.forget(instanceId);
    this.#takeKept(instanceId)?.[Symbol.dispose]();
  }

  /**
   * A place beforehand, for the login of an instance that comes from another node: see `keep`.
   * @throws RetryLaterError OVERLOADED while logins are held up; the signal's reason
   */
  async reserve(instanceId: string, signal: AbortSignal): Promise<Disposable> {
    if (this.#breaker.isShut) throw new RetryLaterError('OVERLOADED', 'Logins are held up here', RETRY_MS);
    return this.#takePlace(instanceId, signal);
  }

  /** The instance's next login has this place. */
  keep(instanceId: string, place: Disposable): void {
    this.#takeKept(instanceId)?.[Symbol.dispose]();
    this.#kept.set(instanceId, place);
  }

  /**
   * Resolves when this login may begin, with its place, to be given back once it is over; rejects when aborted before.
   * `onHeldUp` hears of it while logins are held up.
   */
  async enter(instanceId: string, signal: AbortSignal, onHeldUp: OnHeldUp): Promise<Disposable> {
    signal.throwIfAborted();
    const kept = this.#takeKept(instanceId);
    if (kept && !this.#breaker.isShut) {
      this.#doubtful.add(instanceId);
      return kept;
    }
    kept?.[Symbol.dispose]();
    for (;;) {
      const isProbe = await this.#breaker.pass(instanceId, signal, onHeldUp);
      const place = await this.#takePlace(instanceId, signal);
      // WhatsApp may have begun to refuse the client while this one stood in line.
      if (isProbe || !this.#breaker.isShut) {
        this.#doubtful.add(instanceId);
        return place;
      }
      place[Symbol.dispose]();
    }
  }

  #takeKept(instanceId: string): Disposable | undefined {
    const kept = this.#kept.get(instanceId);
    this.#kept.delete(instanceId);
    return kept;
  }

  async #takePlace(instanceId: string, signal: AbortSignal): Promise<Disposable> {
    const places = this.#doubtful.has(instanceId) ? this.#doubtfulPlaces : this.#places;
    const place = await places.take(signal);
    try {
      await this.#takeSlot(signal);
    } catch (error) {
      place[Symbol.dispose]();
      throw error;
    }
    return new LoginPlace(this.#clock, place);
  }

  /** One after the other, so that a process that stood still does not let all of them in at once. */
  async #takeSlot(signal: AbortSignal): Promise<void> {
    using _turn = await this.#door.take(signal);
    const left = this.#earliest - this.#clock.monotonic();
    // guard: logins are spaced
    if (left > 0) await this.#clock.sleep(Math.ceil(left), signal);
    this.#earliest = this.#clock.monotonic() + this.#spacingMs;
  }
}

/** Given back by itself where the login takes long. Leads to nothing once it is given back: a link's events hold it. */
class LoginPlace implements Disposable {
  #place: Disposable | undefined;
  #timer: Disposable | undefined;
  readonly #clock: Clock;
  readonly #from: number;

  constructor(clock: Clock, place: Disposable) {
    this.#clock = clock;
    this.#place = place;
    this.#from = clock.monotonic();
    this.#wait();
  }

  [Symbol.dispose](): void {
    this.#timer?.[Symbol.dispose]();
    this.#place?.[Symbol.dispose]();
    this.#timer = undefined;
    this.#place = undefined;
  }

  #wait(): void {
    const due = this.#clock.monotonic() + LONG_LOGIN_MS;
    this.#timer = this.#clock.after(LONG_LOGIN_MS, () => {
      const now = this.#clock.monotonic();
      if (now - due > LATE_MS && now - this.#from < MOST_LOGIN_MS) this.#wait();
      else this[Symbol.dispose]();
    });
  }
}
