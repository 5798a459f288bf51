import type { Change } from '../calls/watching.ts';
import type { Nudges, PendingNudge } from './nudges.ts';

export interface Present<T> {
  readonly id: string;
  /** Undefined where it is gone, or out of reach. */
  readonly value: T | undefined | 'none_yet';
}

export interface Watched<T> {
  readonly subscribe: () => Nudges;
  /** What there is now, in order. Each value is read when it is asked for, after its nudge was taken. */
  readonly present: (nudges: Nudges) => AsyncIterable<Present<T>> | Iterable<Present<T>>;
  readonly read: (id: string) => Promise<Present<T>['value']> | Present<T>['value'];
  /** Notes that this is sent; false where it was sent before and has not changed. */
  readonly noteSent: (id: string, value: T) => boolean;
  /** Notes that it is gone; false where the client was never sent it. */
  readonly noteGone: (nudge: PendingNudge) => boolean;
}

/**
 * First everything that is there, then each change. Values are read when the client takes them: one that is slow gets the
 * latest of each and skips what was in between. In memory are one page and one nudge for each that has changed.
 */
export async function* allChanges<T>(
  { subscribe, present, read, noteSent, noteGone }: Watched<T>,
  signal: AbortSignal,
): AsyncGenerator<Change<T>, void, void> {
  using nudges = subscribe();
  const stop = (): void => nudges[Symbol.dispose]();
  signal.addEventListener('abort', stop);
  if (signal.aborted) stop();
  const isNews = (id: string, value: Present<T>['value']): value is T =>
    value !== undefined && value !== 'none_yet' && noteSent(id, value);
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
      else if (value === undefined && noteGone(nudge)) yield { deletedId: id, caughtUp: true };
    }
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
