import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { makeDatabase, runSql } from '../../../test/support/postgres.ts';
import { scaledClock } from '../../../test/support/scaled-clock.ts';
import { startTcpProxy } from '../../../test/support/tcp-proxy.ts';
import { systemClock } from '../../clock.ts';
import { ownServer } from '../postgres/owner.ts';
import { openStorage } from '../storage.ts';
import { runModule } from '../storage.fixture.ts';
import type { NodeSelf, NodeStore } from './node-store.ts';
import { ownProcess } from './own-process.ts';

const self = (id: string): NodeSelf => ({
  id,
  incarnation: `run of ${id}`,
  url: 'http://127.0.0.1:1',
  draining: false,
});
const TTL_MS = 60_000;

/** A database behind a proxy that can be cut, and the store of a node that goes through it. */
const behindProxy = async () => {
  const direct = await makeDatabase();
  const url = new URL(direct);
  const proxy = await startTcpProxy(Number(url.port));
  onTestFinished(() => proxy[Symbol.asyncDispose]());
  url.port = String(proxy.port);
  const storage = await openStorage({ dataDir: '', databaseUrl: url.href, masterKey: randomBytes(32) });
  onTestFinished(async () => {
    storage.giveUp();
    await storage[Symbol.asyncDispose]();
  });
  const { nodes } = storage;
  if (!nodes) throw new TypeError('It is no server');
  const renew = async (id = 'a', ttlMs = TTL_MS): Promise<string> => (await nodes.renew(self(id), ttlMs)).kind;
  return { direct, proxy, storage, nodes, renew };
};

const connectionsOf = async (url: string): Promise<number> =>
  Number(
    (
      await runSql(url, `select count(*) as n from pg_stat_activity where application_name like 'privet/run of %'`)
    )[0]?.['n'],
  );

test('a renewal that is not answered fails in time, its connection is used no more, and the next one is made', async () => {
  const { proxy, renew, direct } = await behindProxy();
  expect(await renew()).toBe('renewed');
  proxy.blackHole(true);
  const began = performance.now();
  await expect(renew()).rejects.toMatchObject({ code: 'OVERLOADED' });
  expect(performance.now() - began).toBeLessThan(3_000);
  proxy.blackHole(false);
  expect(await renew()).toBe('renewed');
  expect(await connectionsOf(direct)).toBeGreaterThan(0);
});

test('a connection that the server ends takes nothing else along, and is made anew', async () => {
  const { direct, renew } = await behindProxy();
  await renew();
  await runSql(
    direct,
    `select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'privet/run of a/%'`,
  );
  await expect.poll(() => connectionsOf(direct)).toBe(0);
  // Its error comes while nobody asks anything: without a listener the process would end here.
  await expect.poll(() => renew().catch(() => 'failed')).toBe('renewed');
});

test('writes that wait for a lock use up the pool, and the lease is renewed all the same', async () => {
  const { storage, nodes, renew } = await behindProxy();
  const { id: accountId } = await storage.accounts.create({ label: '' });
  const { id } = await storage.instances.insert({ accountId, name: 'shop', wanted: 'running', state: 'OPEN' });
  await renew();
  const held = Promise.withResolvers<void>();
  const writes = [
    storage.transaction(async (tx) => {
      await tx.instances.update(id, { state: 'STOPPED' });
      await held.promise;
    }),
    ...Array.from({ length: 40 }, () => storage.instances.update(id, { state: 'OPEN' }).catch(() => undefined)),
  ];
  await new Promise((resolve) => setTimeout(resolve, 100));
  for (let n = 0; n < 5; n += 1) expect(await renew()).toBe('renewed');
  // Nor does what nodes share wait for them: the row that is being written is passed over.
  const claim = { incarnation: 'run of a', fromDead: false, until: Date.now() + TTL_MS, server: '', most: 1 };
  expect(await nodes.claimDue(claim)).toEqual([]);
  held.resolve();
  await Promise.all(writes);
});

