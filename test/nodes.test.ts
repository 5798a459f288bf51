import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { startSimulator } from '../simulator/simulator.ts';
import { type App, createApp } from '../src/app.ts';
import { createConfig } from '../src/config/config.ts';
import { readEnv } from '../src/config/env.ts';
import { createTokenService } from '../src/access/tokens/token-service.ts';
import { LOCK_CLASS } from '../src/storage/postgres/connection.ts';
import { openStorage } from '../src/storage/storage.ts';
import { CreateInstanceDocument, InstanceDocument, PairInstanceDocument } from './gql/graphql.ts';
import { askFor } from './support/ask.ts';
import { makeDatabase, runSql } from './support/postgres.ts';
import { dataFolder, runCommand, runService, simulatorEnv } from './support/service-process.ts';

const TOKEN = 'nodes-account-token-0123456789abcdef';

/** A node in a process of its own, which can be killed, and others in this one, over one database. */
async function world() {
  const stack = new AsyncDisposableStack();
  onTestFinished(() => stack.disposeAsync());
  const simulator = stack.use(await startSimulator({ preKeys: 30 }));
  const databaseUrl = await makeDatabase();
  const encryptionKey = randomBytes(32);
  const envOf = (name: string) => ({
    ...simulatorEnv(simulator),
    PORT: '0',
    PRIVET_DATA: dataFolder(),
    PRIVET_NODE: name,
    LOG_LEVEL: 'warn',
  });
  const startProcess = (name: string) =>
    runService({
      ...envOf(name),
      PRIVET_ACCOUNT_TOKEN: TOKEN,
      DATABASE_URL: databaseUrl,
      PRIVET_ENCRYPTION_KEY: encryptionKey.toString('hex'),
    });
  const startHere = async (name: string): Promise<App> => {
    const config = createConfig(readEnv({ ...envOf(name), PRIVET_DRAIN_SECONDS: '0' }));
    const logDestination = { write: () => undefined };
    const secrets = { databaseUrl, encryptionKey, accountToken: TOKEN };
    return stack.use(await createApp(config, secrets, { random: () => 0, logDestination }));
  };
  const stateAt = async (url: string, name: string): Promise<string | undefined> =>
    (await askFor({ url, token: TOKEN }, InstanceDocument, { name })).instance?.state;
  /** Creates an instance at one node and links it, and waits until it is OPEN there. */
  const link = async (url: string, name: string): Promise<string> => {
    const caller = { url, token: TOKEN };
    await askFor(caller, CreateInstanceDocument, { name });
    const { pairInstance } = await askFor(caller, PairInstanceDocument, { instance: name });
    const phoneNumber = await simulator.scan(pairInstance?.pairing?.qr ?? '');
    await expect.poll(() => stateAt(url, name)).toBe('OPEN');
    return phoneNumber;
  };
  const owners = async () =>
    (
      await runSql(
        databaseUrl,
        `select i.name, n.id as node, i.epoch::int as epoch from instances i
         left join nodes n on n.incarnation = i.owner_incarnation order by i.name`,
      )
    ).map(({ name, node, epoch }) => ({ name, node, epoch }));
  return { simulator, startProcess, startHere, stateAt, link, owners };
}

// What the others do where nobody comes in place of a killed one is in the long tests: that takes its whole lease.
test('any node answers for any instance; in place of one that was killed another does not wait for its lease', async () => {
  const { simulator, startProcess, startHere, stateAt, link, owners } = await world();
  const [one, two] = await Promise.all([startProcess('one'), startHere('two')]);
  const numbers = [await link(one.url, 'shop'), await link(one.url, 'branch')];
  expect([await stateAt(two.url, 'shop'), await stateAt(two.url, 'branch')]).toEqual(['OPEN', 'OPEN']);
  expect(await owners()).toEqual([
    { name: 'branch', node: 'one', epoch: 1 },
    { name: 'shop', node: 'one', epoch: 1 },
  ]);
  const logins = () => numbers.map((number) => simulator.account(number).logins.length);
  const before = logins();

  await one.kill('SIGKILL');
  const killed = performance.now();
  const again = await startHere('one');
  // Well before the lease of the killed one, of 6 s, could have ended and another one be steady.
  const soon = Math.max(1, killed + 4_000 - performance.now());
  const states = async () => [await stateAt(again.url, 'shop'), await stateAt(two.url, 'branch')];
  await expect.poll(states, { timeout: soon }).toEqual(['OPEN', 'OPEN']);
  const taken = { node: expect.stringMatching(/^(one|two)$/) as unknown, epoch: 2 };
  expect(await owners()).toEqual([
    { name: 'branch', ...taken },
    { name: 'shop', ...taken },
  ]);
  expect(logins()).toEqual(before.map((count) => count + 1));
  expect(numbers.map((number) => simulator.account(number).linkedDevices)).toEqual([1, 1]);
});

test('nodes that start at once on an empty database make one account, with the token that they were given', async () => {
  const databaseUrl = await makeDatabase();
  const masterKey = randomBytes(32);
  await using stack = new AsyncDisposableStack();
  const open = async () => stack.use(await openStorage({ dataDir: dataFolder(), databaseUrl, masterKey }));
  const storages = await Promise.all([open(), open(), open()]);
  await Promise.all(storages.map((storage) => createTokenService({ storage }).ensureFirstAccount(TOKEN)));
  const [account, ...others] = (await storages[0]?.accounts.list()) ?? [];
  expect(others).toEqual([]);
  expect(await storages[0]?.tokens.count(account?.id ?? '', undefined)).toBe(1);
});

test('SIGTERM ends with 0 what still waits for another node: for its name, or to make the tables', async () => {
  const masterKey = randomBytes(32);
  const [named, made] = [await makeDatabase(), await makeDatabase()];
  await (await openStorage({ dataDir: dataFolder(), databaseUrl: named, masterKey }))[Symbol.asyncDispose]();
  const soon = `clock_timestamp() + interval '1 hour'`;
  await runSql(named, `insert into nodes values ('one', 'x', 'http://x', false, null, clock_timestamp(), ${soon})`);
  const preparing = new Client(made);
  onTestFinished(() => preparing.end());
  await preparing.connect();
  await preparing.query(`select pg_advisory_lock(${LOCK_CLASS + 1}, hashtext(current_schema()))`);

  const [first, second] = [named, made].map((databaseUrl) =>
    runCommand(['serve'], {
      PRIVET_DATA: dataFolder(),
      DATABASE_URL: databaseUrl,
      PRIVET_ENCRYPTION_KEY: masterKey.toString('hex'),
      PRIVET_NODE: 'one',
    }),
  );
  if (!first || !second) throw new Error('There are two');
  const lease = `select from pg_stat_activity where application_name like 'privet/%/${first.pid}/%'`;
  await expect.poll(async () => (await runSql(named, lease)).length, { timeout: 20_000 }).toBe(1);
  const waits = `select from pg_locks where not granted and database = (select oid from pg_database where datname = current_database())`;
  await expect.poll(async () => (await runSql(made, waits)).length, { timeout: 20_000 }).toBe(1);
  const ended = await Promise.all([first, second].map((command) => command.kill('SIGTERM')));
  expect([...ended, first.stdout(), second.stdout()]).toEqual([0, 0, '', '']);
  for (const { stderr } of [first, second]) expect(stderr()).toMatch(/^.*"service ended before it had started".*\n$/);
  expect(await runSql(named, 'select incarnation from nodes')).toEqual([{ incarnation: 'x' }]);
});
