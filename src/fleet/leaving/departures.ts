import { abortable } from '../../call.ts';
import type { Clock } from '../../clock.ts';
import { InstanceNotConnectedError, RetryLaterError } from '../../errors.ts';
import type { Session } from '../../instance/session.ts';
import { MOVING, PAIRING_ENDED, UNDER_WAY } from '../../instance/state.ts';
import { ElsewhereError } from '../../nodes/elsewhere.ts';
import type { InstanceOwner } from '../../storage/nodes/node-store.ts';

/** What runs of an instance may take so long before its link is ended under it. */
const CALLS_MS = 10_000;
/** How many calls of one instance may wait for where it goes. */
const MOST_WAITING = 1_000;
/** After how long another try makes sense where more come. */
const RETRY_MS = 1_000;

/** What became of a session that was to leave: who has the instance then, or that it stays. */
type Outcome = { readonly kind: 'moved'; readonly to: InstanceOwner | undefined } | { readonly kind: 'stays' };

/** A session that is about to leave. */
class Departure {
  readonly #outcome = Promise.withResolvers<Outcome>();
  #waiting = 0;

  settle(outcome: Outcome): void {
    this.#outcome.resolve(outcome);
  }

  async wait(): Promise<Outcome> {
    if (this.#waiting >= MOST_WAITING) {
      throw new RetryLaterError('OVERLOADED', 'Too many calls wait for this instance, which moves', RETRY_MS);
    }
    this.#waiting += 1;
    try {
      return await this.#outcome.promise;
    } finally {
      this.#waiting -= 1;
    }
  }
}

/** The calls of one session. Kept as long as the session is: what comes and goes with each call costs much. */
interface Running {
  calls: number;
  onIdle: (() => void) | undefined;
}

/** How sessions leave for another node: their calls end first, and those that come meanwhile wait for where they went. */
export class Departures {
  readonly #clock: Clock;
  readonly #leaving = new Map<string, Departure>();
  readonly #gone = new WeakMap<Session, { readonly to: InstanceOwner | undefined }>();
  readonly #running = new WeakMap<Session, Running>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Does something with a session that may be leaving. The release ends, and so does the wait for it.
   * @throws ElsewhereError where it has left, and nothing was done
   */
  async run<T>(session: Session, work: (session: Session) => Promise<T>): Promise<T> {
    await this.#settled(session);
    try {
      return await this.#counted(session, work);
    } catch (error) {
      // Nothing was asked of WhatsApp for it: the node that the instance goes to can do it.
      if (error instanceof InstanceNotConnectedError) await this.#settled(session);
      throw error;
    }
  }

  /**
   * Ends what runs of the session, its calls first. From then on new ones wait until the outcome is told.
   * @throws the signal's reason: the session goes on, or is ended by whoever aborted
   */
  async begin(session: Session, signal: AbortSignal): Promise<(outcome: Outcome) => void> {
    const { id } = session.view;
    const departure = new Departure();
    this.#leaving.set(id, departure);
    const settle = (outcome: Outcome): void => {
      this.#leaving.delete(id);
      if (outcome.kind === 'moved') this.#gone.set(session, outcome);
      departure.settle(outcome);
    };
    try {
      await this.#callsOver(session, signal);
      const wasPairing = session.view.state === 'PAIRING';
      await abortable(session.rest(), signal);
      if (wasPairing) session.set('UNPAIRED', PAIRING_ENDED);
      else if (UNDER_WAY.includes(session.view.state)) session.set('RECONNECTING', MOVING);
    } catch (error) {
      settle({ kind: 'stays' });
      throw error;
    }
    return settle;
  }

  async #settled(session: Session): Promise<void> {
    const { id } = session.view;
    await this.#leaving.get(id)?.wait();
    const gone = this.#gone.get(session);
    if (gone) throw new ElsewhereError(id, gone.to);
  }

  async #counted<T>(session: Session, work: (session: Session) => Promise<T>): Promise<T> {
    const running = this.#runningOf(session);
    running.calls += 1;
    try {
      return await work(session);
    } finally {
      running.calls -= 1;
      if (running.calls === 0) running.onIdle?.();
    }
  }

  async #callsOver(session: Session, signal: AbortSignal): Promise<void> {
    const running = this.#runningOf(session);
    if (running.calls === 0) return signal.throwIfAborted();
    const over = Promise.withResolvers<void>();
    running.onIdle = over.resolve;
    using _late = this.#clock.after(CALLS_MS, over.resolve);
    try {
      await abortable(over.promise, signal);
    } finally {
      running.onIdle = undefined;
    }
  }

  #runningOf(session: Session): Running {
    let running = this.#running.get(session);
    if (!running) this.#running.set(session, (running = { calls: 0, onIdle: undefined }));
    return running;
  }
}
