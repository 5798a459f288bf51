import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { makeDatabase, runSql } from '../../../test/support/postgres.ts';
import { scaledClock } from '../../../test/support/scaled-clock.ts';
import { startTcpProxy, type TcpProxy } from '../../../test/support/tcp-proxy.ts';
import { openStorage, type Storage } from '../../storage/storage.ts';
import type { Principal } from '../principal.ts';
import { FAILED_TRIES, Gate, STREAMS_AT_ONCE } from './gate.ts';
import { RateLimitError } from './rate-limit.ts';

const LIMIT = 100;
/** What the service is patient with ends the sooner. */
const clock = scaledClock(3);

let url: string;
let proxy: TcpProxy;
const storages: Storage[] = [];
const gates: Gate[] = [];
let caller: Principal;
let callers = 0;

beforeAll(async () => {
  url = await makeDatabase();
  const { hostname, port } = new URL(url);
  expect(hostname).toMatch(/127.0.0.1|localhost/);
  proxy = await startTcpProxy(Number(port));
  const through = Object.assign(new URL(url), { hostname: '127.0.0.1', port: String(proxy.port) }).href;
  const masterKey = randomBytes(32);
  for (const [node, databaseUrl] of [url, url, through].entries()) {
    const storage = await openStorage({ dataDir: 'unused', databaseUrl, masterKey, clock });
    if (!storage.shared) throw new Error('Nothing is shared');
    storages.push(storage);
    const incarnation = `run ${node}`;
    await runSql(
      url,
      `insert into nodes (id, incarnation, url, draining, started_at, expires_at)
        values ('${node}', '${incarnation}', '', false, now(), now() + interval '1 hour')`,
    );
    gates.push(
      new Gate({
        clock,
        log: { warn() {} },
        rateLimit: LIMIT,
        nodes: { ...storage.shared, incarnation },
        endedAmong: async () => [],
        authenticate: () => undefined,
      }),
    );
  }
});
afterAll(async () => {
  for (const storage of storages) await storage[Symbol.asyncDispose]();
  await proxy[Symbol.asyncDispose]();
});
beforeEach(() => {
  callers += 1;
  caller = { tokenId: `t${callers}`, family: `t${callers}`, accountId: 'a', scopes: new Set(['read']) };
});

const at = (node: number): Gate => {
  const gate = gates[node % gates.length];
  if (!gate) throw new Error('There is no such node');
  return gate;
};
const times = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));
const codeOf = (call: () => Promise<unknown>): Promise<unknown> =>
  call().then(
    () => 'passed',
    (error: { code: unknown }) => error.code,
  );

test('of 300 calls at once through three nodes exactly 100 pass, and the others hear when to come again', async () => {
  const calls = await Promise.allSettled(times(300, (i) => at(i).count(caller)));
  const passed = calls.filter((call) => call.status === 'fulfilled');
  expect(passed).toHaveLength(LIMIT);
  expect(new Set(passed.map(({ value }) => value.remaining)).size).toBe(LIMIT);
  for (const call of calls) {
    if (call.status === 'fulfilled') continue;
    const error: unknown = call.reason;
    if (!(error instanceof RateLimitError)) throw error;
    expect(error.message).toBe('This token has used up its 100 calls a minute');
    expect(error.allowance).toMatchObject({ limit: LIMIT, remaining: 0 });
    expect(error.retryAfterMs).toBeGreaterThan(0);
    expect(error.retryAfterMs).toBeLessThanOrEqual(60_000);
  }
  expect(at(0).allowance(caller)).toMatchObject({ limit: LIMIT, remaining: 0 });
});

test('what is left is what all nodes left, and calls of one moment are all counted in it', async () => {
  await Promise.all(times(10, () => at(0).count(caller)));
  const [first] = await Promise.all(times(5, () => at(1).count(caller)));
  expect(first).toMatchObject({ remaining: LIMIT - 11 });
  expect(at(1).allowance(caller)).toMatchObject({ remaining: LIMIT - 15 });
});

test('an address may try so many tokens, whichever node it tries them on', async () => {
  const tries = await Promise.all(times(30, (i) => codeOf(async () => at(i).identify('bad', 'here'))));
  expect(tries.filter((code) => code === 'UNAUTHENTICATED')).toHaveLength(FAILED_TRIES);
  expect(tries.filter((code) => code === 'RATE_LIMITED')).toHaveLength(30 - FAILED_TRIES);
  expect(await codeOf(async () => at(0).identify('bad', 'elsewhere'))).toBe('UNAUTHENTICATED');
});

test('a token has so many streams over all nodes, and another one in the place of one that ended', async () => {
  const asked = await Promise.allSettled(times(150, async (i) => at(i).openStream(caller)));
  const streams = asked.filter((stream) => stream.status === 'fulfilled').map(({ value }) => value);
  expect(streams).toHaveLength(STREAMS_AT_ONCE);
  expect(await codeOf(async () => at(1).openStream(caller))).toBe('RATE_LIMITED');
  streams[0]?.[Symbol.dispose]();
  await expect.poll(() => codeOf(async () => at(1).openStream(caller))).toBe('passed');
  expect(await codeOf(async () => at(2).openStream(caller))).toBe('RATE_LIMITED');
});

test('without its database a node lets nothing pass and says so in time; what ended meanwhile is forgotten afterwards', async () => {
  const cutOff = at(2);
  const stream = await cutOff.openStream(caller);
  await cutOff.count(caller);
  proxy.blackHole(true);
  stream[Symbol.dispose]();
  const begun = clock.monotonic();
  expect(
    await Promise.all([codeOf(() => cutOff.count(caller)), codeOf(async () => cutOff.identify('bad', 'x'))]),
  ).toEqual(['OVERLOADED', 'OVERLOADED']);
  expect(clock.monotonic() - begun).toBeLessThan(20_000);
  proxy.blackHole(false);
  proxy.cut();
  await expect.poll(() => codeOf(() => cutOff.count(caller))).toBe('passed');
  const open = () => runSql(url, `select id from open_streams where family = '${caller.family}'`);
  await expect.poll(open).toEqual([]);
});

test('a database that is away for a moment costs no call', async () => {
  const cut = at(2);
  await cut.count(caller);
  const calls = times(20, (i) => {
    if (i === 10) proxy.cut();
    return codeOf(() => cut.count(caller));
  });
  expect(await Promise.all(calls)).toEqual(times(20, () => 'passed'));
});
