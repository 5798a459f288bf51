import type { Clock } from '../clock.ts';
import type { CommandIo } from './io.ts';

/** How often the parent is looked for, in milliseconds: the system tells of its end by no event. */
const LOOK_MS = 1_000;

/**
 * Waits for the end of the process that started this one, so that a service is not left behind, with port and data folder,
 * by an npm that was killed.
 * @param parent its id
 * @returns false where `signal` was aborted before, or the process is to go on without its parent.
 */
export async function untilParentEnds(
  parent: number,
  io: Pick<CommandIo, 'ppid' | 'signal' | 'isLeftAlone'>,
  clock: Clock,
): Promise<boolean> {
  while (!io.signal.aborted && !io.isLeftAlone?.()) {
    if (io.ppid() !== parent) return true;
    await clock.sleep(LOOK_MS, io.signal).catch(() => {});
  }
  return false;
}

/**
 * Whether this is `npx privet`: npx hands a signal to a shell between, which dies of it alone. npm's variables reach what
 * was started by other scripts too, and may be meant to stay; this one is no other's.
 */
export const isRunByNpx = ({ env }: Pick<CommandIo, 'env'>): boolean =>
  env['npm_lifecycle_event'] === 'npx' && /^(['"]?)privet\1$/.test(env['npm_lifecycle_script'] ?? '');
