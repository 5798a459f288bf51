import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { pino } from 'pino';
import { Client } from 'pg';
import { systemClock } from '../src/clock.ts';
import { Node } from '../src/nodes/node.ts';
import type { Residents } from '../src/nodes/residents.ts';
import { openStorage } from '../src/storage/storage.ts';
import { startPostgres } from '../test/support/postgres-server.ts';
import { sleep } from './deadline.ts';
import { rounded } from './stats.ts';
import { temporaryFolder } from './temporary-folder.ts';

export const STORED = 10_000;
/** What claiming and renewing may take of one core. */
const MOST_PERCENT = 5;
const MEASURED_MS = 30_000;
const CLAIMED_MS = 60_000;
/** A jiffy of /proc, on every Linux of today. */
const TICKS_A_SECOND = 100;

/** Where the sessions would be. */
class NoSessions implements Residents {
  readonly #epochs = new Map<string, number>();
  epochs = (): ReadonlyMap<string, number> => this.#epochs;
  take = async (id: string, epoch: number): Promise<void> => void this.#epochs.set(id, epoch);
  drop = (id: string): void => void this.#epochs.delete(id);
  isPairing = (): boolean => false;
  release = async (): Promise<undefined> => undefined;
}

/** What it takes to have so many instances, without their sessions: the processor time of a node, and of Postgres. */
export async function measureLeases(progress: (text: string) => void) {
  await using folder = await temporaryFolder();
  await using postgres = await startPostgres();
  const { port } = postgres;
  const databaseUrl = postgres.url('postgres');
  await using storage = await openStorage({ dataDir: folder.path, databaseUrl, masterKey: randomBytes(32) });
  const { nodes: store, tokenKey } = storage;
  if (!store) throw new TypeError('A database of a server has nodes');
  const { id } = await storage.accounts.create({ label: 'default' });
  await fill(databaseUrl, id);
  const residents = new NoSessions();
  const place = { name: 'bench', host: '127.0.0.1', port: 0, errors: [], tokenKey };
  const onReplaced = (): void => undefined;
  const log = pino({ level: 'silent' });
  await using node = await Node.join({ ...place, store, clock: systemClock, log, onReplaced }, () => undefined);
  node.claims.watch(residents);
  const began = { at: performance.now(), cpu: await cpuMs(port) };
  node.claims.start();
  progress(`nodes: one node claims ${STORED} instances`);
  while (residents.epochs().size < STORED) {
    if (performance.now() - began.at > CLAIMED_MS) throw new Error(`Only ${residents.epochs().size} were claimed`);
    await sleep(20);
  }
  const claimed = await sinceThen(port, began);
  progress('nodes: and keeps them');
  const kept = await (async () => {
    const from = { at: performance.now(), cpu: await cpuMs(port) };
    await sleep(MEASURED_MS);
    return sinceThen(port, from);
  })();
  const percent = { node: kept.nodePercent, postgres: kept.postgresPercent };
  return {
    instances: STORED,
    claiming: { seconds: claimed.seconds, nodeCpuMs: claimed.nodeMs, postgresCpuMs: claimed.postgresMs },
    keeping: { seconds: kept.seconds, percentOfACore: percent },
    goals: { keepingWithin: { percent: MOST_PERCENT, met: percent.node + percent.postgres <= MOST_PERCENT } },
  };
}

async function sinceThen(port: number, { at, cpu }: { at: number; cpu: { node: number; postgres: number } }) {
  const now = await cpuMs(port);
  const ms = performance.now() - at;
  return {
    seconds: rounded(ms / 1_000, 1),
    nodeMs: rounded(now.node - cpu.node, 0),
    postgresMs: rounded(now.postgres - cpu.postgres, 0),
    nodePercent: rounded(((now.node - cpu.node) / ms) * 100, 2),
    postgresPercent: rounded(((now.postgres - cpu.postgres) / ms) * 100, 2),
  };
}

/** Linked instances that are to be connected, with nothing in them. */
async function fill(url: string, accountId: string): Promise<void> {
  const client = new Client(url);
  await client.connect();
  await client.query(
    `insert into instances (id, account_id, name, wanted, state, state_since, created_at, has_credentials)
     select 'instance-' || n, $1, 'instance-' || n, 'running', 'RECONNECTING', 0, 0, 1 from generate_series(1, $2::int) n`,
    [accountId, STORED],
  );
  await client.query('vacuum analyze');
  await client.end();
}

/** Processor time in milliseconds: of this process, and of the Postgres that listens on the port. */
async function cpuMs(port: number): Promise<{ node: number; postgres: number }> {
  const { user, system } = process.cpuUsage();
  let ticks = 0;
  const all = await postgresProcesses();
  const server = all.find(({ words }) => words.includes(String(port)));
  for (const { pid, fields } of all) {
    const isServer = pid === server?.pid;
    if (!isServer && fields[1] !== server?.pid) continue;
    // Of a server also what those of its processes took that have ended.
    const counted = isServer ? [11, 12, 13, 14] : [11, 12];
    for (const at of counted) ticks += Number(fields[at]);
  }
  return { node: (user + system) / 1_000, postgres: (ticks * 1_000) / TICKS_A_SECOND };
}

/** `fields` are those of `/proc/<pid>/stat` from the state on. */
async function postgresProcesses() {
  const read = async (pid: string) => {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
    const [, name, rest = ''] = /^\d+ \((.*)\) (.*)$/s.exec(stat) ?? [];
    if (name !== 'postgres') return [];
    const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    return [{ pid, fields: rest.split(' '), words: commandLine.split(/[\0 =]/) }];
  };
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  return (await Promise.all(pids.map(read))).flat();
}
