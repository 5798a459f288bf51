import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { startSimulator, type Simulator } from '../../../simulator/simulator.ts';
import { openStorage } from '../../../src/storage/storage.ts';
import { type Member, membersOf, statesOf, storeMembersIn } from '../crowd.ts';
import { POSTGRES_PASSWORD } from '../postgres-place.ts';
import { STANDBY } from '../postgres-standby.ts';
import { type PostgresServer, startPostgres } from '../postgres-server.ts';
import { runSql } from '../postgres.ts';
import { freePort } from '../free-port.ts';
import { dataFolder, runService, type ServiceProcess, simulatorEnv } from '../service-process.ts';
import { startTcpProxy, type TcpProxy } from '../tcp-proxy.ts';
import { type History, keepHistory } from './history.ts';
import { type Prober, startProber } from './prober.ts';

const TOKEN = 'nodes-account-token-0123456789abcdef';
const RTT_MS = 100;
const OPEN_MS = 60_000;
const SETTLE_MS = 4_000;
const STANDBY_MS = 10_000;

export interface Node {
  readonly name: string;
  /** What stands between it and the database. */
  readonly database: TcpProxy;
  /** What stands between it and the nodes that ask it. */
  readonly peers: TcpProxy;
  readonly service: ServiceProcess;
}

/** Nodes in processes of their own, with one database, one WhatsApp, and callers. */
export interface World {
  /** Of the account. */
  readonly token: string;
  readonly simulator: Simulator;
  /** The server that the nodes use: after `failOver` the standby. */
  readonly postgres: PostgresServer;
  /** Starts a standby of the server; what stands between the two. From now on each commit waits for a synchronous one. */
  standBy(kind: 'synchronous' | 'asynchronous'): Promise<TcpProxy>;
  /**
   * Ends the server as a power cut would; after so long the standby takes its place.
   * @param behind a node that stays with the former server, which lives on
   */
  failOver(afterMs: number, behind?: string): Promise<void>;
  /** The node uses the server that all use. */
  catchUp(node: string): void;
  readonly members: readonly Member[];
  readonly nodes: readonly Node[];
  readonly prober: Prober;
  readonly history: History;
  /** By the clock that nodes read at another server it is so much later than at this one. */
  setClockAhead(seconds: number): Promise<void>;
  /** Starts a node of that name, which takes the place of the one before. */
  start(name: string): Promise<Node>;
  /** It is not called any more. */
  remove(name: string): void;
  /** The names of the instances that the node has. */
  namesOf(node: string): Promise<readonly string[]>;
  /** Which node has each instance, by its name. */
  owners(): Promise<ReadonlyMap<string, string>>;
  /** The epoch of each instance, by its name. */
  epochs(): Promise<ReadonlyMap<string, number>>;
  /** Of all instances together. */
  logins(): number;
  loginsOf(name: string): number;
  /** Waits until every instance answers a call that begins from now on; when each did, in milliseconds from now. */
  allBack(names: readonly string[], withinMs: number): Promise<number[]>;
  untilOpen(): Promise<void>;
}

export interface WorldOptions {
  readonly instances?: number;
  readonly nodes?: readonly string[];
  /** How often the prober calls each instance; never: not at all. */
  readonly everyMs?: number | 'never';
  /** More variables of each node. */
  readonly env?: (node: string) => Readonly<Record<string, string>>;
}

