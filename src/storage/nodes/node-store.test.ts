import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { ModelNodes } from '../../../test/harness/nodes/model-nodes.ts';
import { makeDatabase, runSql } from '../../../test/support/postgres.ts';
import { VirtualClock } from '../../../test/support/virtual-clock.ts';
import { createRepositories, type Repositories } from '../repositories.ts';
import { openFolder } from '../sqlite/open.ts';
import { openStorage, type Storage } from '../storage.ts';
import { temporaryFolder } from '../storage.fixture.ts';
import type { NodeSelf, NodeStore } from './node-store.ts';

interface Place {
  readonly nodes: NodeStore;
  readonly stored: Repositories;
  /** What renewals name it. */
  readonly server: string;
  /** Lets that much time go by for the database, and a little more. */
  wait(ms: number): Promise<void>;
}

const serverOf = async (nodes: NodeStore): Promise<string> => {
  const renewed = await nodes.renew(selfOf('any'), SHORT_MS);
  await nodes.leave('run of any');
  if (renewed.kind !== 'renewed') throw new TypeError('refused');
  return renewed.server;
};

/** The model that the harness runs nodes on: what holds for the one has to hold for the other. */
const model = async (): Promise<Place> => {
  const clock = new VirtualClock();
  const { db, keyring, ...database } = await openFolder({
    dataDir: temporaryFolder(),
    masterKey: undefined,
    clock,
    warn: () => {},
    onDamage: undefined,
  });
  onTestFinished(() => database[Symbol.asyncDispose]());
  const nodes = new ModelNodes({ db, clock });
  return {
    nodes,
    server: await serverOf(nodes),
    stored: createRepositories(db, keyring.sealer, clock),
    wait: (ms) => clock.advance(ms + 1),
  };
};

/** One for all tests: to make a database takes longer than most of them. */
let started: { readonly url: string; readonly storage: Storage } | undefined;

afterAll(() => started?.storage[Symbol.asyncDispose]());

const postgres = async (): Promise<Place> => {
  if (!started) {
    const url = await makeDatabase();
    const storage = await openStorage({ dataDir: '', databaseUrl: url, masterKey: Buffer.alloc(32, 1) });
    started = { url, storage };
  }
  const { url, storage } = started;
  const { nodes } = storage;
  if (!nodes) throw new TypeError('Several nodes may serve a database of Postgres');
  const server = await serverOf(nodes);
  await runSql(url, 'truncate instances, nodes cascade');
  return { nodes, stored: storage, server, wait: (ms) => delay(ms + 50) };
};

/** Longer than any test. */
const LONG_MS = 600_000;
/** Later than any lease ends. */
const EVER = 8_640_000_000_000;
/** Over before the next statement is sent, with a wait. */
const SHORT_MS = 1;

const selfOf = (id: string, incarnation = `run of ${id}`, draining = false): NodeSelf => ({
  id,
  incarnation,
  url: `http://127.0.0.1/${id}`,
  draining,
});

