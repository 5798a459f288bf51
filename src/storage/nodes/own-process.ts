import { readFile, readlink } from 'node:fs/promises';

/** A process of Linux, so that another one of the same machine can tell whether it is still there. */
interface KnownProcess {
  /** Of the machine, until it starts anew. */
  readonly boot: string;
  /** Where its id counts: a container has a space of its own. */
  readonly space: string;
  readonly pid: number;
  /** In the kernel's ticks since the boot: an id is given again. */
  readonly startedAt: string;
}

/** The 22nd field, counted behind the name, which may hold anything. */
const startOf = async (pid: number | 'self'): Promise<string | undefined> => {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8');
  return text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .at(19);
};

const own = async (): Promise<KnownProcess | undefined> => {
  try {
    const [boot, space, startedAt] = await Promise.all([
      readFile('/proc/sys/kernel/random/boot_id', 'utf8'),
      readlink('/proc/self/ns/pid'),
      startOf('self'),
    ]);
    return startedAt === undefined ? undefined : { boot: boot.trim(), space, pid: process.pid, startedAt };
  } catch {
    return undefined;
  }
};

/** What names this process in the database; undefined where the system does not tell. */
export const ownProcess = async (): Promise<string | undefined> => {
  const known = await own();
  return known && JSON.stringify(known);
};

/** Whether the process that a text names is gone for sure: it was one of this machine, and no other can be meant. */
export const isGone = async (text: string): Promise<boolean> => {
  const here = await own();
  const there = parsed(text);
  if (!here || !there || there.boot !== here.boot || there.space !== here.space) return false;
  try {
    return (await startOf(there.pid)) !== there.startedAt;
  } catch {
    return isNoProcess(there.pid);
  }
};

/** By the kernel's word: `/proc` may hide the processes of other users. */
const isNoProcess = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
};

const parsed = (text: string): KnownProcess | undefined => {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null) return undefined;
    if (!('boot' in value && 'space' in value && 'pid' in value && 'startedAt' in value)) return undefined;
    const { boot, space, pid, startedAt } = value;
    if (typeof boot !== 'string' || typeof space !== 'string' || typeof startedAt !== 'string') return undefined;
    return Number.isSafeInteger(pid) ? { boot, space, pid: Number(pid), startedAt } : undefined;
  } catch {
    return undefined;
  }
};