export async function startWorld({
  instances = 90,
  nodes: names = ['node-a', 'node-b', 'node-c'],
  everyMs = 600,
  env = () => ({}),
}: WorldOptions = {}): Promise<World> {
  const stack = new AsyncDisposableStack();
  onTestFinished(() => stack.disposeAsync());
  let postgres = stack.use(await startPostgres());
  let standby: PostgresServer | undefined;
  const simulator = stack.use(await startSimulator({ rttMs: RTT_MS, preKeys: 30 }));
  const urlNow = (): string => postgres.url('postgres');
  const masterKey = randomBytes(32);
  const dataDir = dataFolder();
  let members: Member[];
  {
    await using storage = await openStorage({ dataDir, databaseUrl: urlNow(), masterKey });
    members = await storeMembersIn(storage, simulator, membersOf('member', 0, instances));
  }
  const history = await keepHistory(urlNow);
  const running = new Map<string, Node>();
  const start = async (name: string): Promise<Node> => {
    await runSql(
      urlNow(),
      `do $$ begin create role "${name}" superuser login password '${POSTGRES_PASSWORD}';
       exception when duplicate_object then null; end $$`,
    );
    const database = stack.use(await startTcpProxy(postgres.port));
    const peerPort = await freePort();
    const peers = stack.use(await startTcpProxy(peerPort));
    const own = new URL(urlNow());
    own.username = name;
    own.port = String(database.port);
    const service = await runService({
      ...simulatorEnv(simulator),
      PRIVET_DATA: dataDir,
      DATABASE_URL: own.href,
      PRIVET_ENCRYPTION_KEY: masterKey.toString('hex'),
      PRIVET_ACCOUNT_TOKEN: TOKEN,
      PRIVET_NODE: name,
      PRIVET_NODE_PORT: String(peerPort),
      PRIVET_NODE_URL: `http://127.0.0.1:${peers.port}`,
      PRIVET_LOGIN_RATE: '40',
      // Instances stay where a fault has put them, unless a test says otherwise.
      PRIVET_REBALANCE_SECONDS: '0',
      ...env(name),
    });
    const node = { name, database, peers, service };
    running.set(name, node);
    return node;
  };
  await Promise.all(names.map(start));
  const caller = () => ({ url: [...running.values()][0]?.service.url ?? '', token: TOKEN });
  const untilOpen = async (): Promise<void> => {
    let states: ReadonlyMap<string, number> = new Map();
    for (const end = performance.now() + OPEN_MS; performance.now() < end; await delay(200)) {
      states = await statesOf(caller()).catch(() => states);
      if (states.get('OPEN') === instances) return;
    }
    const warned = [...running.values()].flatMap(
      ({ service }) => service.stderr().match(/^.*"level":"warn".*$/gm) ?? [],
    );
    throw new Error(`Not all are OPEN: ${JSON.stringify([...states])} ${warned.slice(-3).join('\n')}`);
  };
  await untilOpen();
  const urls = (): string[] => [...running.values()].map(({ service }) => service.url);
  const prober = everyMs === 'never' ? startProber([], urls, 0) : startProber(members, urls, everyMs);
  stack.defer(() => prober.stop());
  const phones = new Map(members.map(({ name, phoneNumber }) => [name, phoneNumber]));
  const loginsOf = (name: string): number => simulator.account(phones.get(name) ?? '').logins.length;
  const owners = async (): Promise<ReadonlyMap<string, string>> => {
    const rows = await runSql(
      urlNow(),
      'select i.name, n.id from instances i left join nodes n on n.incarnation = i.owner_incarnation',
    );
    return new Map(rows.map(({ name, id }) => [String(name), String(id)]));
  };
  const catchUp = (name: string): void => {
    const node = running.get(name);
    node?.database.leadTo(postgres.port);
    node?.database.cut();
  };
  return {
    token: TOKEN,
    simulator,
    get postgres() {
      return postgres;
    },
    async standBy(kind) {
      const made = await makeStandby(postgres, kind, stack);
      standby = made.server;
      return made.proxy;
    },
    async setClockAhead(ahead) {
      await runSql(
        urlNow(),
        `create function public.clock_timestamp() returns timestamptz language sql volatile as $$
          select pg_catalog.clock_timestamp() + case when inet_server_port() = ${postgres.port}
            then interval '0' else interval '${ahead} s' end $$`,
      );
      // Named ahead of what the server brings. What is connected reads the one before.
      for (const { name, database } of running.values()) {
        await runSql(urlNow(), `alter role "${name}" set search_path = public, pg_catalog`);
        database.cut();
      }
    },
    async failOver(afterMs, behind) {
      if (!standby) throw new Error('There is no standby');
      if (behind === undefined) await postgres.kill();
      await delay(afterMs);
      await runSql(standby.url('postgres'), 'select pg_promote()');
      postgres = standby;
      for (const name of running.keys()) if (name !== behind) catchUp(name);
    },
    catchUp,
    members,
    get nodes() {
      return [...running.values()];
    },
    prober,
    history,
    start,
    remove: (name) => void running.delete(name),
    owners,
    epochs: async () => {
      const rows = await runSql(urlNow(), 'select name, epoch from instances');
      return new Map(rows.map(({ name, epoch }) => [String(name), Number(epoch)]));
    },
    namesOf: async (node) => [...(await owners())].flatMap(([name, owner]) => (owner === node ? [name] : [])),
    logins: () => members.reduce((sum, { name }) => sum + loginsOf(name), 0),
    loginsOf,
    async allBack(which, withinMs) {
      const from = performance.now();
      for (const end = from + withinMs; performance.now() < end; await delay(50)) {
        const times = which.map((name) => prober.backAt(name, from));
        if (times.every((time) => time !== undefined)) return times.map((time) => (time ?? 0) - from);
      }
      const missing = which.filter((name) => prober.backAt(name, from) === undefined);
      const last = prober.failures.slice(-3).map(({ what }) => what);
      throw new Error(`${missing.length} of ${which.length} did not come back: ${last.join('; ')}`);
    },
    untilOpen,
  };
}

