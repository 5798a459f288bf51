import type { Clock } from '../clock.ts';
import type { CommandIo } from './io.ts';

/** How often the parent is looked for, in milliseconds: the system tells of its end by no event. */
const LOOK_MS = 1_000;

/**
 * Waits for the end of the process that started this one, so that a service is not left behind, with port and data folder,
 * by an npm that was killed.
 * @param parent its id
 * @returns false where `signal` was aborted before.
 */
export async function untilParentEnds(
  parent: number,
  { ppid, signal }: Pick<CommandIo, 'ppid' | 'signal'>,
  clock: Clock,
): Promise<boolean> {
  while (!signal.aborted) {
    if (ppid() !== parent) return true;
    await clock.sleep(LOOK_MS, signal).catch(() => {});
  }
  return false;
}

/**
 * Whether this is `npx privet`: npx hands a signal to a shell between, which dies of it alone. npm's variables reach what
 * was started by other scripts too, and may be meant to stay; this one is no other's.
 */
export const isRunByNpx = ({ env }: Pick<CommandIo, 'env'>): boolean =>
  env['npm_lifecycle_event'] === 'npx' && /^(['"]?)privet\1$/.test(env['npm_lifecycle_script'] ?? '');
