import type { Clock } from '../../clock.ts';
import type { Ownership } from './ownership.ts';

const EVERY_MS = 1_000;

export interface OwnerWatchOptions {
  readonly owner: Ownership;
  readonly clock: Clock;
  readonly warn: (message: string) => void;
  /** Another process serves the data now: this one must not go on. */
  readonly onLost: () => void;
}

/**
 * Checks every second, until disposed, that this process still has the lock. People remove a lock file when they are told
 * that the folder is in use, and a server frees a lock when its connection breaks.
 */
export function watchOwnership({ owner, clock, warn, onLost }: OwnerWatchOptions): Disposable {
  let timer: Disposable | undefined;
  let isOver = false;
  let lastFailure: string | undefined;
  const look = async (): Promise<void> => {
    try {
      const state = await owner.renew();
      lastFailure = undefined;
      if (state === 'renewed') warn(owner.says.renewed);
      if (state === 'lost') return onLost();
    } catch (error) {
      const why = error instanceof Error ? error.message : 'unknown';
      if (why !== lastFailure) warn(`${owner.says.notRenewed}: ${why}`);
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
