import { randomBytes, randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { beforeAll, expect, test, afterAll } from 'vitest';
import { makeDatabase, runSql } from '../../../test/support/postgres.ts';
import { systemClock } from '../../clock.ts';
import { LOCK_CLASS } from '../postgres/connection.ts';
import { openStorage, type Storage } from '../storage.ts';
import type { Shared } from './shared.ts';

let url: string;
const masterKey = randomBytes(32);
const nodes: Storage[] = [];
beforeAll(async () => {
  url = await makeDatabase();
  for (let node = 0; node < 3; node += 1) {
    nodes.push(await openStorage({ dataDir: 'unused', databaseUrl: url, masterKey }));
  }
});
afterAll(() => Promise.all(nodes.map((node) => node[Symbol.asyncDispose]())));

const at = (node: number): Shared => {
  const shared = nodes[node % nodes.length]?.shared;
  if (!shared) throw new Error('Nothing is shared');
  return shared;
};
const times = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));
const run = (sql: string) => runSql(url, sql);

test('of 300 calls at once through three nodes exactly 100 are counted, each with its place', async () => {
  await Promise.all(times(3, (i) => at(i).hits.record('warm', 100)));
  const hits = await Promise.all(times(300, (i) => at(i).hits.record('a', 100)));
  const recorded = hits.filter((hit) => hit.recorded);
  expect(recorded.map(({ count }) => count).toSorted((a, b) => a - b)).toEqual(times(100, (i) => i + 1));
  for (const { count, waitMs } of hits.filter((hit) => !hit.recorded)) {
    expect(count).toBe(100);
    expect(waitMs).toBeGreaterThan(50_000);
    expect(waitMs).toBeLessThanOrEqual(60_000);
  }
  expect(await at(0).hits.record('b', 1)).toMatchObject({ recorded: true, count: 1 });
});

test('many keys at once through three nodes keep their own limits', async () => {
  const hits = await Promise.all(times(1_200, (i) => at(i).hits.record(`many ${i % 40}`, 10)));
  expect(hits.filter((hit) => hit.recorded)).toHaveLength(400);
});

test('calls leave the window one by one after a minute, and what nobody counts any more is deleted', async () => {
  const { hits } = at(0);
  for (let i = 0; i < 3; i += 1) {
    await hits.record('leaving', 3);
    await run(`select pg_sleep(0.002)`);
  }
  expect((await hits.record('leaving', 3)).recorded).toBe(false);
  await run(`update hits set times[1] = times[1] - 60000 where key = 'leaving'`);
  expect(await hits.record('leaving', 3)).toMatchObject({ recorded: true, count: 3 });
  expect((await hits.record('leaving', 3)).recorded).toBe(false);
});

test('however many addresses guessed, what nobody counts any more is gone after a minute', async () => {
  let leaptMs = 0;
  const clock = { ...systemClock, monotonic: () => systemClock.monotonic() + leaptMs };
  await using node = await openStorage({ dataDir: 'unused', databaseUrl: url, masterKey, clock });
  const now = '(extract(epoch from clock_timestamp()) * 1000)::bigint';
  // Wide ones, for more blocks than are looked at in one statement.
  await run(
    `insert into hits select 'old ' || n || repeat(' ', 1000), array[${now} - 60000 - n], array[1], 1, 10 from generate_series(1, 5000) n;
     insert into hits select 'new ' || n, array[${now} - n], array[1], 1, 10 from generate_series(1, 20) n`,
  );
  const left = async (which: string) =>
    (await run(`select count(*)::int as left from hits where key like '${which} %'`))[0]?.['left'];
  await node.shared?.hits.record('any', 10);
  expect(await left('old')).toBe(5_000);
  leaptMs = 60_000;
  await node.shared?.hits.record('any', 10);
  await expect.poll(() => left('old'), { timeout: 10_000 }).toBe(0);
  expect(await left('new')).toBe(20);
});

test('a large limit keeps steps instead of times', async () => {
  const { hits } = at(0);
  await hits.record('large', 1_000_000);
  for (let i = 0; i < 5; i += 1) await run(`select pg_sleep(0.02)`);
  expect(await hits.record('large', 1_000_000)).toMatchObject({ recorded: true, count: 2 });
  const off = await run(`select time from hits, unnest(times) as time where key = 'large' and time % 200 <> 0`);
  expect(off).toEqual([]);
});

test('a server whose clock was set back begins anew', async () => {
  const { hits } = at(0);
  for (let i = 0; i < 2; i += 1) await hits.record('future', 2);
  await run(`update hits set times = array(select time + 3600000 from unnest(times) time) where key = 'future'`);
  expect(await hits.record('future', 2)).toMatchObject({ recorded: true, count: 1 });
});

