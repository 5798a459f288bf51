import type { Clock } from '../clock.ts';
import { PrivetError } from '../errors.ts';

/** Every call ends this long after it began, in milliseconds. */
export const CALL_MS = 30_000;

/** The client is gone, so nobody reads this; its code keeps it from being logged as a failure of ours. */
const clientGone = (): PrivetError => new PrivetError('TIMEOUT', 'The client closed the connection');
const timeIsUp = (): PrivetError =>
  new PrivetError(
    'TIMEOUT',
    `The call did not end within ${CALL_MS / 1000} seconds; read the settings to see what holds`,
  );

/** Ends a call when its time is up or its client is gone, whatever the services behind it do. */
export async function withinDeadline<T>(
  clock: Clock,
  disconnected: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const { promise: ended, reject } = Promise.withResolvers<never>();
  const end = (reason: PrivetError): void => {
    controller.abort(reason);
    reject(reason);
  };
  const leave = (): void => end(clientGone());
  using _timer = clock.after(CALL_MS, () => end(timeIsUp()));
  disconnected.addEventListener('abort', leave, { once: true });
  try {
    if (disconnected.aborted) throw clientGone();
    return await Promise.race([work(controller.signal), ended]);
  } finally {
    disconnected.removeEventListener('abort', leave);
  }
}
