import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Client } from 'pg';
import { behindTheBack, runModule } from '../src/storage/storage.fixture.ts';
import { databasePath } from '../src/storage/sqlite/database.ts';
import { databaseEnv, OF_NODES, onPostgres, onSqlite } from './support/postgres.ts';
import { bootPrivet, type LinkedInstance, type TestPrivet } from './support/privet.ts';

const UPDATE = `mutation ($instance: String!, $status: StatusPrivacy!) {
  updatePrivacy(instance: $instance, input: { visibility: { status: $status } }) { outcomes { result current } }
}`;

let privet: TestPrivet;
let shops: LinkedInstance[];

beforeAll(async () => {
  privet = await bootPrivet();
  shops = [await privet.link('shop'), await privet.link('branch')];
});
afterAll(() => privet[Symbol.asyncDispose]());

interface Answer {
  readonly data?: { readonly updatePrivacy: { outcomes: { result: string; current: string }[] } | null } | null;
  readonly errors?: readonly { extensions: { code: string; retryAfterMs?: number } }[];
}

async function update({ name, token }: LinkedInstance, status: string, key?: string): Promise<Answer> {
  const response = await fetch(`${privet.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${token}`,
      ...(key === undefined ? {} : { 'idempotency-key': key }),
    },
    body: JSON.stringify({ query: UPDATE, variables: { instance: name, status } }),
    signal: AbortSignal.timeout(30_000),
  });
  return (await response.json()) as Answer;
}

interface Lock {
  readonly release: () => Promise<unknown>;
}

/** Somebody else has the tables for themselves to write, as who makes an index, and lets others read. */
async function lockTables(): Promise<Lock> {
  const client = new Client(databaseEnv(privet.dataDir)['DATABASE_URL']);
  await client.connect();
  const tables = await behindTheBack(privet.dataDir, `select tablename from pg_tables where schemaname = 'public'`);
  const names = tables.map(({ tablename }) => String(tablename)).filter((name) => !OF_NODES.includes(name));
  await client.query(`begin; lock table ${names.join(', ')} in exclusive mode`);
  return { release: () => client.end() };
}

/** Another process, such as a shell of SQLite, takes the lock and keeps it until it is ended. */
async function lockDatabase(): Promise<Lock> {
  if (onPostgres) return lockTables();
  const child = runModule(`
    import { DatabaseSync } from 'node:sqlite';
    const database = new DatabaseSync(${JSON.stringify(databasePath(privet.dataDir))});
    database.exec('begin immediate');
    console.log('locked');
    setInterval(() => database, 1_000);
  `);
  expect((await child.lines.next()).value).toBe('locked');
  return { release: () => child.kill() };
}

test('a link that ends while another process has the database locked comes back, which writes nothing', async () => {
  const [shop] = shops;
  if (!shop) throw new Error('not linked');
  const logins = (): number => privet.simulator.account(shop.phoneNumber).logins.length;
  const before = logins();
  const { release } = await lockDatabase();
  await privet.simulator.disconnect(shop.phoneNumber, 'reset');
  await expect.poll(logins, { timeout: 6_000 }).toBe(before + 1);
  await privet.waitForState('shop', 'OPEN');
  expect(await privet.graphql('query { privacy(instance: "shop") { visibility { status } } }')).toMatchObject({
    data: { privacy: { visibility: { status: 'ALL' } } },
  });
  await release();
});

test('while another process has the database locked, what needs no database goes on, and what does is told so', async () => {
  const [shop, branch] = shops;
  if (!shop || !branch) throw new Error('not linked');
  const logins = (): number[] => shops.map(({ phoneNumber }) => privet.simulator.account(phoneNumber).logins.length);
  const before = logins();
  const { release } = await lockDatabase();
  const over = { isReleased: false };

  const waits: number[] = [];
  const probing = (async () => {
    while (!over.isReleased) {
      const asked = performance.now();
      expect((await fetch(`${privet.url}/health/live`)).status).toBe(200);
      waits.push(performance.now() - asked);
      await delay(20);
    }
  })();
  // The first use of their tokens, which would be noted as well.
  const keyed = Promise.all(Array.from({ length: 8 }, (_, i) => update(shop, 'NONE', `key-${i}`)));
  expect((await update(branch, 'CONTACTS')).data?.updatePrivacy?.outcomes).toEqual([
    { result: 'APPLIED', current: 'CONTACTS' },
  ]);
  const read = await privet.graphql('query { privacy(instance: "shop") { visibility { status } } }');
  expect(read).toMatchObject({ data: { privacy: { visibility: { status: 'ALL' } } } });

  for (const answer of await keyed) {
    expect(answer.errors?.[0]?.extensions).toMatchObject({ code: 'OVERLOADED', retryAfterMs: 3000 });
  }
  // Nothing was sent for any of them, and whoever comes now is told at once: not one after the other waits 3 s. A server
  // locks rows and tables, so others that it has locked say nothing of those that a call is about.
  if (onSqlite) expect((await update(shop, 'NONE', 'key-0')).errors?.[0]?.extensions.code).toBe('OVERLOADED');
  await release();
  over.isReleased = true;
  await probing;
  expect(Math.max(...waits)).toBeLessThan(2_500);
  expect(waits.length).toBeGreaterThan(10);

  expect((await update(shop, 'NONE', 'key-0')).data?.updatePrivacy?.outcomes).toEqual([
    { result: 'APPLIED', current: 'NONE' },
  ]);
  expect(logins()).toEqual(before);
  for (const { name } of shops) expect((await privet.waitForState(name, 'OPEN')).reason).toBeNull();
  if (onSqlite) expect(privet.logs.join('')).toContain('has had the database');
});
