import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { drain } from '../support/virtual-clock.ts';
import type { Trace } from './trace.ts';

/** Memory where there is a file system in it: a database that waits for a disk takes most of a run's time. */
const FOLDERS = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

/** One run in a folder of its own, in which no rejection may go unhandled. */
export async function inFolder<T>(prefix: string, trace: Trace, run: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(FOLDERS, prefix));
  const onRejection = (reason: unknown): void => trace.violate('no unhandled rejection', String(reason));
  process.on('unhandledRejection', onRejection);
  try {
    return await run(folder);
  } finally {
    // Rejections are told in a macrotask of their own.
    await drain();
    process.off('unhandledRejection', onRejection);
    rmSync(folder, { recursive: true, force: true });
  }
}
