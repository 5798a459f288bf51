import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { expect, test } from 'vitest';
import { commandLine } from '../src/cli/cli.fixture.ts';
import { acquireOwnership } from '../src/storage/storage.ts';
import { makeDatabase, runSql, sqliteOnly } from './support/postgres.ts';
import { bootPrivet } from './support/privet.ts';
import { sharedPrivet } from './support/shared-privet.ts';

const databaseUrl = await makeDatabase();
const encryptionKey = randomBytes(32);
const privet = await sharedPrivet({ databaseUrl, encryptionKey, env: { PRIVET_NODE: 'node-a' } });

/** A node that only has a row, as one that is there, or was. */
const addRow = (id: string, expires: string): Promise<unknown> =>
  runSql(
    databaseUrl,
    `insert into nodes (id, incarnation, url, draining, started_at, expires_at)
     values ('${id}', 'run-${id}', 'http://127.0.0.1:9', false, '2026-01-31T12:00:00Z', now() + interval '${expires}')`,
  );
const give = (name: string, node: string): Promise<unknown> =>
  runSql(
    databaseUrl,
    `update instances set owner_incarnation = 'run-${node}', epoch = epoch + 1 where name = '${name}'`,
  );

test('an instance says which node has it, to who may administer; of a list too', async () => {
  for (const name of ['here', 'there', 'nowhere']) {
    await privet.graphql('mutation ($name: String!) { createInstance(name: $name) { instance { id } } }', { name });
  }
  await addRow('node-b', '1 hour');
  await addRow('node-c', '-1 hour');
  await give('there', 'node-b');
  await give('nowhere', 'node-c');
  // Nor does this node take it, however long the tests are.
  await runSql(
    databaseUrl,
    `create function stays() returns trigger as $$ begin return null; end $$ language plpgsql;
     create trigger stays before update of owner_incarnation on instances
       for each row when (old.owner_incarnation = 'run-node-c') execute function stays()`,
  );
  const list = async (token?: string) =>
    (await privet.graphql('{ instances { nodes { name node } } }', {}, token)).data?.['instances'];
  expect(await list()).toEqual({
    nodes: [
      { name: 'here', node: 'node-a' },
      { name: 'nowhere', node: null },
      { name: 'there', node: 'node-b' },
    ],
  });
  const create = 'mutation { createToken(input: { scopes: [READ, WRITE, PAIR] }) { token } }';
  const made = await privet.graphql<{ createToken: { token: string } }>(create);
  const { token } = made.data?.createToken ?? expect.unreachable(JSON.stringify(made.errors));
  expect(await list(token)).toMatchObject({ nodes: [{ node: null }, { node: null }, { node: null }] });

  // So does the command line: of what is stored, and over HTTP.
  const cells = (out: string) => out.split('\n').map((line) => line.split(/ {2,}/));
  const lastOf = (out: string) => cells(out).map((row) => row.at(-1));
  const stored = commandLine({ DATABASE_URL: databaseUrl, PRIVET_ENCRYPTION_KEY: encryptionKey.toString('hex') });
  expect(lastOf((await stored.run('instance', 'list')).out)).toEqual(['NODE', 'node-a', '-', 'node-b']);
  const remote = (given: string) => commandLine({ PRIVET_URL: privet.url, PRIVET_TOKEN: given });
  expect(lastOf((await remote(privet.token).run('instance', 'list', '--table')).out)).toEqual([
    'NODE',
    'node-a',
    '-',
    'node-b',
  ]);
  expect(cells((await remote(token).run('instance', 'list', '--table')).out)[0]?.at(-1)).toBe('WHY');
  const objects = (out: string) => out.split('\n').map((line) => JSON.parse(line) as unknown);
  expect(objects((await stored.run('instance', 'list', '--json')).out)).toMatchObject([
    { name: 'here', node: 'node-a' },
    { name: 'nowhere', node: null },
    { name: 'there', node: 'node-b' },
  ]);
  expect(objects((await remote(privet.token).run('instance', 'list')).out)).toMatchObject([
    { name: 'here', node: 'node-a' },
    { name: 'nowhere' },
    { name: 'there', node: 'node-b' },
  ]);
});

