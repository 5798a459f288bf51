import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { startSimulator } from '../simulator/simulator.ts';
import { type App, createApp } from '../src/app.ts';
import { createConfig } from '../src/config/config.ts';
import { readEnv } from '../src/config/env.ts';
import { openStorage } from '../src/storage/storage.ts';
import { InstanceChangesDocument, InstancesDocument } from './gql/graphql.ts';
import { askFor } from './support/ask.ts';
import { type Member, membersOf, storeMembersIn } from './support/crowd.ts';
import { openEventStream } from './support/event-stream.ts';
import { freePort } from './support/free-port.ts';
import { startProber } from './support/nodes/prober.ts';
import { makeDatabase, runSql } from './support/postgres.ts';
import { dataFolder, simulatorEnv } from './support/service-process.ts';
import { startTcpProxy } from './support/tcp-proxy.ts';

const TOKEN = 'drain-account-token-0123456789abcdef';
const RTT_MS = 100;
const PROBE_MS = 150;
/** So long the other node can't be reached when one begins to give its instances to it. */
const AWAY_MS = 500;
/** By then calls that were sent before have ended. */
const QUIET_MS = 1_500;

/** Services in this process, over one database, with instances that are linked already. */
async function world(instances: number) {
  const stack = new AsyncDisposableStack();
  onTestFinished(() => stack.disposeAsync());
  const simulator = stack.use(await startSimulator({ preKeys: 30, rttMs: RTT_MS }));
  const secrets = { databaseUrl: await makeDatabase(), encryptionKey: randomBytes(32), accountToken: TOKEN };
  const logs: string[] = [];
  const start = async (name: string, env: Readonly<Record<string, string>> = {}): Promise<App> => {
    const own = { PORT: '0', PRIVET_DATA: dataFolder(), PRIVET_NODE: name, PRIVET_REBALANCE_SECONDS: '3', ...env };
    const values = { ...simulatorEnv(simulator), ...own };
    const logDestination = { write: (line: string) => void logs.push(line) };
    const overrides = { random: () => 0, logDestination };
    const app = await createApp(createConfig(readEnv(values)), secrets, overrides);
    return stack.use(app);
  };
  const { databaseUrl, encryptionKey: masterKey } = secrets;
  let members: Member[];
  {
    await using storage = await openStorage({ dataDir: dataFolder(), databaseUrl, masterKey });
    members = await storeMembersIn(storage, simulator, membersOf('member', 0, instances));
  }
  const one = await start('one');
  const states = async ({ url }: App): Promise<string[]> => {
    const found = await askFor({ url, token: TOKEN }, InstancesDocument, { first: 100 });
    return found.instances?.nodes.map(({ state }) => state) ?? [];
  };
  const logins = () => members.map(({ phoneNumber }) => simulator.account(phoneNumber).logins.length);
  const owners = async (): Promise<unknown[]> => {
    const from = 'from instances left join nodes on incarnation = owner_incarnation order by name';
    return (await runSql(databaseUrl, `select nodes.id as node ${from}`)).map(({ node }) => node);
  };
  return { simulator, start, one, members, logs, states, logins, owners, databaseUrl };
}

const all = (count: number, state: string): string[] => Array.from({ length: count }, () => state);

/** What a stream about an instance has shown so far, and how it ended. */
async function watch({ url }: App, name: string) {
  const stream = await openEventStream({ url, token: TOKEN }, InstanceChangesDocument, { name });
  const seen: { states: (string | undefined)[]; end?: string } = { states: [] };
  const read = async (): Promise<void> => {
    for (let event = await stream.next(); event; event = await stream.next()) {
      seen.states.push(event.data?.instance?.state);
    }
    seen.end = 'complete';
  };
  read().catch(() => (seen.end = 'broken off'));
  await expect.poll(() => seen.states).toEqual(['OPEN']);
  return seen;
}

test('a node that comes is given its share, and all when the other one ends: no call fails, what moves logs in once, and streams go on', async () => {
  const { start, one, members, logs, states, logins, owners } = await world(12);
  await expect.poll(() => states(one), { timeout: 20_000 }).toEqual(all(12, 'OPEN'));
  const port = await freePort();
  const way = await startTcpProxy(port);
  const reached = { PRIVET_NODE_PORT: String(port), PRIVET_NODE_URL: `http://127.0.0.1:${way.port}` };
  const first = logins();
  const two = await start('two', reached);
  await expect.poll(() => states(two)).toEqual(all(12, 'OPEN'));
  let urls = [one.url, two.url];
  const prober = startProber(members, () => urls, PROBE_MS);
  const shared = [...all(6, 'one'), ...all(6, 'two')];
  const sorted = async () => (await owners()).map(String).toSorted();
  await expect.poll(sorted, { timeout: 20_000 }).toEqual(shared);
  await expect.poll(() => states(one)).toEqual(all(12, 'OPEN'));
  const owned = await owners();
  expect(logins()).toEqual(first.map((count, n) => count + (owned[n] === 'two' ? 1 : 0)));

  const { name } = members[owned.indexOf('one')] ?? expect.unreachable();
  const [goesOn, ends] = [await watch(two, name), await watch(one, name)];
  const [before, from] = [logins(), performance.now()];
  // No change is under way between the two when that way is cut: of that nobody can tell what became of it.
  urls = [two.url];
  await delay(QUIET_MS);
  await way[Symbol.asyncDispose]();
  urls = [one.url, two.url];
  const ended = one[Symbol.asyncDispose]();
  await delay(AWAY_MS);
  await using _ = await startTcpProxy(port, way.port);
  await ended;
  await expect.poll(() => members.every((each) => prober.backAt(each.name, performance.now() - 500))).toBe(true);
  const silence = Math.max(...prober.silences(from).values());
  await prober.stop();
  process.stdout.write(`longest silence of an instance that moved: ${Math.round(silence)} ms\n`);

  expect(prober.failures).toEqual([]);
  expect(await owners()).toEqual(all(12, 'two'));
  expect(logins()).toEqual(before.map((count, n) => count + (owned[n] === 'one' ? 1 : 0)));
  expect(await states(two)).toEqual(all(12, 'OPEN'));
  expect(logs.join('')).not.toMatch(/REPLACED|"replaced"/);
  // Whoever watches sees it move; where the node ends, the stream breaks off, so that its client comes again.
  for (const { states: seen } of [goesOn, ends]) {
    expect(seen[0]).toBe('OPEN');
    expect(seen).toContain('RECONNECTING');
  }
  await expect.poll(() => goesOn.states.at(-1)).toBe('OPEN');
  expect([goesOn.end, ends.end]).toEqual([undefined, 'broken off']);
});
