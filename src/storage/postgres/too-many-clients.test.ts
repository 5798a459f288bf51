import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { makeDatabase, runSql } from '../../../test/support/postgres.ts';
import { openStorage } from '../storage.ts';

/** A database whose user may have so many connections. */
const limited = async (connections: number) => {
  const owner = await makeDatabase();
  const url = new URL(owner);
  const user = `few_${randomBytes(8).toString('hex')}`;
  url.username = user;
  await runSql(
    owner,
    `create role ${user} login password '${url.password}' connection limit ${connections};
     grant all on schema public to ${user}`,
  );
  const ofUser = `from pg_stat_activity where usename = '${user}'`;
  onTestFinished(async () => {
    await runSql(owner, `select pg_terminate_backend(pid, 5000) ${ofUser}`);
    await runSql(owner, `drop owned by ${user}; drop role ${user}`);
  });
  /** Ends the connections of the service, as a server that is restarted does. */
  const cut = () =>
    runSql(owner, `select pg_terminate_backend(pid, 5000) ${ofUser} and application_name like 'privet%'`);
  return { url: url.href, cut };
};

const connected = async (url: string): Promise<Client> => {
  const client = new Client(url);
  client.on('error', () => {});
  await client.connect();
  return client;
};

test('of a server that has room for one more client: calls at once take turns; where it has none they are told so, until it has', async () => {
  const { url, cut } = await limited(2);
  await connected(url);
  await using storage = await openStorage({ dataDir: '', databaseUrl: url, masterKey: randomBytes(32) });
  const labels = Array.from({ length: 20 }, (_, n) => `account ${n}`);
  await Promise.all(labels.map((label) => storage.accounts.create({ label })));
  const made = async () => (await storage.accounts.list()).map(({ label }) => label).toSorted();
  expect(await made()).toEqual(labels.toSorted());

  await cut();
  const inTheWay = await connected(url);
  await expect(storage.accounts.create({ label: 'late' })).rejects.toMatchObject({
    code: 'OVERLOADED',
    retryAfterMs: 3000,
  });
  await inTheWay.end();
  await storage.accounts.create({ label: 'late' });
  expect(await made()).toEqual([...labels, 'late'].toSorted());
});