test('privet nodes lists who serves the database, and how many instances nobody has', async () => {
  const cli = commandLine({ DATABASE_URL: databaseUrl, PRIVET_ENCRYPTION_KEY: encryptionKey.toString('hex') });
  await runSql(databaseUrl, `update nodes set draining = true where id = 'node-b'`);
  await runSql(databaseUrl, `update instances set wanted = 'running', state = 'STOPPED' where name <> 'here'`);
  const { code, out, err } = await cli.run('nodes');
  expect([code, err]).toEqual([0, '']);
  expect(out.split('\n')).toEqual([
    expect.stringMatching(/^NODE +SINCE +LEASE +INSTANCES$/),
    expect.stringMatching(/^node-a +\d{4}-\d\d-\d\d \d\d:\d\d +live +1$/),
    expect.stringMatching(/^node-b +2026-01-31 12:00 +draining +1$/),
    expect.stringMatching(/^node-c +2026-01-31 12:00 +ended +1$/),
    '1 instance is to be connected, and no node has it.',
    expect.stringMatching(/^A node takes what nobody has within seconds: .* logs/),
    expect.stringMatching(/^Ended without leaving: node-c\. .* see its log/),
  ]);
  expect(JSON.parse((await cli.run('nodes', '--json')).out)).toMatchObject({
    nodes: [
      { node: 'node-a', lease: 'live', instances: 1 },
      { node: 'node-b', since: '2026-01-31T12:00:00.000Z', lease: 'draining', instances: 1 },
      { node: 'node-c', lease: 'ended', instances: 1 },
    ],
    unclaimed: 1,
  });
});

test('privet nodes says what to do where no node is left that takes instances', async () => {
  const alone = await makeDatabase();
  const cli = commandLine({ DATABASE_URL: alone, PRIVET_ENCRYPTION_KEY: encryptionKey.toString('hex') });
  await cli.run('account', 'create');
  const last = async () => (await cli.run('nodes')).out.split('\n').at(-1);
  expect(await last()).toMatch(/^No node serves the database now: start one, with DATABASE_URL/);
  await runSql(alone, `insert into nodes values ('x', 'x', '', true, null, now(), now() + interval '1 hour')`);
  expect(await last()).toBe('All nodes are about to end: start another one.');
  await runSql(alone, 'update nodes set draining = false');
  expect(await last()).toBe('Every instance that is to be connected has a node.');
});

test('probe and metrics of a node tell of its lease, of the others, and of calls that it asked another for', async () => {
  await using other = await bootPrivet({
    databaseUrl,
    encryptionKey,
    env: { PRIVET_NODE: 'node-z', PRIVET_DRAIN_SECONDS: '0' },
  });
  const ready = await fetch(`${other.url}/health/ready`);
  const rest = { draining: false, live: true };
  expect([ready.status, await ready.json()]).toMatchObject([
    200,
    {
      status: 'ready',
      node: 'node-z',
      draining: false,
      nodes: [
        { node: 'node-a', instances: 1, ...rest },
        { node: 'node-b', draining: true },
        { node: 'node-c', live: false },
        { node: 'node-z', instances: 0, ...rest },
      ],
    },
  ]);
  const scrape = async () => (await (await fetch(`${other.url}/metrics`)).text()).split('\n');
  const lines = ['privet_node_lease_held 1', 'privet_node_instances 0', 'privet_nodes_live 3'];
  expect(await scrape()).toEqual(expect.arrayContaining(lines));
  const call = '{ privacy(instance: "here") { stale } }';
  const { errors } = await other.graphql(call, {}, privet.token);
  expect(errors).toMatchObject([{ extensions: { code: 'INSTANCE_NOT_CONNECTED' } }]);
  expect(await scrape()).toEqual(
    expect.arrayContaining([
      'privet_node_forwarded_calls_total{outcome="answered"} 1',
      'privet_node_forwarded_call_duration_seconds_count 1',
    ]),
  );
});

sqliteOnly('of a data folder')('on a data folder it says that one process serves it, and which', async () => {
  const cli = commandLine();
  await cli.run('account', 'create');
  const said = async () => (await cli.run('nodes')).out;
  const start = `One process at a time serves the data folder ${cli.dataDir}:`;
  expect(await said()).toBe(`${start} none does now. Several nodes need DATABASE_URL`);
  const owner = await acquireOwnership({ dataDir: cli.dataDir });
  const who = `owner.json names process ${process.pid} on ${hostname()}, started at `;
  expect(await said()).toMatch(new RegExp(`${who}\\S+Z\\. Several nodes need DATABASE_URL$`));
  const { out } = await cli.run('nodes', '--json');
  expect(JSON.parse(out)).toMatchObject({ nodes: [], owner: { pid: String(process.pid), isGone: false } });
  if (Symbol.dispose in owner) owner[Symbol.dispose]();
});
