import { deadlineIn, type Clock, type Deadline } from './clock.ts';
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
   * Aborts when nobody waits for the answer any more or the time is up, and not with the token: what had begun by then is
   * still answered truthfully.
   */
  readonly answering: AbortSignal;
  /** Aborts `signal` alone. */
  withdraw(reason: PrivetError): void;
}

/** Begins a call of a client, whose going away `disconnected` tells. Dispose it once it is answered. */
export function beginCall(clock: Clock, disconnected: AbortSignal): RunningCall {
  const work = new AbortController();
  const answering = new AbortController();
  const end = (reason: PrivetError): void => {
    work.abort(reason);
    answering.abort(reason);
  };
  const leave = (): void => end(clientGone());
  const timer = clock.after(CALL_MS, () => end(timeIsUp()));
  if (disconnected.aborted) leave();
  else disconnected.addEventListener('abort', leave, { once: true });
  return {
    signal: work.signal,
    answering: answering.signal,
    deadline: deadlineIn(clock, CALL_MS),
    withdraw: (reason) => work.abort(reason),
    [Symbol.dispose]: () => {
      timer[Symbol.dispose]();
      disconnected.removeEventListener('abort', leave);
    },
  };
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