test('of 60 streams opened at once through three nodes as many are as may be; a node that died has none', async () => {
  const [one, two, dead] = [randomUUID(), randomUUID(), randomUUID()];
  const lives = (id: string, seconds: number) =>
    run(`insert into nodes (id, incarnation, url, draining, started_at, expires_at) select '${id}', '${id}', '', false,
      now(), now() + interval '${seconds} seconds'`);
  await lives(one, 60);
  await lives(two, 60);
  await lives(dead, -1);
  await run(`insert into open_streams select 'dead ' || i, 'f', '${dead}' from generate_series(1, 50) i`);
  const ids = times(60, (i) => `stream ${i}`);
  const open = (id: string, i: number, incarnation = i % 2 === 0 ? one : two) =>
    at(i).streams.open({ ids: [id], family: 'f', incarnation }, 20);
  const opened = (await Promise.all(ids.map((id, i) => open(id, i)))).map((count) => count === 1);
  expect(opened.filter(Boolean)).toHaveLength(20);
  await at(2).streams.close(ids.filter((_, i) => opened[i]).slice(0, 3));
  expect(await Promise.all(times(5, (i) => open(`again ${i}`, i)))).toEqual(expect.arrayContaining([1, 1, 1, 0, 0]));
  await run(`update nodes set expires_at = now() - interval '1 hour' where id = '${dead}'`);
  await at(0).streams.purge();
  expect(await run(`select count(*)::int as left from open_streams`)).toEqual([{ left: 20 }]);
});

test('streams that wait for another node keep no call from being counted', async () => {
  const families = ['held 1', 'held 2', 'held 3'];
  const lock = `pg_advisory_xact_lock(${LOCK_CLASS + 2}, hashtext(family))`;
  const held = run(`select locked, pg_sleep(1.2)
    from (select count(${lock}) as locked from unnest(array['${families.join("','")}']) family) of_another_node`);
  const locks = () => run(`select from pg_locks where locktype = 'advisory' and classid = ${LOCK_CLASS + 2}`);
  await expect.poll(async () => (await locks()).length).toBe(families.length);
  const done: string[] = [];
  const opening = families.map(async (family) => {
    const opened = await at(0).streams.open({ ids: [family], family, incarnation: 'one' }, 20);
    done.push('opened');
    return opened;
  });
  await at(0).hits.record('beside', 1);
  done.push('counted');
  expect(await Promise.all(opening)).toEqual([1, 1, 1]);
  expect(done).toEqual(['counted', 'opened', 'opened', 'opened']);
  await held;
  await at(0).streams.close(families);
});

test('a count of all instances, however slow, keeps no call from being counted and no node from its look', async () => {
  const beside = new Client(url);
  await beside.connect();
  await beside.query('begin; lock table instances');
  const { nodes: store } = nodes[0] ?? {};
  const counts = Promise.allSettled(times(2, async () => store?.counts()));
  const waiting = () =>
    run(`select from pg_stat_activity where wait_event_type = 'Lock' and query like '%count(*) as all%'
    and datname = current_database() and pid <> pg_backend_pid()`);
  await expect.poll(async () => (await waiting()).length).toBeGreaterThan(0);
  const done: string[] = [];
  const counted = counts.then(() => done.push('counted'));
  await Promise.all([at(0).hits.record('beside a count', 1), at(0).logins.state(), store?.nodes()]);
  done.push('done');
  await beside.end();
  await counted;
  expect(done).toEqual(['done', 'counted']);
});

test('slots of all nodes are at the spacing that is asked for, and none is saved up', async () => {
  const waits = await Promise.all(times(9, (i) => at(i).logins.take(2, 50)));
  const sorted = waits.map(({ waitMs }) => waitMs).toSorted((a, b) => a - b);
  expect(sorted[0]).toBeLessThanOrEqual(0);
  // By the clock of the server each was told when it was asked, so the waits alone are a little apart.
  expect(sorted.at(-1)).toBeGreaterThan(8 * 100 - 500);
  await run(`update login_gate set next_at = now() - interval '1 hour'`);
  const [first, second] = [await at(0).logins.take(1, 1_000), await at(1).logins.take(1, 1_000)];
  expect(first.waitMs).toBeLessThanOrEqual(0);
  expect(second.waitMs).toBeGreaterThan(500);
  await run(`update login_gate set next_at = now() + interval '1 year'`);
  expect((await at(0).logins.take(1, 50)).waitMs).toBeLessThanOrEqual(600_000);
});

test('three refused instances of any nodes hold logins up for all; one at a time may try, and the first success opens', async () => {
  const every = { everyMs: 10_000, refusedEveryMs: 300_000 };
  const refused = (node: number, id: string) => at(node).logins.refused(id, 3, every);
  for (const [node, id] of ['a', 'b', 'b'].entries()) await refused(node, id);
  expect(await at(0).logins.state()).toMatchObject({ isShut: false });
  await refused(2, 'c');
  await refused(1, 'd');
  const state = await at(1).logins.state();
  expect(state.isShut).toBe(true);
  expect(state.probeInMs).toBeGreaterThan(5_000);
  expect(state.refusedProbeInMs).toBeGreaterThan(250_000);
  const probes = () => Promise.all(times(6, (i) => at(i).logins.probe(false, 10_000)));
  expect((await probes()).filter(Boolean)).toHaveLength(0);
  await run(`update login_gate set next_probe_at = now()`);
  expect((await probes()).filter(Boolean)).toHaveLength(1);
  expect(await at(0).logins.probe(true, 300_000)).toBe(false);
  await at(2).logins.accepted();
  expect(await at(0).logins.state()).toMatchObject({ isShut: false });
  for (const id of ['a', 'b']) await refused(0, id);
  expect(await at(1).logins.take(1, 1)).toMatchObject({ isShut: false });
});
