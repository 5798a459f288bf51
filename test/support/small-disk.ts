import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readdirSync, rmdirSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * A file system of a few megabytes that can really be full, ENOSPC and all, for the processes that are run on it. It
 * needs no rights: a user namespace of its own may mount a tmpfs. A limit on the size of files would do without that,
 * but it is another fault (EFBIG, which SQLite calls an I/O error).
 */
export interface SmallDisk extends AsyncDisposable {
  /** Where its processes find it; for all others the folder is empty. */
  readonly folder: string;
  /** What to put before a command line to run it there. */
  readonly enter: readonly string[];
  /** Takes all the room that is left. */
  fill(): void;
  /** Gives back what was taken. */
  free(): void;
  /** The files on it, but for what takes the room. */
  names(): string[];
}

const NAMESPACE = ['--user', '--map-root-user', '--mount'];

/** Not where the system forbids such namespaces, as containers may, or knows none. */
export const hasSmallDisks = spawnSync('unshare', [...NAMESPACE, 'true']).status === 0;

const SIZE = '24m';
const BALLAST = 'ballast';
const CHUNK = Buffer.alloc(4096, 1);

export async function smallDisk(): Promise<SmallDisk> {
  const folder = mkdtempSync(join(tmpdir(), 'privet-disk-'));
  const script = `mount -t tmpfs -o size=${SIZE},mode=700 tmpfs "$0" && echo mounted && exec cat`;
  // It ends with its standard input, so with this process.
  const holder = spawn('unshare', [...NAMESPACE, 'sh', '-c', script, folder], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(holder, 'close');
  const said = await Promise.race([once(holder.stdout, 'data'), ended]);
  if (String(said[0]) !== 'mounted\n') throw new Error('A small disk needs user namespaces (man unshare)');
  // The holder's own view of the files.
  const seen = join(`/proc/${holder.pid}/root`, folder);
  return {
    folder,
    enter: ['nsenter', '--target', String(holder.pid), '--user', '--mount', '--preserve-credentials'],
    fill() {
      const file = openSync(join(seen, BALLAST), 'a');
      try {
        for (;;) writeSync(file, CHUNK);
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
      } finally {
        closeSync(file);
      }
    },
    free: () => rmSync(join(seen, BALLAST)),
    names: () => readdirSync(seen).filter((name) => name !== BALLAST),
    async [Symbol.asyncDispose]() {
      holder.stdin.end();
      await ended;
      rmdirSync(folder);
    },
  };
}
