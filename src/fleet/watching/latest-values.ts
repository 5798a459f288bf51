import type { Nudges } from './nudges.ts';

/**
 * The present value first, then each other one after a nudge. Values between two reads of a slow consumer are skipped.
 * Ends when `read` gives undefined or the signal aborts.
 */
export async function* latestValues<T>(
  read: () => T | undefined | 'none_yet',
  subscribe: () => Nudges,
  signal: AbortSignal,
): AsyncGenerator<T, void, void> {
  // Before the first read: no change in between is missed.
  using nudges = subscribe();
  const stop = (): void => nudges[Symbol.dispose]();
  signal.addEventListener('abort', stop);
  if (signal.aborted) stop();
  try {
    let last: T | undefined;
    const news = (value: T | 'none_yet'): value is T => value !== 'none_yet' && value !== last;
    const changes = nudges[Symbol.asyncIterator]();
    do {
      const value = read();
      if (value === undefined) return;
      if (news(value)) {
        last = value;
        yield value;
      }
    } while (!(await changes.next()).done);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
