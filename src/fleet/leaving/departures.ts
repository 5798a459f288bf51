import { abortable } from '../../call.ts';
import type { Clock } from '../../clock.ts';
import { InstanceNotConnectedError, RetryLaterError } from '../../errors.ts';
import type { Session } from '../../instance/session.ts';
import { isLive, MOVING, PAIRING_ENDED, UNDER_WAY } from '../../instance/state.ts';
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

/** A session that has ended in order to leave. One of the two is to be called. */
export interface Departing {
  /** It goes on as before. */
  stays(): void;
  moved(to: InstanceOwner | undefined): void;
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

  /** Resolves once the session is not about to leave, or has left. @throws the signal's reason */
  async over(instanceId: string, signal: AbortSignal): Promise<void> {
    for (let one = this.#leaving.get(instanceId); one; one = this.#leaving.get(instanceId)) {
      await abortable(one.wait(), signal);
    }
  }

  /**
   * Ends what runs of a session that does not leave yet, its calls first. From then on new ones wait until the outcome is told.
   * @throws the signal's reason: the session goes on, or is ended by whoever aborted
   */
  async begin(session: Session, signal: AbortSignal): Promise<Departing> {
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
    } catch (error) {
      settle({ kind: 'stays' });
      throw error;
    }
    const goOn = resumption(session);
    const stays = (): void => {
      goOn();
      settle({ kind: 'stays' });
    };
    try {
      await abortable(session.rest(), signal);
    } catch (error) {
      // Its link may still be ending.
      void session.halt().then(stays);
      throw error;
    }
    markLeft(session);
    return { stays, moved: (to) => settle({ kind: 'moved', to }) };
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

const markLeft = (session: Session): void => {
  const { state } = session.view;
  if (state === 'PAIRING') session.set('UNPAIRED', PAIRING_ENDED);
  else if (UNDER_WAY.includes(state)) session.set('RECONNECTING', MOVING);
};

/** What lets a session that was ended go on: where it ran, and no command has ended it meanwhile. */
const resumption = (session: Session): (() => void) => {
  const wasRunning = session.finished !== undefined;
  const wasPairing = session.view.state === 'PAIRING';
  return () => {
    const { view, finished } = session;
    const isToRun = isLive(view) || (wasPairing && view.reason === PAIRING_ENDED);
    if (wasRunning && !finished && isToRun) session.resume();
  };
};