test('a renewal looks at no instance, and neither does a look for a node: they may be many, and be held up', async () => {
  const { direct, renew, nodes } = await behindProxy();
  const beside = new Client(direct);
  await beside.connect();
  try {
    await beside.query('begin; lock table instances');
    expect(await renew()).toBe('renewed');
    expect(await nodes.nodes()).toMatchObject([{ id: 'a', isLive: true }]);
  } finally {
    await beside.end();
  }
});

test('a command that needs the data alone runs beside no node, and no node beside it', async () => {
  const { direct, renew, nodes } = await behindProxy();
  {
    await using _command = await ownServer(direct, systemClock);
    await expect(nodes.renew(self('a'), TTL_MS)).rejects.toThrow(`in use by process ${process.pid} on `);
  }
  expect([await renew('a'), await renew('b')]).toEqual(['renewed', 'renewed']);
  await expect(ownServer(direct, systemClock)).rejects.toThrow(`in use by process ${process.pid} on `);
}, 20_000);

test('a command that needs the data alone waits for the lease of a node whose connection broke', async () => {
  const { direct, renew } = await behindProxy();
  const breakOff = async () => {
    await runSql(
      direct,
      `select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'privet/run of a/%'`,
    );
    await expect.poll(() => connectionsOf(direct)).toBe(0);
  };
  await renew('a', 1_000);
  await breakOff();
  {
    await using _command = await ownServer(direct, systemClock);
    expect(await runSql(direct, 'select expires_at < clock_timestamp() as over from nodes')).toEqual([{ over: true }]);
  }
  await renew('a', TTL_MS);
  await breakOff();
  const refused = ownServer(direct, scaledClock(30));
  await expect(refused).rejects.toThrow(/is in use by the node a: its lease ends at \d{4}-\d\d-\d\dT/);
  // Nobody has the lock now.
  expect(await renew('a', TTL_MS)).toBe('renewed');
}, 20_000);

const RUN = (url: string, key: string): string => `
  const { openStorage } = await import(${JSON.stringify(new URL('../storage.ts', import.meta.url).href)});
  const storage = await openStorage({
    dataDir: '', databaseUrl: ${JSON.stringify(url)}, masterKey: Buffer.from('${key}', 'hex'),
  });
  await storage.nodes.renew(${JSON.stringify(self('child'))}, 600000);
  console.log('renewed');
  setInterval(() => {}, 1000);
`;

test('the row of a process that was killed is gone once another one of this machine comes; that of one that lives stays', async () => {
  const databaseUrl = await makeDatabase();
  const key = randomBytes(32);
  const open = async (): Promise<NodeStore> => {
    const storage = await openStorage({ dataDir: '', databaseUrl, masterKey: key });
    onTestFinished(() => storage[Symbol.asyncDispose]());
    if (!storage.nodes) throw new TypeError('It is no server');
    return storage.nodes;
  };
  await open();
  const child = runModule(RUN(databaseUrl, key.toString('hex')));
  expect((await child.lines.next()).value).toBe('renewed');
  const ids = async () => (await runSql(databaseUrl, 'select id from nodes order by id')).map(({ id }) => id);
  await (await open()).renew(self('a'), TTL_MS);
  expect(await ids()).toEqual(['a', 'child']);
  // One of another machine, which can't be judged from here, and one whose id was given to another process.
  const own = JSON.parse((await ownProcess()) ?? '{}') as Record<string, unknown>;
  for (const [id, process] of [
    ['far', { ...own, boot: 'another', pid: 1 }],
    ['odd', { pid: 1 }],
    ['reused', { ...own, startedAt: '1' }],
  ] as const) {
    await runSql(
      databaseUrl,
      `insert into nodes values ('${id}', '${id}', '', false, '${JSON.stringify(process)}', now(), now())`,
    );
  }
  await child.kill();
  await (await open()).renew(self('b'), TTL_MS);
  expect(await ids()).toEqual(['a', 'b', 'far', 'odd']);
});
