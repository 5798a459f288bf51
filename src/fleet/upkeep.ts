import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';

const EVERY_MS = 3_600_000;
/** Between two parts of a chore, so that calls get the database. */
const PAUSE_MS = 100;

/** Something whose time is over, to be deleted. */
export interface Chore {
  /** What it deletes, for the log. */
  readonly what: string;
  /** Resolves with true where there is more: the database works on the service's own thread, so a chore goes in parts. */
  readonly run: () => Promise<unknown>;
}

export interface UpkeepOptions {
  readonly clock: Clock;
  readonly log: Logger;
  readonly chores: readonly Chore[];
  /** Whether another process has the database locked: then the chores wait for the next hour. */
  readonly isBusy: () => boolean;
}

/** Does all chores now and every hour until disposed: a service may run longer than what it stores is kept. */
export function startUpkeep({ clock, log, chores, isBusy }: UpkeepOptions): Disposable {
  let timer: Disposable | undefined;
  const over = new AbortController();
  const { signal } = over;
  const doAll = async (): Promise<void> => {
    for (const { what, run } of chores) {
      try {
        while (!signal.aborted && !isBusy() && (await run()) === true) await clock.sleep(PAUSE_MS, signal);
      } catch (error) {
        if (!signal.aborted) log.warn({ err: error }, `${what} could not be deleted; trying again in an hour`);
      }
    }
    if (!signal.aborted) timer = clock.after(EVERY_MS, () => void doAll());
  };
  void doAll();
  return {
    [Symbol.dispose]() {
      over.abort();
      timer?.[Symbol.dispose]();
    },
  };
}