describe.each([
  ['the model', model],
  ['Postgres', postgres],
])('what nodes share, on %s', (_, open) => {
  const set = async (...names: string[]) => {
    const place = await open();
    const { nodes, stored, wait, server } = place;
    const account = await stored.accounts.create({ label: '' });
    const add = async (name: string, wanted: 'running' | 'stopped' = 'running', state = 'OPEN'): Promise<string> =>
      (await stored.instances.insert({ accountId: account.id, name, wanted, state })).id;
    const ids = new Map<string, string>();
    for (const name of names) ids.set(name, await add(name));
    const idOf = (name: string): string => ids.get(name) ?? '';
    return {
      ...place,
      add,
      idOf,
      live: (id: string, incarnation?: string, draining?: boolean) =>
        nodes.renew(selfOf(id, incarnation, draining), LONG_MS),
      /** Its lease has ended, and its row is there. */
      async dead(id: string) {
        await nodes.renew(selfOf(id), SHORT_MS);
        await wait(SHORT_MS);
      },
      claim: async (id: string, fromDead = false, most = 10) =>
        (await nodes.claimDue({ incarnation: `run of ${id}`, fromDead, until: EVER, server, most })).toSorted((a, b) =>
          a.id < b.id ? -1 : 1,
        ),
      claimOne: (id: string, name: string, fromDead = false) =>
        nodes.claimOne({ incarnation: `run of ${id}`, fromDead, until: EVER, server, instanceId: idOf(name) }),
    };
  };

  test('a lease is renewed, and names all nodes', async () => {
    const { nodes, live, dead, wait, claim } = await set('one', 'two');
    await dead('b');
    expect(await live('a')).toMatchObject({ kind: 'renewed' });
    await claim('a');
    const renewed = await live('a');
    if (renewed.kind !== 'renewed') throw new TypeError('refused');
    expect(renewed.nodes).toMatchObject([
      { id: 'a', incarnation: 'run of a', url: 'http://127.0.0.1/a', draining: false, isLive: true },
      { id: 'b', incarnation: 'run of b', isLive: false },
    ]);
    expect(await nodes.nodes()).toEqual(renewed.nodes);
    const [first] = renewed.nodes;
    await wait(5);
    await live('a', undefined, true);
    expect(await nodes.nodes()).toMatchObject([{ draining: true, startedAt: first?.startedAt }, { id: 'b' }]);
  });

  test('a name is held by one run of a node until its lease ends', async () => {
    const { nodes, live, dead } = await set();
    await live('a');
    expect(await live('a', 'another run')).toEqual({ kind: 'refused' });
    expect(await nodes.nodes()).toMatchObject([{ incarnation: 'run of a' }]);
    await dead('b');
    expect(await live('b', 'another run')).toMatchObject({ kind: 'renewed' });
    expect(await nodes.nodes()).toMatchObject([{ id: 'a' }, { id: 'b', incarnation: 'another run', isLive: true }]);
    // Its former run has no name any more.
    expect(await live('b')).toEqual({ kind: 'refused' });
  });

  test('what nobody has is claimed, up to a bound, under the next epoch', async () => {
    const { nodes, live, claim, idOf, add } = await set('one', 'two', 'three');
    const stopped = await add('stopped', 'stopped');
    const unpaired = await add('unpaired', 'running', 'UNPAIRED');
    await live('a');
    await live('b');
    expect(await nodes.counts()).toEqual({ wanted: 3, byOwner: new Map() });
    expect(await claim('a', false, 0)).toEqual([]);
    const first = await claim('a', false, 2);
    expect(first).toMatchObject([
      { epoch: 1, isWanted: true },
      { epoch: 1, isWanted: true },
    ]);
    const second = await claim('b');
    expect(second).toHaveLength(1);
    expect(new Set([...first, ...second].map(({ id }) => id))).toEqual(new Set(['one', 'two', 'three'].map(idOf)));
    expect(await claim('a')).toEqual([]);
    expect(await nodes.owned('run of a')).toEqual(new Map(first.map(({ id }) => [id, { epoch: 1, isWanted: true }])));
    const byOwner = new Map(Object.entries({ 'run of a': 2, 'run of b': 1 }));
    expect(await nodes.counts()).toEqual({ wanted: 3, byOwner });
    expect(await nodes.ownerOf(stopped)).toBeUndefined();
    expect(await nodes.ownerOf(unpaired)).toBeUndefined();
    expect(await nodes.ownerOf('no such instance')).toBeUndefined();
  });

  test('a claim that comes after the lease that it was decided under takes nothing', async () => {
    const { nodes, live, claim, idOf, wait, server } = await set('one', 'two');
    const first = await nodes.renew(selfOf('a'), 30);
    if (first.kind !== 'renewed') throw new TypeError('refused');
    await wait(30);
    await live('a');
    const late = { incarnation: 'run of a', fromDead: true, until: first.until, server };
    expect(await nodes.claimDue({ ...late, most: 2 })).toEqual([]);
    expect(await nodes.claimOne({ ...late, instanceId: idOf('one') })).toBeUndefined();
    const next = await live('a');
    if (next.kind !== 'renewed') throw new TypeError('refused');
    expect(await nodes.claimDue({ ...late, until: next.until, most: 1 })).toHaveLength(1);
    expect(await claim('a')).toHaveLength(1);
  });

  test('what was never linked and has a login is to be connected', async () => {
    const { nodes, stored, live, claim, add } = await set();
    await live('a');
    const id = await add('paired', 'running', 'UNPAIRED');
    await stored.credentials.save(id, '{}');
    expect(await nodes.counts()).toMatchObject({ wanted: 1 });
    expect(await claim('a')).toEqual([{ id, epoch: 1, isWanted: true }]);
  });

  test('instances of a node without a row are free for all', async () => {
    const { nodes, live, claim, idOf } = await set('one');
    await live('a');
    await live('b');
    expect(await claim('a')).toHaveLength(1);
    await nodes.leave('run of a');
    await nodes.leave('run of a');
    expect(await nodes.nodes()).toMatchObject([{ id: 'b' }]);
    expect(await claim('b')).toEqual([{ id: idOf('one'), epoch: 2, isWanted: true }]);
  });

  test('instances of a node whose lease has ended are for those alone that may say so', async () => {
    const { live, dead, claim, claimOne, idOf } = await set('one', 'two');
    await live('a');
    expect(await claim('a')).toHaveLength(2);
    await live('b');
    expect(await claim('b', true)).toEqual([]);
    await dead('a');
    expect(await claim('b')).toEqual([]);
    expect(await claimOne('b', 'one')).toBeUndefined();
    expect(await claimOne('b', 'one', true)).toEqual({ id: idOf('one'), epoch: 2, isWanted: true });
    expect(await claim('b', true)).toEqual([{ id: idOf('two'), epoch: 2, isWanted: true }]);
  });

  test('at another server than it has renewed at a node takes what nobody has, and nothing from one that seems dead there', async () => {
    const { nodes, live, dead, claim, idOf, server } = await set('one', 'two');
    await live('a');
    expect(await claim('a', false, 1)).toHaveLength(1);
    const [first] = [...(await nodes.owned('run of a')).keys()];
    await live('b');
    await dead('a');
    const there = { incarnation: 'run of b', fromDead: true, until: EVER, server: `not ${server}` };
    const free = first === idOf('one') ? 'two' : 'one';
    expect(await nodes.claimDue({ ...there, most: 2 })).toEqual([{ id: idOf(free), epoch: 1, isWanted: true }]);
    expect(await nodes.claimOne({ ...there, instanceId: first ?? '' })).toBeUndefined();
    expect(await nodes.claimDue({ ...there, server, most: 2 })).toEqual([{ id: first, epoch: 2, isWanted: true }]);
  });

  test.each([
    ['whose own lease has ended', (place: { dead(id: string): Promise<void> }) => place.dead('a')],
    ['that drains', (place: { live(...self: unknown[]): unknown }) => place.live('a', 'run of a', true)],
    ['without a row', () => undefined],
  ])('a node %s claims nothing', async (_what, become) => {
    const { nodes, ...place } = await set('one');
    await become({
      ...place,
      live: (id, ...rest) => nodes.renew(selfOf(String(id), 'run of a', rest.length > 0), LONG_MS),
    });
    expect(await place.claim('a', true)).toEqual([]);
    expect(await place.claimOne('a', 'one', true)).toBeUndefined();
    expect(await nodes.ownerOf(place.idOf('one'))).toBeUndefined();
  });

  test('one instance is claimed for a call, connected or not, where nobody has it who lives', async () => {
    const { nodes, live, claimOne, add, server } = await set();
    await live('a');
    await live('b');
    const id = await add('stopped', 'stopped');
    const claimOf = (node: string) =>
      nodes.claimOne({ incarnation: `run of ${node}`, fromDead: true, until: EVER, server, instanceId: id });
    expect(await claimOf('a')).toEqual({ id, epoch: 1, isWanted: false });
    expect(await claimOf('b')).toBeUndefined();
    expect(await nodes.ownerOf(id)).toEqual({ incarnation: 'run of a', epoch: 1 });
    expect(await nodes.owned('run of a')).toEqual(new Map([[id, { epoch: 1, isWanted: false }]]));
    expect(await claimOne('a', 'no such instance')).toBeUndefined();
  });

  test('an instance is handed over by who has it, under the next epoch', async () => {
    const { nodes, live, claim, add, idOf } = await set('one');
    await live('a');
    await live('b');
    await claim('a');
    const id = idOf('one');
    expect(await nodes.handOver(id, { incarnation: 'run of a', epoch: 0 }, 'run of b')).toBeUndefined();
    expect(await nodes.handOver(id, { incarnation: 'run of b', epoch: 1 }, 'run of b')).toBeUndefined();
    expect(await nodes.handOver('none', { incarnation: 'run of a', epoch: 1 }, 'run of b')).toBeUndefined();
    expect(await nodes.handOver(id, { incarnation: 'run of a', epoch: 1 }, 'run of b')).toBe(2);
    expect(await nodes.handOver(id, { incarnation: 'run of a', epoch: 1 }, 'run of b')).toBeUndefined();
    expect(await nodes.ownerOf(id)).toEqual({ incarnation: 'run of b', epoch: 2 });
    const owners = await nodes.ownersOf([id, await add('nobody has it'), 'no such instance']);
    expect(owners).toEqual(new Map([[id, { incarnation: 'run of b', epoch: 2 }]]));
  });

  test.each([
    ['whose lease has ended', (place: { dead(id: string): Promise<void> }) => place.dead('b')],
    ['that drains', (place: { live(...self: unknown[]): unknown }) => place.live('b', 'run of b', true)],
    ['without a row', () => undefined],
  ])('no instance is given to a node %s', async (_what, become) => {
    const { nodes, live, claim, idOf, dead } = await set('one');
    await live('a');
    await claim('a');
    await become({
      dead,
      live: (id, ...rest) => nodes.renew(selfOf(String(id), 'run of b', rest.length > 0), LONG_MS),
    });
    const from = { incarnation: 'run of a', epoch: 1 };
    expect(await nodes.handOver(idOf('one'), from, 'run of b')).toBeUndefined();
    expect(await nodes.ownerOf(idOf('one'))).toEqual(from);
    await live('b');
    expect(await nodes.handOver(idOf('one'), from, 'run of b')).toBe(2);
  });

  test('an instance is kept by who has it, under the next epoch: to give it away under the former one comes too late', async () => {
    const { nodes, live, claim, idOf } = await set('one');
    await live('a');
    await claim('a');
    // Who drains keeps what it has, too.
    await live('a', 'run of a', true);
    await live('b');
    const id = idOf('one');
    const from = { incarnation: 'run of a', epoch: 1 };
    expect(await nodes.keep(id, { incarnation: 'run of b', epoch: 1 })).toBeUndefined();
    expect(await nodes.keep('none', from)).toBeUndefined();
    expect(await nodes.keep(id, from)).toBe(2);
    expect(await nodes.handOver(id, from, 'run of b')).toBeUndefined();
    expect(await nodes.keep(id, from)).toBeUndefined();
    expect(await nodes.ownerOf(id)).toEqual({ incarnation: 'run of a', epoch: 2 });
  });

  test('who lost an instance stores nothing of it any more', async () => {
    const { stored, live, dead, claim, idOf } = await set('one');
    await live('a');
    await live('b');
    const [{ epoch } = { epoch: 0 }] = await claim('a');
    const id = idOf('one');
    const patch = { state: 'RECONNECTING' };
    const write = (node: string, under: number) =>
      stored.owned.change(id, { incarnation: `run of ${node}`, epoch: under }, { patch });
    expect(await write('a', epoch)).toBe(1);
    await dead('a');
    // Nobody has taken it yet.
    expect(await write('a', epoch)).toBe(1);
    await claim('b', true);
    await expect(write('a', 1)).rejects.toMatchObject({ code: 'fenced' });
    await expect(write('a', 2)).rejects.toMatchObject({ code: 'fenced' });
    expect(await write('b', 2)).toBe(2);
  });

  test('what is claimed by many at once is had by one', async () => {
    const names = Array.from({ length: 40 }, (_, n) => `instance ${n}`);
    const { nodes, live, claim } = await set(...names);
    const claimers = ['a', 'b', 'c'];
    for (const id of claimers) await live(id);
    const claimed = await Promise.all([...claimers, ...claimers].map((id) => claim(id, true, 7)));
    const ids = claimed.flat().map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of claimers) while ((await claim(id, true, 7)).length > 0);
    const owned = await Promise.all(claimers.map((id) => nodes.owned(`run of ${id}`)));
    const all = owned.flatMap((each) => [...each.values()]);
    expect(all).toHaveLength(40);
    expect(new Set(all.map(({ epoch }) => epoch))).toEqual(new Set([1]));
  });
});

