import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';

const EVERY_MS = 3_600_000;

/** Something whose time is over, to be deleted. */
export interface Chore {
  /** What it deletes, for the log. */
  readonly what: string;
  readonly run: () => Promise<unknown>;
}

export interface UpkeepOptions {
  readonly clock: Clock;
  readonly log: Logger;
  readonly chores: readonly Chore[];
  /** Whether others hold the database up: then the chores are better done another time. */
  readonly isBusy: () => boolean;
}

/** Does all chores now and every hour until disposed: a service may run longer than what it stores is kept. */
export function startUpkeep({ clock, log, chores, isBusy }: UpkeepOptions): Disposable {
  let timer: Disposable | undefined;
  let isOver = false;
  const doAll = async (): Promise<void> => {
    for (const { what, run } of chores) {
      try {
        if (!isOver && !isBusy()) await run();
      } catch (error) {
        if (!isOver) log.warn({ err: error }, `${what} could not be deleted; trying again in an hour`);
      }
    }
    if (!isOver) timer = clock.after(EVERY_MS, () => void doAll());
  };
  void doAll();
  return {
    [Symbol.dispose]() {
      isOver = true;
      timer?.[Symbol.dispose]();
    },
  };
}
