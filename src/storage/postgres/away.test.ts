import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { makeDatabase, runSql } from '../../../test/support/postgres.ts';
import { startTcpProxy } from '../../../test/support/tcp-proxy.ts';
import { OperatorError } from '../../errors.ts';
import { openStorage } from '../storage.ts';

/** A storage that reaches its database through a proxy. */
const behindProxy = async () => {
  const url = new URL(await makeDatabase());
  const proxy = await startTcpProxy(Number(url.port));
  const direct = url.href;
  url.port = String(proxy.port);
  const warnings: string[] = [];
  const masterKey = randomBytes(32);
  const options = { dataDir: '', databaseUrl: url.href, masterKey, warn: (line: string) => void warnings.push(line) };
  const storage = await openStorage(options);
  onTestFinished(async () => {
    await proxy[Symbol.asyncDispose]();
    await storage[Symbol.asyncDispose]();
  });
  return { storage, proxy, direct, warnings, options };
};

const AWAY = { code: 'OVERLOADED', message: 'The database does not answer: try again later', retryAfterMs: 3000 };

test('connections that were cut are made anew, without anybody noticing who only reads or begins', async () => {
  const { storage, proxy } = await behindProxy();
  const { id } = await storage.accounts.create({ label: 'x' });
  for (let n = 0; n < 3; n += 1) {
    await storage.ping();
    proxy.cut();
    expect(await storage.accounts.find(id)).toMatchObject({ label: 'x' });
    await storage.ping();
    proxy.cut();
    await storage.tokens.insert({
      id: `t${n}`,
      accountId: id,
      hash: randomBytes(32),
      scopes: [],
      label: '',
      createdAt: 1,
    });
  }
  expect(storage.isBusy).toBe(false);
});

test('a server that answers nothing: all that wait do so together, and it works again on other connections', async () => {
  const { storage, proxy, warnings } = await behindProxy();
  const { id } = await storage.accounts.create({ label: 'x' });
  proxy.blackHole(true);
  const began = performance.now();
  const calls = Array.from({ length: 20 }, () => storage.accounts.find(id));
  for (const call of await Promise.allSettled(calls)) expect(call).toMatchObject({ status: 'rejected', reason: AWAY });
  // A connection that was there waits for 6 s, one that is made for 3 s more.
  expect(performance.now() - began).toBeLessThan(20_000);
  expect(storage.isBusy).toBe(true);
  expect(warnings).toEqual([expect.stringMatching(/^The database \w+ at [\d.]+:\d+ has not answered for 3 s/)]);
  proxy.blackHole(false);
  expect(await storage.accounts.find(id)).toMatchObject({ label: 'x' });
  expect(storage.isBusy).toBe(false);
});

test('writes that wait for a lock of others do not keep what only reads from a connection', async () => {
  const { storage, direct } = await behindProxy();
  const { id } = await storage.accounts.create({ label: 'x' });
  const other = new Client(direct);
  await other.connect();
  onTestFinished(() => other.end());
  await other.query('begin; lock table accounts in exclusive mode');
  let ended = 0;
  const writes = Array.from({ length: 12 }, async (_, n) => {
    await storage.accounts.create({ label: `${n}` }).finally(() => (ended += 1));
  });
  const blocked = () => runSql(direct, `select 1 from pg_locks where relation = 'accounts'::regclass and not granted`);
  await expect.poll(async () => (await blocked()).length).toBeGreaterThanOrEqual(8);
  const reads = await Promise.all(Array.from({ length: 5 }, () => storage.accounts.find(id)));
  expect([reads.map((found) => found?.label), ended]).toEqual([['x', 'x', 'x', 'x', 'x'], 0]);
  await other.query('rollback');
  await Promise.all(writes);
  expect(await storage.accounts.list()).toHaveLength(13);
});

test('a server that is not there, and one that refuses the user, are a line for the operator without the password', async () => {
  const { options, proxy, direct } = await behindProxy();
  const wrong = new URL(direct);
  wrong.password = 'canary-of-the-tests';
  const refusal = async (databaseUrl: string) => {
    const error: unknown = await openStorage({ ...options, databaseUrl }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(OperatorError);
    return String(error);
  };
  const denied = await refusal(wrong.href);
  expect(denied).toMatch(/Can't use the database privet_\w+ at 127\.0\.0\.1:\d+: password authentication failed/);
  expect(denied).not.toContain('canary');
  await proxy[Symbol.asyncDispose]();
  expect(await refusal(options.databaseUrl)).toMatch(/: The server can't be reached: .*ECONNREFUSED/);
});

test('another key is refused, and so is a database of a newer version; nothing is changed', async () => {
  const { options, direct } = await behindProxy();
  const open = (masterKey: Uint8Array) => openStorage({ ...options, databaseUrl: direct, masterKey });
  await expect(open(randomBytes(32))).rejects.toThrow(/^PRIVET_ENCRYPTION_KEY does not open the existing database/);
  await runSql(direct, `insert into kysely_migration values ('999-future', '2099-01-01T00:00:00.000Z')`);
  await expect(open(options.masterKey)).rejects.toThrow(/newer version of this service \(migration 999-future\)/);
  await expect(openStorage({ ...options, databaseUrl: await makeDatabase(), makesDatabase: false })).rejects.toThrow(
    /is not the service's: DATABASE_URL must name it/,
  );
});

test('two that make the same database at once agree on one key', async () => {
  const [databaseUrl, masterKey] = [await makeDatabase(), randomBytes(32)];
  const storages = await Promise.all([1, 2, 3].map(() => openStorage({ dataDir: '', databaseUrl, masterKey })));
  const [first, ...others] = storages.map(({ tokenKey }) => tokenKey.export().toString('hex'));
  expect(others).toEqual([first, first]);
  for (const storage of storages) await storage[Symbol.asyncDispose]();
});

test('the last token that there is room for is made once, however many ask at the same time', async () => {
  await using storage = await openStorage({
    dataDir: '',
    databaseUrl: await makeDatabase(),
    masterKey: randomBytes(32),
  });
  const { id: accountId } = await storage.accounts.create({ label: '' });
  const { id } = await storage.instances.insert({ accountId, name: 'x', wanted: 'stopped', state: 'UNPAIRED' });
  const add = (n: number) =>
    storage.tokens.insert({
      id: `t${n}`,
      accountId,
      instanceId: id,
      hash: randomBytes(32),
      scopes: [],
      label: '',
      createdAt: 1,
    });
  for (let n = 0; n < 95; n += 1) await add(n);
  const asked = await Promise.allSettled(Array.from({ length: 15 }, (_, n) => add(100 + n)));
  expect(asked.filter(({ status }) => status === 'fulfilled')).toHaveLength(5);
  expect(await storage.tokens.count(accountId, id)).toBe(100);
});