test('on Postgres an instance that is being stored is passed over, and no claim waits for it', async () => {
  const { nodes, stored, wait, server } = await postgres();
  const account = await stored.accounts.create({ label: '' });
  const add = async (name: string): Promise<string> =>
    (await stored.instances.insert({ accountId: account.id, name, wanted: 'running', state: 'OPEN' })).id;
  const [one, two] = [await add('one'), await add('two')];
  await nodes.renew(selfOf('a'), LONG_MS);
  await nodes.claimDue({ incarnation: 'run of a', fromDead: false, until: EVER, server, most: 2 });
  await nodes.renew(selfOf('b'), LONG_MS);
  await nodes.renew(selfOf('a'), SHORT_MS);
  await wait(SHORT_MS);
  const claim = { incarnation: 'run of b', fromDead: true, until: EVER, server, most: 2 };
  await started?.storage.transaction(async (tx) => {
    await tx.owned.change(one, { incarnation: 'run of a', epoch: 1 }, { patch: { state: 'RECONNECTING' } });
    expect(await nodes.claimDue(claim)).toEqual([{ id: two, epoch: 2, isWanted: true }]);
  });
  expect(await nodes.claimDue(claim)).toEqual([{ id: one, epoch: 2, isWanted: true }]);
});

test('on Postgres a hand-over is under way while its node keeps the instance: what the node is told is so for good', async () => {
  const { nodes, stored, wait, server } = await postgres();
  const account = await stored.accounts.create({ label: '' });
  const add = async (name: string): Promise<string> =>
    (await stored.instances.insert({ accountId: account.id, name, wanted: 'running', state: 'OPEN' })).id;
  const ids = [await add('one'), await add('two')];
  for (const id of ['a', 'b']) await nodes.renew(selfOf(id), LONG_MS);
  await nodes.claimDue({ incarnation: 'run of a', fromDead: false, until: EVER, server, most: 2 });
  const from = { incarnation: 'run of a', epoch: 1 };
  for (const [n, id] of ids.entries()) {
    const [kept, given] = [Promise.withResolvers<unknown>(), Promise.withResolvers<unknown>()];
    await started?.storage.transaction(async (tx) => {
      await tx.owned.change(id, from, { patch: { state: 'RECONNECTING' } });
      const keep = (): void => kept.resolve(nodes.keep(id, from));
      const give = (): void => given.resolve(nodes.handOver(id, from, 'run of b'));
      for (const step of n === 0 ? [give, keep] : [keep, give]) {
        step();
        await wait(50);
      }
      // Both wait for the row, and who only looks at it does not see that.
      const look = 'select owner_incarnation as owner from instances where epoch = 1 and id =';
      expect(await runSql(started?.url ?? '', `${look} '${id}'`)).toEqual([{ owner: 'run of a' }]);
    });
    const isKept = (await kept.promise) === 2;
    expect(await given.promise).toBe(isKept ? undefined : 2);
    expect(await nodes.ownerOf(id)).toEqual({ incarnation: isKept ? 'run of a' : 'run of b', epoch: 2 });
  }
});

