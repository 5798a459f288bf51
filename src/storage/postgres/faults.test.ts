import { sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { makeDatabase } from '../../../test/support/postgres.ts';
import { systemClock } from '../../clock.ts';
import { RetryLaterError } from '../../errors.ts';
import { Contention } from '../dialects/contention.ts';
import { transaction } from '../database.ts';
import { guarded, isPassing, isUniqueViolation } from '../errors.ts';
import { connectionConfig } from './connection.ts';
import { connect } from './kysely.ts';

const opened = async () => {
  const contention = new Contention(systemClock);
  const db = connect(connectionConfig(await makeDatabase()), { clock: systemClock, contention, most: 1 });
  onTestFinished(() => db.destroy());
  const raise = (state: string) =>
    guarded('test', () => sql.raw(`do $$ begin raise 'made' using errcode = '${state}'; end $$`).execute(db));
  return { db, raise };
};

test('what the server says is told apart by its code alone', async () => {
  const { raise } = await opened();
  const told = async (state: string) => {
    const error: unknown = await raise(state).catch((reason: unknown) => reason);
    if (error instanceof RetryLaterError) return `${error.name} ${error.retryAfterMs} ${isPassing(error)}`;
    return `${String((error as { code?: unknown }).code)} ${isPassing(error)}`;
  };
  const [AWAY, FULL, RULE, IO] = [
    'RetryLaterError 3000 true',
    'RetryLaterError 30000 true',
    'constraint false',
    'io true',
  ];
  const EXPECTED = {
    23505: RULE,
    23503: RULE,
    23514: RULE,
    '08006': AWAY,
    25006: AWAY,
    '25P03': AWAY,
    40001: AWAY,
    '40P01': AWAY,
    53100: FULL,
    53200: AWAY,
    53300: AWAY,
    '55P03': AWAY,
    57014: AWAY,
    '57P01': AWAY,
    '57P02': AWAY,
    '57P03': AWAY,
    58030: IO,
    XX001: 'corrupt false',
    42601: 'failed true',
  };
  for (const [state, expected] of Object.entries(EXPECTED))
    expect([state, await told(state)]).toEqual([state, expected]);
});

test('a second row of the same key is told from other rules', async () => {
  const { db } = await opened();
  await sql`create table t (id int primary key check (id < 9))`.execute(db);
  const insert = (id: number) => sql`insert into t values (${id})`.execute(db).catch((error: unknown) => error);
  expect(isUniqueViolation(await insert(1))).toBe(false);
  expect([isUniqueViolation(await insert(1)), isUniqueViolation(await insert(10))]).toEqual([true, false]);
});

test('a transaction that the server undid for the sake of another one is begun once more, and no more than that', async () => {
  const { db } = await opened();
  const undone = sql.raw(`do $$ begin raise 'made' using errcode = '40P01'; end $$`);
  let tries = 0;
  const done = await transaction(db, async (tx) => {
    if ((tries += 1) === 1) await undone.execute(tx);
    return tries;
  });
  expect(done).toBe(2);
  tries = 0;
  const failing = transaction(db, async (tx) => {
    tries += 1;
    await guarded('within', () => undone.execute(tx));
  });
  await expect(failing).rejects.toMatchObject({ code: 'OVERLOADED' });
  expect(tries).toBe(2);
});

test('what takes too long, or waits too long for a lock, ends, and the connection goes on', async () => {
  const url = await makeDatabase();
  const config = { ...connectionConfig(url), statement_timeout: 200, lock_timeout: 100 };
  await using db = connect(config, { clock: systemClock, contention: new Contention(systemClock), most: 2 });
  await sql`create table t (id int)`.execute(db);
  const slow = transaction(db, (tx) => guarded('slow', () => sql`select pg_sleep(5)`.execute(tx)));
  await expect(slow).rejects.toMatchObject({ code: 'OVERLOADED' });
  await db.transaction().execute(async (tx) => {
    await sql`lock table t`.execute(tx);
    const blocked = guarded('blocked', () => sql`insert into t values (1)`.execute(db));
    await expect(blocked).rejects.toMatchObject({ code: 'OVERLOADED' });
  });
  await sql`insert into t values (2)`.execute(db);
  expect((await sql`select id from t`.execute(db)).rows).toEqual([{ id: 2 }]);
});

test('times and counts are numbers, bytes are bytes, and a NUL of others does not keep a text from being stored', async () => {
  const { db } = await opened();
  await sql`create table t (at bigint, body bytea, said text)`.execute(db);
  const at = Date.now();
  await sql`insert into t values (${at}, ${Uint8Array.of(0, 255)}, ${'a\0b'})`.execute(db);
  const { rows } = await sql`select at, body, said, (select count(*) from t) as all from t`.execute(db);
  expect(rows).toEqual([{ at, body: Buffer.from([0, 255]), said: 'a\uFFFDb', all: 1 }]);
});
