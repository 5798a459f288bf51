/**
 * The present value first, then each other one after a nudge. Values between two reads of a slow consumer are skipped.
 * Ends when `read` gives undefined or the signal aborts.
 */
export async function* watch<T>(
  read: () => T | undefined | 'none_yet',
  nudges: AsyncIterable<unknown> & AsyncIterator<unknown>,
  signal: AbortSignal,
): AsyncGenerator<T, void, void> {
  const stop = (): void => void nudges.return?.();
  signal.addEventListener('abort', stop);
  if (signal.aborted) stop();
  try {
    let last: T | undefined;
    // The subscription begins with next(), so it is asked for ahead of each read: no change in between is missed.
    let nudge = nudges.next();
    while (true) {
      const value = read();
      if (value === undefined) return;
      if (value !== 'none_yet' && value !== last) {
        last = value;
        yield value;
      }
      const { done } = await nudge;
      if (done) return;
      nudge = nudges.next();
    }
  } finally {
    signal.removeEventListener('abort', stop);
    stop();
  }
}