test('on Postgres a look for what nobody has goes by who has some, and reads no instance where all of them live', async () => {
  const { nodes, stored, server } = await postgres();
  const url = started?.url ?? '';
  const { id } = await stored.accounts.create({ label: '' });
  await nodes.renew(selfOf('a'), LONG_MS);
  await nodes.renew(selfOf('b'), LONG_MS);
  await runSql(
    url,
    `insert into instances (id, account_id, name, wanted, state, state_since, created_at, owner_incarnation)
     select n, '${id}', n, 'running', 'OPEN', 0, 0, 'run of ' || case n % 2 when 0 then 'a' else 'b' end
     from generate_series(1, 3000) n`,
  );
  await runSql(url, 'vacuum analyze instances');
  const reads = async () => {
    const columns = 'seq_tup_read::int as rows, idx_scan::int as looks';
    const [row] = await runSql(url, `select ${columns} from pg_stat_user_tables where relname = 'instances'`);
    return { rows: Number(row?.['rows']), looks: Number(row?.['looks']) };
  };
  const before = await reads();
  const look = () => nodes.claimDue({ incarnation: 'run of a', fromDead: true, until: EVER, server, most: 10 });
  // The server tells of them once a second.
  await expect
    .poll(async () => (expect(await look()).toEqual([]), (await reads()).looks), { timeout: 10_000, interval: 200 })
    .toBeGreaterThan(before.looks);
  expect((await reads()).rows - before.rows).toBeLessThan(1_000);
  await nodes.leave('run of b');
  expect(await look()).toHaveLength(10);
}, 20_000);

