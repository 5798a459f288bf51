import { type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { within } from './deadline.ts';

const POLITE_MS = 5_000;
const FORCED_MS = 2_000;

const running = new Set<ChildProcess>();

/** Remembers a child until it is gone, so that whatever ends the bench ends it too. */
export function track<T extends ChildProcess>(child: T): T {
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}

/** Ends a child and waits until it is gone. */
export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  try {
    await within(POLITE_MS, 'ending a child', gone);
  } catch {
    child.kill('SIGKILL');
    await within(FORCED_MS, 'killing a child', gone);
  }
}

export async function endAll(): Promise<void> {
  await Promise.all([...running].map(end));
}
