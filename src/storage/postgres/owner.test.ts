import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { expect, onTestFinished, test } from 'vitest';
import { makeDatabase, runSql } from '../../../test/support/postgres.ts';
import { startTcpProxy } from '../../../test/support/tcp-proxy.ts';
import { systemClock } from '../../clock.ts';
import { openStorage } from '../storage.ts';
import { runModule } from '../storage.fixture.ts';
import { ownServer } from './owner.ts';

const own = (url: string) => ownServer(url, systemClock);

const behindProxy = async () => {
  const direct = await makeDatabase();
  const url = new URL(direct);
  const proxy = await startTcpProxy(Number(url.port));
  onTestFinished(() => proxy[Symbol.asyncDispose]());
  url.port = String(proxy.port);
  return { url: url.href, direct, proxy };
};

/** Ends the connections of one run, as a server that is restarted does. */
const breakOff = (url: string, incarnation: string) =>
  runSql(
    url,
    `select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'privet/${incarnation}/%'`,
  );

test('a second one is refused, in a line that names the owner and no password; then it is free', async () => {
  const url = await makeDatabase();
  {
    await using owner = await own(url);
    expect([owner.held, await owner.renew()]).toEqual([true, 'held']);
    const { pathname, host, password } = new URL(url);
    const refusal = await own(url).catch((error: unknown) => String(error));
    expect(refusal).toContain(`The database ${pathname.slice(1)} at ${host} is in use by process ${process.pid} on `);
    expect(refusal).not.toContain(password);
  }
  await using next = await own(url);
  expect(next.held).toBe(true);
});

test('kill -9 of the owner frees the database', async () => {
  const url = await makeDatabase();
  const child = runModule(`
    const { ownServer } = await import(${JSON.stringify(new URL('./owner.ts', import.meta.url).href)});
    const { systemClock } = await import(${JSON.stringify(new URL('../../clock.ts', import.meta.url).href)});
    globalThis.owner = await ownServer(${JSON.stringify(url)}, systemClock);
    console.log('owned');
  `);
  expect((await child.lines.next()).value).toBe('owned');
  await expect(own(url)).rejects.toThrow(`process ${child.process.pid} on ${hostname()}`.slice(0, 20));
  await child.kill();
  await using owner = await own(url);
  expect(owner.held).toBe(true);
});

test('a connection that broke is made anew; who finds the lock taken has lost it', async () => {
  const url = await makeDatabase();
  await using first = await own(url);
  await breakOff(url, first.incarnation);
  await expect.poll(() => first.held).toBe(false);
  expect([await first.renew(), first.held]).toEqual(['renewed', true]);

  await breakOff(url, first.incarnation);
  await using second = await own(url);
  expect([await first.renew(), first.held, second.held]).toEqual(['lost', false, true]);
});

test('two schemas of one database are two services', async () => {
  const url = await makeDatabase();
  await runSql(url, 'create schema other');
  const other = new URL(url);
  other.searchParams.set('options', '-c search_path=other');
  await using one = await own(url);
  await using two = await own(other.href);
  expect([one.held, two.held]).toEqual([true, true]);
});

test('who lost the lock without noticing takes no instance', async () => {
  const { url, direct, proxy } = await behindProxy();
  await using sleeper = await own(url);
  await using storage = await openStorage({
    dataDir: '',
    databaseUrl: direct,
    masterKey: randomBytes(32),
    owner: sleeper,
  });
  const { id: accountId } = await storage.accounts.create({ label: '' });
  const insert = (name: string) => storage.instances.insert({ accountId, name, wanted: 'stopped', state: 'UNPAIRED' });
  const [one, other] = [await insert('one'), await insert('other')];
  const { incarnation } = sleeper;
  const epoch = await storage.owned.change(one.id, { incarnation, epoch: undefined }, {});

  proxy.blackHole(true);
  await breakOff(direct, incarnation);
  await using next = await own(direct);
  expect([sleeper.held, next.held]).toEqual([true, true]);
  const taking = { incarnation, epoch: undefined };
  const refused = { code: 'io', message: 'This process does not hold the lock of the data any more' };
  await expect(storage.owned.change(other.id, taking, {})).rejects.toMatchObject(refused);
  await expect(storage.owned.remove(other.id, taking)).rejects.toMatchObject(refused);
  expect(await runSql(direct, 'select name, owner_incarnation as owner from instances order by name')).toEqual([
    { name: 'one', owner: incarnation },
    { name: 'other', owner: null },
  ]);
  // What it has is its own until another one takes it.
  expect(await storage.owned.change(one.id, { incarnation, epoch }, {})).toBe(epoch);
});

test('an owner ends, although the server does not say goodbye', async () => {
  const { url, proxy } = await behindProxy();
  const owner = await own(url);
  proxy.blackHole(true);
  await owner[Symbol.asyncDispose]();
  expect(owner.held).toBe(false);
}, 8_000);