describe('on Postgres a node that slept renews its lease while another one claims what it had', () => {
  /** The lease of a has ended, b is steady, and one connection of neither is there for the test. */
  const asleep = async () => {
    const { nodes, stored, wait, server } = await postgres();
    const account = await stored.accounts.create({ label: '' });
    const { id } = await stored.instances.insert({
      accountId: account.id,
      name: 'one',
      wanted: 'running',
      state: 'OPEN',
    });
    await nodes.renew(selfOf('a'), LONG_MS);
    await nodes.claimDue({ incarnation: 'run of a', fromDead: false, until: EVER, server, most: 1 });
    await nodes.renew(selfOf('a'), SHORT_MS);
    await wait(SHORT_MS);
    await nodes.renew(selfOf('b'), LONG_MS);
    const beside = new Client(started?.url);
    await beside.connect();
    onTestFinished(() => beside.end());
    const claim = () => nodes.claimDue({ incarnation: 'run of b', fromDead: true, until: EVER, server, most: 1 });
    return { nodes, id, beside, claim, server };
  };
  const url = () => started?.url ?? '';
  const waiting = async (what: string) =>
    (
      await runSql(
        url(),
        `select from pg_stat_activity where wait_event_type = 'Lock' and query ilike '%${what}%'
      and pid <> pg_backend_pid() and datname = current_database()`,
      )
    ).length;

  test('a claim that is decided by then is seen by what the node reads after its renewal', async () => {
    const { nodes, id, beside, claim } = await asleep();
    // It commits once it has this lock: as slow as a disk may be.
    const lock = 'pg_advisory_xact_lock(7)';
    await runSql(
      url(),
      `
      create function slowly() returns trigger as $$ begin perform ${lock}; return null; end $$ language plpgsql;
      create constraint trigger slowly after update of owner_incarnation on instances
        deferrable initially deferred for each row execute function slowly()`,
    );
    onTestFinished(async () => void (await runSql(url(), 'drop function slowly cascade')));
    await beside.query(`begin; select ${lock}`);
    const claimed = claim();
    await expect.poll(() => waiting('owners as materialized')).toBe(1);
    const events: string[] = [];
    const has = nodes.renew(selfOf('a'), LONG_MS).then(() => (events.push('renewed'), nodes.owned('run of a')));
    await expect.poll(async () => events.length + (await waiting('insert into nodes'))).toBe(1);
    events.push('committed');
    await beside.query('commit');
    expect(await claimed).toEqual([{ id, epoch: 2, isWanted: true }]);
    expect(await has).toEqual(new Map());
    expect(events).toEqual(['committed', 'renewed']);
  });

  test('the row that says so stays for as long as there is something to claim', async () => {
    const { nodes, claim, server } = await asleep();
    await runSql(url(), `update nodes set expires_at = now() - interval '1 hour' where id = 'a'`);
    await nodes.claimDue({ incarnation: 'run of b', fromDead: true, until: EVER, server, most: 0 });
    expect(await nodes.nodes()).toMatchObject([{ id: 'a', isLive: false }, { id: 'b' }]);
    expect(await claim()).toHaveLength(1);
    // By the clock of another server.
    await nodes.claimDue({ incarnation: 'run of b', fromDead: true, until: EVER, server: `not ${server}`, most: 0 });
    expect(await nodes.nodes()).toHaveLength(2);
    await claim();
    expect(await nodes.nodes()).toMatchObject([{ id: 'b' }]);
  });

  test('a claim that comes while the renewal is being written takes nothing, and waits for nobody', async () => {
    const { nodes, id, beside, claim } = await asleep();
    await beside.query(`begin; update nodes set expires_at = now() + interval '1 hour' where id = 'a'`);
    expect(await claim()).toEqual([]);
    await beside.query('commit');
    expect(await claim()).toEqual([]);
    expect(await nodes.ownerOf(id)).toEqual({ incarnation: 'run of a', epoch: 1 });
  });
});
