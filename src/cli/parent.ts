import type { Clock } from '../clock.ts';
import type { CommandIo } from './io.ts';

/** How often to check the parent, in milliseconds: no event tells when it ends. */
const LOOK_MS = 1_000;

/**
 * Waits until the process that started this one has ended. Otherwise a killed npm would leave a service behind that keeps
 * port and data folder.
 * @param parent its id
 * @returns false when `signal` was aborted first, or the process goes on without its parent.
 */
export async function untilParentEnds(
  parent: number,
  io: Pick<CommandIo, 'ppid' | 'signal' | 'isDetached'>,
  clock: Clock,
): Promise<boolean> {
  while (!io.signal.aborted && !io.isDetached?.()) {
    if (io.ppid() !== parent) return true;
    await clock.sleep(LOOK_MS, io.signal).catch(() => {});
  }
  return false;
}

/**
 * Whether this is `npx privet`. npx sends signals to a shell in between, which ends without passing them on. Other npm
 * scripts set these variables for all that they start, so the script must be exactly `privet`.
 */
export const isRunByNpx = ({ env }: Pick<CommandIo, 'env'>): boolean =>
  env['npm_lifecycle_event'] === 'npx' && /^(['"]?)privet\1$/.test(env['npm_lifecycle_script'] ?? '');
