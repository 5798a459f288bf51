import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from './free-port.ts';
import { isThere, POSTGRES_PASSWORD, POSTGRES_USER, postmaster } from './postgres-place.ts';

/** A real Postgres of this machine's own, in a folder of its own. */
export interface PostgresServer extends AsyncDisposable {
  readonly folder: string;
  readonly port: number;
  /** Of a database of that name, whether it is there or not. */
  url(database: string): string;
  /** Ends it as a power cut would. */
  kill(): Promise<void>;
  /** After `kill`. */
  start(): Promise<void>;
}

const PROGRAM = new URL('postgres-process.ts', import.meta.url).pathname;

/** How long its process may take to be gone, in milliseconds. */
const GONE_MS = 10_000;

export interface PostgresOptions {
  /** Whose standby it is, and where it reaches that. */
  readonly standbyOf?: { readonly folder: string; readonly url: string };
}

export async function startPostgres({ standbyOf }: PostgresOptions = {}): Promise<PostgresServer> {
  const folder = await mkdtemp(join(tmpdir(), 'privet-postgres-'));
  // Where it runs as a user of its own, that one finds its way through.
  await chmod(folder, 0o711);
  const port = await freePort();
  // Not of this group, so that Ctrl-C does not end it before its clients; what it writes for a moment is in its folder too.
  const child = spawn(
    process.execPath,
    [PROGRAM, folder, String(port), ...(standbyOf ? [standbyOf.folder, standbyOf.url] : [])],
    {
      env: { ...process.env, TMPDIR: folder },
      stdio: ['pipe', 'pipe', 'inherit'],
      detached: true,
    },
  );
  const ended = once(child, 'exit');
  child.stdin.on('error', () => {});
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const start = async (): Promise<void> => {
    child.stdin.write('start\n');
    if ((await lines.next()).done) throw new Error('Postgres did not start');
  };
  await start();
  return {
    folder,
    port,
    url: (database) => `postgres://${POSTGRES_USER}:${POSTGRES_PASSWORD}@127.0.0.1:${port}/${database}`,
    async kill() {
      const pid = await postmaster(folder);
      if (pid === undefined) throw new Error('It does not run');
      process.kill(pid, 'SIGKILL');
      for (const end = Date.now() + GONE_MS; isThere(pid) && Date.now() < end;) await delay(10);
    },
    start,
    async [Symbol.asyncDispose]() {
      child.stdin.end();
      await ended;
    },
  };
}