async function makeStandby(
  primary: PostgresServer,
  kind: 'synchronous' | 'asynchronous',
  stack: AsyncDisposableStack,
): Promise<{ readonly server: PostgresServer; readonly proxy: TcpProxy }> {
  const proxy = stack.use(await startTcpProxy(primary.port));
  const url = primary.url('postgres');
  const through = new URL(url);
  through.port = String(proxy.port);
  const server = stack.use(await startPostgres({ standbyOf: { folder: primary.folder, url: through.href } }));
  if (kind === 'synchronous') {
    await runSql(url, `alter system set synchronous_standby_names = '${STANDBY}'`);
    await runSql(url, 'select pg_reload_conf()');
  }
  for (const end = performance.now() + STANDBY_MS; ; await delay(50)) {
    const [row] = await runSql(url, 'select sync_state, state from pg_stat_replication');
    if (row?.['state'] === 'streaming' && (kind === 'asynchronous' || row['sync_state'] === 'sync')) break;
    if (performance.now() > end) throw new Error(`The standby does not follow: ${JSON.stringify(row)}`);
  }
  return { server, proxy };
}

/** How often a link ended on nodes other than this one because somebody else logged in. */
export const replaced = (world: World, except?: string): number =>
  world.nodes
    .filter(({ name }) => name !== except)
    .reduce((sum, { service }) => sum + (service.stderr().match(/"state":"REPLACED"/g)?.length ?? 0), 0);

export const nodeOf = (world: World, name: string): Node => {
  const node = world.nodes.find((one) => one.name === name);
  if (!node) throw new Error(`There is no node ${name}`);
  return node;
};

/** Gives each node as many instances as any other, one by one by their names. */
export async function spreadEvenly(world: World): Promise<void> {
  const url = world.postgres.url('postgres');
  const of = (index: number): string => world.nodes[index % world.nodes.length]?.name ?? '';
  for (const [index, { name }] of world.members.entries()) {
    await runSql(
      url,
      `update instances i set epoch = i.epoch + 1, owner_incarnation = n.incarnation from nodes n
       where i.name = '${name}' and n.id = '${of(index)}' and i.owner_incarnation <> n.incarnation`,
    );
  }
  // Each node looks whom it has after its next renewal.
  await delay(SETTLE_MS);
  await world.untilOpen();
}

/** What people read who want to know what a fault looks like; the README has the figures of a quiet machine. */
export const tell = (what: string, figures: Record<string, string | number>): void => {
  const text = Object.entries(figures)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');
  process.stdout.write(`${what}: ${text}\n`);
};

export const median = (values: readonly number[]): number =>
  values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? NaN;

export const seconds = (ms: number): string => (ms / 1000).toFixed(1);
