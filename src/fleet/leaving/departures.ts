import { abortable, type Call } from '../../call.ts';
import type { Clock, Deadline } from '../../clock.ts';
import { InstanceNotConnectedError, RetryLaterError } from '../../errors.ts';
import type { Session } from '../../instance/session.ts';
import { isLive, MOVING, PAIRING_ENDED, UNDER_WAY } from '../../instance/state.ts';
import { ElsewhereError } from '../../nodes/elsewhere.ts';
import { LAST_SEND_MS } from '../../privacy/time.ts';
import type { InstanceOwner } from '../../storage/nodes/node-store.ts';

/** What runs of an instance may take so long before its link is ended under it. */
const CALLS_MS = 10_000;
/** How long a call waits for where an instance goes: what runs of it, its last saves, the hand-over and the other node's word. */
const PATIENCE_MS = CALLS_MS + 5_000;
/** How many calls of one instance may wait for where it goes. */
const MOST_WAITING = 1_000;
/** After how long another try makes sense where more come. */
const RETRY_MS = 1_000;

/** What became of a session that was to leave: who has the instance then, or that it stays. */
type Outcome = { readonly kind: 'moved'; readonly to: InstanceOwner | undefined } | { readonly kind: 'stays' };

/** What ends a wait for a session that leaves: a call, or a stream, which has no end of its own. */
export type Waiting = Pick<Call, 'signal'> & { readonly deadline?: Deadline };

/** A session that is about to leave. */
class Departure {
  readonly #clock: Clock;
  readonly #over = Promise.withResolvers<void>();
  readonly #waiting = new Set<(outcome: Outcome) => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Resolves once it has left, or stays. */
  get over(): Promise<void> {
    return this.#over.promise;
  }

  settle(outcome: Outcome): void {
    this.#over.resolve();
    for (const tell of this.#waiting) tell(outcome);
  }

  /** @throws InstanceNotConnectedError where it takes too long, while another node can still do what is asked; the signal's reason */
  async wait({ signal, deadline }: Waiting): Promise<Outcome> {
    signal.throwIfAborted();
    if (this.#waiting.size >= MOST_WAITING) {
      throw new RetryLaterError('OVERLOADED', 'Too many calls wait for this instance, which moves', RETRY_MS);
    }
    const patienceMs = deadline ? Math.min(PATIENCE_MS, deadline.remaining() - LAST_SEND_MS) : PATIENCE_MS;
    if (patienceMs <= 0) throw this.#isMoving();
    const { promise, resolve, reject } = Promise.withResolvers<Outcome>();
    const onAbort = (): void => reject(signal.reason);
    using _late = this.#clock.after(patienceMs, () => reject(this.#isMoving()));
    signal.addEventListener('abort', onAbort, { once: true });
    this.#waiting.add(resolve);
    try {
      return await promise;
    } finally {
      this.#waiting.delete(resolve);
      signal.removeEventListener('abort', onAbort);
    }
  }

  #isMoving(): InstanceNotConnectedError {
    const retryAt = this.#clock.now() + RETRY_MS;
    return new InstanceNotConnectedError({ state: 'RECONNECTING', reason: { ...MOVING, retryAt } });
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
   * Does something with a session that may be leaving.
   * @throws ElsewhereError where it has left, InstanceNotConnectedError where that takes too long; nothing was done
   */
  async run<T>(session: Session, call: Waiting, work: (session: Session) => Promise<T>): Promise<T> {
    await this.#settled(session, call);
    try {
      return await this.#counted(session, work);
    } catch (error) {
      // Nothing was asked of WhatsApp for it: the node that the instance goes to can do it.
      if (error instanceof InstanceNotConnectedError) await this.#settled(session, call);
      throw error;
    }
  }

  /** Resolves once the session is not about to leave, or has left. @throws the signal's reason */
  async over(instanceId: string, signal: AbortSignal): Promise<void> {
    for (let one = this.#leaving.get(instanceId); one; one = this.#leaving.get(instanceId)) {
      await abortable(one.over, signal);
    }
  }

  /**
   * Ends what runs of a session that does not leave yet, its calls first. From then on new ones wait until the outcome is told.
   * @param mustStay asked once its calls are over: where it is true, the session goes on
   * @throws the signal's reason: the session goes on, or is ended by whoever aborted
   */
  async begin(session: Session, signal: AbortSignal, mustStay: () => boolean): Promise<Departing | 'stays'> {
    const { id } = session.view;
    const departure = new Departure(this.#clock);
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
    // A call may have begun what is not to end for this: a pairing, say.
    if (mustStay()) {
      settle({ kind: 'stays' });
      return 'stays';
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

  async #settled(session: Session, call: Waiting): Promise<void> {
    const { id } = session.view;
    await this.#leaving.get(id)?.wait(call);
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
    session.wake();
    const { view, finished } = session;
    const isToRun = isLive(view) || (wasPairing && view.reason === PAIRING_ENDED);
    if (wasRunning && !finished && isToRun) session.resume();
  };
};
