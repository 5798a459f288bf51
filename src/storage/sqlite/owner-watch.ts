import type { Clock } from '../../clock.ts';
import type { Warn } from './data-folder.ts';
import type { Ownership } from './owner.ts';

const EVERY_MS = 1_000;

export interface OwnerWatchOptions {
  readonly owner: Ownership;
  readonly clock: Clock;
  readonly warn: Warn;
  /** Another process serves the folder now: this one must not go on. */
  readonly onLost: () => void;
}

/**
 * Looks every second whether the lock file is still the one that this process has locked, until disposed: people remove
 * it when they are told that the folder is in use, and the next start would find nobody.
 */
export function watchOwnership({ owner, clock, warn, onLost }: OwnerWatchOptions): Disposable {
  let timer: Disposable | undefined;
  let isOver = false;
  let lastFailure: string | undefined;
  const look = async (): Promise<void> => {
    try {
      const state = await owner.renew();
      lastFailure = undefined;
      if (state === 'renewed') warn('The lock file owner.db was removed or replaced while in use: it is locked anew');
      if (state === 'lost') return onLost();
    } catch (error) {
      const why = error instanceof Error ? error.message : 'unknown';
      if (why !== lastFailure) warn(`The lock file owner.db was removed or replaced, and can't be locked anew: ${why}`);
      lastFailure = why;
    }
    if (!isOver) wait();
  };
  const wait = (): void => {
    timer = clock.after(EVERY_MS, () => void look());
  };
  wait();
  return {
    [Symbol.dispose]() {
      isOver = true;
      timer?.[Symbol.dispose]();
    },
  };
}
