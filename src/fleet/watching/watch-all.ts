import type { Change } from '../calls/watching.ts';
import type { Nudges, PendingNudge } from './nudges.ts';

export interface Present<T> {
  readonly id: string;
  /** Undefined where there is no such thing (any more), or it is out of reach. */
  readonly value: T | undefined | 'none_yet';
}

export interface Watched<T> {
  readonly subscribe: () => Nudges;
  /**
   * What there is now, in the order in which it is told, each read as late as it can be. Before it is read its nudge is
   * taken: what it says is in the value.
   */
  readonly present: (nudges: Nudges) => AsyncIterable<Present<T>> | Iterable<Present<T>>;
  readonly read: (id: string) => Promise<Present<T>['value']> | Present<T>['value'];
  /** Notes that this is told; false where the same was told last. */
  readonly tell: (id: string, value: T) => boolean;
  /** Notes that it is gone; false where nobody was told of it. */
  readonly forget: (nudge: PendingNudge) => boolean;
}

/**
 * All that is there first, then each change. It is read when it is told, so a slow consumer gets the latest of each thing
 * and skips what was in between; no more is held than one nudge for each that has changed.
 */
export async function* watchAll<T>(
  { subscribe, present, read, tell, forget }: Watched<T>,
  signal: AbortSignal,
): AsyncGenerator<Change<T>, void, void> {
  using nudges = subscribe();
  const stop = (): void => nudges[Symbol.dispose]();
  signal.addEventListener('abort', stop);
  if (signal.aborted) stop();
  const isNews = (id: string, value: Present<T>['value']): value is T =>
    value !== undefined && value !== 'none_yet' && tell(id, value);
  try {
    for await (const { id, value } of present(nudges)) {
      if (signal.aborted) return;
      if (isNews(id, value)) yield { value, caughtUp: false };
    }
    yield { caughtUp: true };
    for await (const nudge of nudges) {
      const { id } = nudge;
      const value = await read(id);
      if (isNews(id, value)) yield { value, caughtUp: true };
      else if (value === undefined && forget(nudge)) yield { deletedId: id, caughtUp: true };
    }
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
