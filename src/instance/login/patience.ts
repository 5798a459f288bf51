import type { Clock } from '../../clock.ts';
import { isPassing } from '../../storage/errors.ts';
import { pauseMs } from './reconnect.ts';

/** WhatsApp is not asked meanwhile, so there is no need to be as patient as with it. */
const LONGEST_PAUSE_MS = 10_000;

/**
 * Asks the database again and again where it fails for a while: nothing goes on without it. `wait` hears until when
 * (epoch milliseconds), and what failed.
 */
export async function patiently<T>(
  { clock, random }: { readonly clock: Clock; readonly random: () => number },
  work: () => Promise<T>,
  wait: (until: number, error: unknown, isFirst: boolean) => Promise<void>,
): Promise<T> {
  for (let failures = 0; ; failures += 1) {
    try {
      return await work();
    } catch (error) {
      if (!isPassing(error)) throw error;
      await wait(clock.now() + Math.min(pauseMs(failures, random), LONGEST_PAUSE_MS), error, failures === 0);
    }
  }
}
