import type { Clock } from '../../clock.ts';
import { RetryLaterError } from '../../errors.ts';
import type { Logins } from '../../storage/nodes/logins.ts';
import { type LoginSlots, OwnSlots, SharedSlots } from './login-slots.ts';
import { type Breaker, type OnHeldUp, OutdatedBreaker } from './outdated-breaker.ts';
import { type Rank, RankedPlaces, RANKS } from './ranked-places.ts';
import { SharedBreaker } from './shared-breaker.ts';

/** How many logins run at a time on one node. With more than the machine has time for, all of them would run out of time. */
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
 * few while WhatsApp refuses the client as outdated. Several nodes share how many a second, and what WhatsApp refuses.
 * First come those that a call waits for, then those that somebody watches.
 */
export class LoginGate {
  /** Whose login did not go through since it began the last time. */
  readonly #doubtful = new Set<string>();
  /** Each instance waits once at the most, so this is bounded by how many there are. */
  readonly #places = new RankedPlaces(LOGINS_AT_ONCE);
  readonly #doubtfulPlaces = new RankedPlaces(DOUBTFUL_AT_ONCE);
  readonly #door = new RankedPlaces(1);
  /** For whom a place was taken beforehand. */
  readonly #kept = new Map<string, Disposable>();
  readonly #breaker: Breaker;
  readonly #slots: LoginSlots;
  readonly #clock: Clock;

  /** @param logins given: those of all nodes. */
  constructor(clock: Clock, perSecond = 20, logins?: Logins) {
    this.#clock = clock;
    if (logins) {
      const breaker = new SharedBreaker(clock, logins);
      this.#breaker = breaker;
      this.#slots = new SharedSlots(clock, logins, perSecond, (state) => breaker.note(state));
    } else {
      this.#breaker = new OutdatedBreaker(clock);
      this.#slots = new OwnSlots(clock, perSecond);
    }
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
   * @param isSpare it has time: all others come first
   * @throws RetryLaterError OVERLOADED while logins are held up; the signal's reason
   */
  async reserve(instanceId: string, signal: AbortSignal, isSpare = false): Promise<Disposable> {
    if (this.#breaker.isShut) throw new RetryLaterError('OVERLOADED', 'Logins are held up here', RETRY_MS);
    return this.#takePlace(instanceId, signal, () => (isSpare ? RANKS.other : RANKS.called));
  }

  /** The instance's next login has this place. */
  keep(instanceId: string, place: Disposable): void {
    this.#takeKept(instanceId)?.[Symbol.dispose]();
    this.#kept.set(instanceId, place);
  }

  /**
   * Resolves when this login may begin, with its place, to be given back once it is over; rejects when aborted before.
   * `onHeldUp` hears of it while logins are held up.
   * @param rank asked when it may be its turn
   */
  async enter(
    instanceId: string,
    signal: AbortSignal,
    onHeldUp: OnHeldUp,
    rank: () => Rank = () => RANKS.other,
  ): Promise<Disposable> {
    signal.throwIfAborted();
    const kept = this.#takeKept(instanceId);
    if (kept && !this.#breaker.isShut) {
      this.#doubtful.add(instanceId);
      return kept;
    }
    kept?.[Symbol.dispose]();
    for (;;) {
      const isProbe = await this.#breaker.pass(instanceId, signal, onHeldUp);
      const place = await this.#takePlace(instanceId, signal, rank);
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

  async #takePlace(instanceId: string, signal: AbortSignal, rank: () => Rank): Promise<Disposable> {
    const places = this.#doubtful.has(instanceId) ? this.#doubtfulPlaces : this.#places;
    const place = await places.take(signal, rank);
    try {
      using _turn = await this.#door.take(signal, rank);
      await this.#slots.next(signal, this.#door.waiting);
    } catch (error) {
      place[Symbol.dispose]();
      throw error;
    }
    return new LoginPlace(this.#clock, place);
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
