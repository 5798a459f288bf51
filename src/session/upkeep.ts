import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import type { Storage } from '../storage/storage.ts';

const EVERY_MS = 3_600_000;

export interface UpkeepOptions {
  readonly clock: Clock;
  readonly log: Logger;
  readonly storage: Pick<Storage, 'credentials'>;
}

/** Deletes archived logins whose time is over, every hour until disposed: a service may run longer than they are kept. */
export function startUpkeep({ clock, log, storage }: UpkeepOptions): Disposable {
  let timer: Disposable | undefined;
  let isOver = false;
  const purge = async (): Promise<void> => {
    try {
      await storage.credentials.purgeArchived(clock.now());
    } catch (error) {
      if (!isOver) log.warn({ err: error }, 'archived logins could not be deleted; trying again in an hour');
    }
    if (!isOver) wait();
  };
  const wait = (): void => {
    timer = clock.after(EVERY_MS, () => void purge());
  };
  wait();
  return {
    [Symbol.dispose]() {
      isOver = true;
      timer?.[Symbol.dispose]();
    },
  };
}
