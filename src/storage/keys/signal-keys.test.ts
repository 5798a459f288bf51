import { randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { BufferJSON, initAuthCreds } from '@whiskeysockets/baileys';
import { expect, test } from 'vitest';
import { databasePath } from '../sqlite/database.ts';
import { behindTheBack, temporaryFolder, temporaryStorage } from '../storage.fixture.ts';
import { sqliteOnly } from '../../../test/support/postgres.ts';

const REFUSED = { name: 'SealError', code: 'refused' };
const TYPE = 'pre-key';
/** As many as a device makes when it pairs. */
const PRE_KEYS = 812;

const numbers = (count: number): string[] => Array.from({ length: count }, (_, i) => String(i + 1));
const bytes = () => ({ type: 'Buffer', data: randomBytes(32).toString('base64') });
/** A pre-key in the form in which Baileys' are stored. */
const preKey = (id: string, value: string | null = JSON.stringify({ private: bytes(), public: bytes() })) => ({
  type: TYPE,
  id,
  value,
});

/** A storage, the file behind its back, and one instance or more. */
const opened = async () => {
  const dataDir = temporaryFolder();
  const storage = await temporaryStorage({ dataDir });
  const { id: accountId } = await storage.accounts.create({ label: '' });
  const add = async (name: string): Promise<string> =>
    (await storage.instances.insert({ accountId, name, wanted: 'running', state: 'OPEN' })).id;
  const sql = (text: string) => behindTheBack(dataDir, text);
  /** Whatever changes when a row is written: what is sealed there, under a nonce of its own. */
  const rows = async (): Promise<string[]> => {
    const found = await sql('select sealed from signal_keys order by instance_id, type, key_id');
    return found.map(({ sealed }) => Buffer.from(sealed as Uint8Array).toString('hex'));
  };
  return { storage, dataDir, id: await add('x'), add, sql, rows };
};

test('the pre-keys of a device lie in thirteen rows, and one that changes rewrites the row that it lies in', async () => {
  const { storage, id, rows } = await opened();
  const keys = numbers(PRE_KEYS).map((key) => preKey(key));
  await storage.signalKeys.apply(id, keys);
  const before = await rows();
  expect(before).toHaveLength(13);

  await storage.signalKeys.apply(id, [preKey('100', null), preKey('101', 'other'), preKey('5000', null)]);
  const after = await rows();
  expect(after.filter((row) => !before.includes(row))).toHaveLength(1);
  expect(after).toHaveLength(13);
  const expected = new Map(keys.map((key) => [key.id, key.value ?? '']));
  expected.delete('100');
  expected.set('101', 'other');
  expect(await storage.signalKeys.get(id, TYPE, [...numbers(PRE_KEYS), '5000'])).toEqual(expected);

  await storage.signalKeys.apply(id, [preKey('100', null), preKey('101', 'other'), preKey('5000', null)]);
  expect(await rows()).toEqual(after);
});

sqliteOnly('the size of the file')('a paired device takes at most 90 KiB of the file', async () => {
  const { storage, dataDir, add } = await opened();
  const size = (): number => {
    using database = new DatabaseSync(databasePath(dataDir));
    database.exec('pragma wal_checkpoint(truncate)');
    return statSync(databasePath(dataDir)).size;
  };
  const before = size();
  const devices = 30;
  const credentials = JSON.stringify(initAuthCreds(), BufferJSON.replacer);
  for (let n = 0; n < devices; n += 1) {
    const id = await add(`device ${n}`);
    await storage.credentials.save(id, credentials);
    await storage.signalKeys.apply(
      id,
      numbers(PRE_KEYS).map((key) => preKey(key)),
    );
  }
  expect((size() - before) / devices / 1024).toBeLessThanOrEqual(90);
});

test('ids that are no numbers, or are written in another way, are keys of their own', async () => {
  const { storage, id, rows } = await opened();
  const ids = ['1', '01', '1.0', '-1', ' 1', '', 'x', '1e3', '9999999999', '63', '64', '0'];
  await storage.signalKeys.apply(
    id,
    ids.map((key) => preKey(key, `of ${key}`)),
  );
  expect(await rows()).toHaveLength(ids.length - 2);
  expect(await storage.signalKeys.get(id, TYPE, ids)).toEqual(new Map(ids.map((key) => [key, `of ${key}`])));
  await storage.signalKeys.apply(
    id,
    ids.map((key) => preKey(key, null)),
  );
  expect([await rows(), await storage.signalKeys.get(id, TYPE, ids)]).toEqual([[], new Map()]);
});

test('a row of many that is moved to another place is refused: of the same device, and of another', async () => {
  const { storage, id, add, sql } = await opened();
  const other = await add('other');
  for (const each of [id, other]) await storage.signalKeys.apply(each, [preKey('1', 'a'), preKey('64', 'b')]);
  const sealedOf = (instance: string, place: 'asc' | 'desc') =>
    `(select sealed from signal_keys where instance_id = '${instance}' order by key_id ${place} limit 1)`;
  const read = (instance: string) =>
    Promise.allSettled(['1', '64'].map((key) => storage.signalKeys.get(instance, TYPE, [key])));

  await sql(`update signal_keys set sealed = ${sealedOf(id, 'asc')} where instance_id = '${id}'`);
  expect((await read(id)).map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
  await sql(`update signal_keys set sealed = ${sealedOf(other, 'asc')} where instance_id = '${id}'`);
  expect(await read(id)).toMatchObject([{ reason: REFUSED }, { reason: REFUSED }]);
  expect((await read(other)).map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled']);
});

test('an older row of many that is put back is refused, one that is taken away too, and one that is gone stays so', async () => {
  const { storage, id, sql } = await opened();
  const read = async (...ids: string[]) => Object.fromEntries(await storage.signalKeys.get(id, TYPE, ids));
  await storage.signalKeys.apply(id, [preKey('1', 'older'), preKey('2', 'a'), preKey('64', 'other')]);
  await sql('create table copy as select * from signal_keys');
  await storage.signalKeys.apply(id, [preKey('2', null)]);
  await sql(
    'create table latest as select * from signal_keys; delete from signal_keys; insert into signal_keys select * from copy',
  );
  await expect(read('2')).rejects.toMatchObject(REFUSED);
  await expect(read('1', '64')).rejects.toMatchObject(REFUSED);
  expect(await read('64')).toEqual({ 64: 'other' });

  await sql('delete from signal_keys');
  await expect(read('1')).rejects.toMatchObject({
    ...REFUSED,
    message: expect.stringMatching(/is missing$/) as unknown,
  });
  await sql('insert into signal_keys select * from latest');
  expect(await read('1', '2', '64')).toEqual({ 1: 'older', 64: 'other' });

  await storage.signalKeys.apply(id, [preKey('1', null)]);
  await sql('insert into signal_keys select * from copy where key_id not in (select key_id from signal_keys)');
  expect(await read('1', '2', '64')).toEqual({ 64: 'other' });
});

test('a row of many that does not open is not written over: the other keys in it are not known', async () => {
  const { storage, id, sql, rows } = await opened();
  await storage.signalKeys.apply(id, [preKey('1', 'a'), preKey('2', 'b'), preKey('64', 'c')]);
  await sql(`create table copy as select * from signal_keys`);
  await storage.signalKeys.apply(id, [preKey('1', 'newer')]);
  await sql('delete from signal_keys; insert into signal_keys select * from copy');
  const before = await rows();
  const changes = [preKey('2', null), preKey('64', 'd'), { type: 't', id: '1', value: 'v' }];
  await expect(storage.signalKeys.apply(id, changes)).rejects.toMatchObject(REFUSED);
  expect(await rows()).toEqual(before);
  expect(await storage.signalKeys.get(id, TYPE, ['64'])).toEqual(new Map([['64', 'c']]));

  await sql('delete from signal_keys');
  await expect(storage.signalKeys.apply(id, changes)).rejects.toMatchObject({
    ...REFUSED,
    message: expect.stringMatching(/is missing$/) as unknown,
  });
});
