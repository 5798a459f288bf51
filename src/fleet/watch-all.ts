import type { Change } from './calls/watching.ts';

export interface Watched<T> {
  /** Ids of what is there now. */
  readonly present: () => readonly string[];
  /** Undefined where there is no such thing (any more), or it is out of reach. */
  readonly read: (id: string) => T | undefined | 'none_yet';
  /** Whether a value is the one that was told last. */
  readonly isSame: (value: T, told: T) => boolean;
  /** Ids of what may have changed: each of them once, however often it did since it was last asked for. */
  readonly nudges: AsyncIterableIterator<string>;
}

/**
 * All that is there first, then each change. It is read when it is told, so a slow consumer gets the latest of each thing
 * and skips what was in between; no more is held than one entry for each.
 */
export async function* watchAll<T>(
  { present, read, isSame, nudges }: Watched<T>,
  signal: AbortSignal,
): AsyncGenerator<Change<T>, void, void> {
  const stop = (): void => void nudges.return?.();
  signal.addEventListener('abort', stop);
  if (signal.aborted) stop();
  const told = new Map<string, T>();
  const changeOf = (id: string, caughtUp: boolean): Change<T> | undefined => {
    const value = read(id);
    if (value === undefined) return told.delete(id) ? { deletedId: id, caughtUp } : undefined;
    const last = told.get(id);
    if (value === 'none_yet' || (last !== undefined && isSame(value, last))) return undefined;
    told.set(id, value);
    return { value, caughtUp };
  };
  try {
    // The subscription begins with next(), so it is asked for ahead of the first read: no change in between is missed.
    let nudge = nudges.next();
    for (const id of present()) {
      const change = changeOf(id, false);
      if (change) yield change;
    }
    yield { caughtUp: true };
    while (true) {
      const { done, value: id } = await nudge;
      if (done) return;
      nudge = nudges.next();
      const change = changeOf(id, true);
      if (change) yield change;
    }
  } finally {
    signal.removeEventListener('abort', stop);
    stop();
  }
}
