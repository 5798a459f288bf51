import type { Clock, Deadline, EqualTimers } from './clock.ts';
import { PrivetError } from './errors.ts';

/** Every call of a client ends this long after it began, in milliseconds. */
export const CALL_MS = 30_000;

/** One call of a client, as the services behind the edges see it. */
export interface Call {
  /** Aborts when the client goes away, when the time is up, and when its token ends: what has not begun never does then. */
  readonly signal: AbortSignal;
  /** What is left of the call's time, whatever else it has waited for so far. */
  readonly deadline: Deadline;
}

/** The client is gone, so nobody reads this; its code keeps it from being logged as a failure of ours. */
export const clientGone = (): PrivetError => new PrivetError('TIMEOUT', 'The client closed the connection');
const timeIsUp = (): PrivetError =>
  new PrivetError(
    'TIMEOUT',
    `The call did not end within ${CALL_MS / 1000} seconds; read the settings to see what holds`,
  );

/** A call that its edge is answering. */
export interface RunningCall extends Call, Disposable {
  /**
   * Stops waiting, not the work, when nobody waits for the answer any more or the time is up, and not with the token: what
   * had begun by then is still answered truthfully.
   */
  answer<T>(work: () => T | Promise<T>): T | Promise<T>;
  /** Why it is to begin nothing any more; undefined as long as it may. Asking makes no signal. */
  readonly ended: PrivetError | undefined;
  /** Aborts `signal` alone. */
  withdraw(reason: PrivetError): void;
  /** The client is gone. */
  readonly leave: () => void;
}

/**
 * Begins a call of a client, whose going away `disconnected` tells, or its caller. Dispose it once it is answered.
 * @param timers of `CALL_MS`.
 */
export function beginCall(clock: Clock, disconnected: AbortSignal | undefined, timers: EqualTimers): RunningCall {
  return new CallOfClient(clock, disconnected, timers);
}

/** Its signal is made when somebody first asks for it: most calls are answered from memory, and wait for nothing. */
class CallOfClient implements RunningCall, Deadline {
  readonly #clock: Clock;
  readonly #due: number;
  readonly #disconnected: AbortSignal | undefined;
  readonly #timer: Disposable;
  #waiting: ((reason: PrivetError) => void)[] = [];
  #work: AbortController | undefined;
  #ended: PrivetError | undefined;
  #unanswered: PrivetError | undefined;

  constructor(clock: Clock, disconnected: AbortSignal | undefined, timers: EqualTimers) {
    this.#clock = clock;
    this.#due = clock.monotonic() + CALL_MS;
    this.#disconnected = disconnected;
    this.#timer = timers.after(() => this.#end(timeIsUp()));
    if (disconnected?.aborted) this.leave();
    else disconnected?.addEventListener('abort', this.leave, { once: true });
  }

  get deadline(): Deadline {
    return this;
  }

  remaining(): number {
    return Math.max(0, this.#due - this.#clock.monotonic());
  }

  get ended(): PrivetError | undefined {
    return this.#ended;
  }

  get signal(): AbortSignal {
    if (!this.#work) {
      this.#work = new AbortController();
      if (this.#ended) this.#work.abort(this.#ended);
    }
    return this.#work.signal;
  }

  answer<T>(work: () => T | Promise<T>): T | Promise<T> {
    if (this.#unanswered) throw this.#unanswered;
    const result = work();
    return result instanceof Promise ? this.#untilEnd(result) : result;
  }

  withdraw(reason: PrivetError): void {
    this.#ended ??= reason;
    this.#work?.abort(this.#ended);
  }

  [Symbol.dispose](): void {
    this.#timer[Symbol.dispose]();
    this.#disconnected?.removeEventListener('abort', this.leave);
    // They lead to the answers, and a call may be held for longer: the first one of each principal is.
    this.#waiting.length = 0;
  }

  readonly leave = (): void => this.#end(clientGone());

  #end(reason: PrivetError): void {
    this.withdraw(reason);
    this.#unanswered ??= reason;
    for (const stop of this.#waiting) stop(this.#unanswered);
    this.#waiting = [];
  }

  #untilEnd<T>(work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      // They go with the call, which has few.
      this.#waiting.push(reject);
      work.then(resolve, reject);
    });
  }
}

/** A signal of its own. Dispose it once nobody listens to it any more. */
export interface OwnSignal extends Disposable {
  readonly signal: AbortSignal;
}

/** Aborts with this signal, or after `ms` with what `timeIsUp` says. */
export function abortAfter(clock: Clock, ms: number, signal: AbortSignal, timeIsUp: () => PrivetError): OwnSignal {
  const own = new AbortController();
  const onAbort = (): void => own.abort(signal.reason);
  const timer = clock.after(ms, () => own.abort(timeIsUp()));
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort, { once: true });
  return {
    signal: own.signal,
    [Symbol.dispose]: () => {
      timer[Symbol.dispose]();
      signal.removeEventListener('abort', onAbort);
    },
  };
}

/** Stops waiting, not the work, when the signal aborts. */
export async function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  // Nobody else listens to what it comes to.
  if (signal.aborted) work.catch(() => undefined);
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const onAbort = (): void => aborted.reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
