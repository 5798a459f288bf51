import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { killBeforeWrite, runModule, temporaryFolder } from '../../storage.fixture.ts';
import { openStorage } from '../../storage.ts';
import { databasePath } from '../database.ts';
import { copyFolder, deviceName, KEY_IDS, keyText, storedOf, unpackedDatabase } from './unpacked.fixture.ts';

const REFUSED = { name: 'SealError', code: 'refused' };
const TYPE = 'pre-key';

const url = (path: string): string => JSON.stringify(new URL(path, import.meta.url).href);

/** The service's own start, as far as its database goes. */
const starting = (dataDir: string): string => `
  const { openStorage } = await import(${url('../../storage.ts')});
  await using storage = await openStorage({ dataDir: ${JSON.stringify(dataDir)} });
  console.log('done');
`;

const rowsOf = (dataDir: string, table = 'signal_keys'): Record<string, number> => {
  using database = new DatabaseSync(databasePath(dataDir));
  const rows = database.prepare(`select type, count(*) as rows from ${table} group by type`).all();
  return Object.fromEntries(rows.map(({ type, rows: count }) => [String(type), Number(count)]));
};

/** Everything of every device reads back, after the start that packs what is not packed. */
const expectAll = async (dataDir: string, devices: number, keys: number): Promise<void> => {
  await using storage = await openStorage({ dataDir });
  const ids = KEY_IDS(keys);
  for (let n = 0; n < devices; n += 1) {
    const id = deviceName(n);
    expect(await storage.credentials.load(id)).toBe(`login of ${id}`);
    const expected = new Map(ids.map((key) => [key, keyText(n, key)]));
    expect(await storage.signalKeys.get(id, TYPE, ids)).toEqual(expected);
    const session = '4915100000001.0';
    expect(await storage.signalKeys.get(id, 'session', [session])).toEqual(new Map([[session, keyText(n, session)]]));
  }
};

test('the keys of a database of the version before are packed, and read back, change and go', async () => {
  const dataDir = temporaryFolder();
  await unpackedDatabase(dataDir, 3, 200);
  expect(rowsOf(dataDir)).toEqual({ 'pre-key': 600, session: 3 });
  await expectAll(dataDir, 3, 200);
  for (const table of ['signal_keys', 'signal_key_revisions']) {
    expect(rowsOf(dataDir, table)).toEqual({ 'pre-key': 12, session: 3 });
  }
  await using storage = await openStorage({ dataDir });
  const change = (id: string, value: string | null) => ({ type: TYPE, id, value });
  await storage.signalKeys.apply(deviceName(1), [change('7', null), change('8', 'eight')]);
  const read = await storage.signalKeys.get(deviceName(1), TYPE, ['6', '7', '8']);
  expect(Object.fromEntries(read)).toEqual({ 6: keyText(1, '6'), 8: 'eight' });

  using raw = new DatabaseSync(databasePath(dataDir));
  raw.exec('create table copy as select * from signal_keys');
  await storage.signalKeys.apply(deviceName(2), [change('1', null)]);
  raw.exec('replace into signal_keys select * from copy');
  await expect(storage.signalKeys.get(deviceName(2), TYPE, ['2'])).rejects.toMatchObject(REFUSED);
});

test('the keys of a login that was set aside are packed as well, and it comes back', async () => {
  const dataDir = temporaryFolder();
  await unpackedDatabase(dataDir, 2, 100);
  using raw = new DatabaseSync(databasePath(dataDir));
  raw.exec(`insert into archives values (1, '${deviceName(0)}', 'a', 1, ${Date.now() + 60_000});
    insert into archived_rows (archive_id, type, key_id, sealed, revision)
      select 1, type, key_id, sealed, 1 from signal_keys where instance_id = '${deviceName(0)}'
      union all select 1, '', '', sealed, 1 from credentials where instance_id = '${deviceName(0)}';
    delete from credentials where instance_id = '${deviceName(0)}';
    delete from signal_keys where instance_id = '${deviceName(0)}';
    delete from signal_key_revisions where instance_id = '${deviceName(0)}';
    update instances set has_credentials = 0 where id = '${deviceName(0)}'`);
  {
    await using storage = await openStorage({ dataDir });
    expect(rowsOf(dataDir, 'archived_rows')).toEqual({ '': 1, 'pre-key': 2, session: 1 });
    expect(await storage.credentials.restore(deviceName(0))).toBe(true);
  }
  await expectAll(dataDir, 2, 100);
});

test('keys that do not open, or are missing, are refused one by one as before; all else is packed', async () => {
  const dataDir = temporaryFolder();
  const sealer = await unpackedDatabase(dataDir, 3, 100);
  const name = (n: number, id: string) =>
    sealer.blind({ account: 'a', instance: deviceName(n), type: `signal/${TYPE}`, id });
  using raw = new DatabaseSync(databasePath(dataDir));
  raw.exec(`update signal_keys set sealed = x'00' where key_id = '${name(1, '10')}';
    update signal_key_revisions set revision = 7 where key_id = '${name(1, '20')}';
    delete from signal_keys where key_id = '${name(1, '30')}';
    delete from signal_key_revisions where key_id = '${name(1, '40')}';
    update credentials set sealed = x'00' where instance_id = '${deviceName(1)}';
    update signal_keys set key_id = 'nobody knows' where key_id = '${name(2, '50')}';
    update signal_key_revisions set key_id = 'nobody knows' where key_id = '${name(2, '50')}'`);
  await using storage = await openStorage({ dataDir });
  const read = async (n: number, id: string) =>
    Object.fromEntries(await storage.signalKeys.get(deviceName(n), TYPE, [id]));
  await expect(read(1, '10')).rejects.toMatchObject({ name: 'SealError', code: 'malformed' });
  for (const id of ['20', '30']) await expect(read(1, id)).rejects.toMatchObject(REFUSED);
  const gone = [read(1, '40'), read(2, '50')];
  expect(await Promise.all(gone)).toEqual([{}, {}]);
  for (const id of KEY_IDS(100)) {
    expect(await read(0, id)).toEqual({ [id]: keyText(0, id) });
    if (!['10', '20', '30', '40'].includes(id)) expect(await read(1, id)).toEqual({ [id]: keyText(1, id) });
    if (id !== '50') expect(await read(2, id)).toEqual({ [id]: keyText(2, id) });
  }
  // What is written anew counts, and a row of its own goes with it.
  await storage.signalKeys.apply(deviceName(1), [
    { type: TYPE, id: '10', value: 'ten' },
    { type: TYPE, id: '20', value: null },
    { type: TYPE, id: '30', value: 'thirty' },
  ]);
  expect([await read(1, '10'), await read(1, '20'), await read(1, '30')]).toEqual([
    { 10: 'ten' },
    {},
    { 30: 'thirty' },
  ]);
  expect(rowsOf(dataDir, 'signal_key_revisions')).toEqual({ 'pre-key': 7, session: 3 });
});

test('killed at one of its writes it leaves everything as it was; the next start packs it', async () => {
  const whole = temporaryFolder();
  await unpackedDatabase(whole, 2, 70);
  const before = storedOf(whole);
  const killedAt = async (n: number): Promise<void> => {
    const dataDir = temporaryFolder();
    copyFolder(whole, dataDir);
    const child = runModule(killBeforeWrite(n) + starting(dataDir));
    expect((await child.lines.next()).done).toBe(true);
    await child.kill();
    expect(storedOf(dataDir)).toBe(before);
    await expectAll(dataDir, 2, 70);
  };
  await Promise.all([3, 9, 14].map(killedAt));
}, 60_000);

test('outside of a transaction a kill leaves keys lost, which the test above sees', async () => {
  const dataDir = temporaryFolder();
  await unpackedDatabase(dataDir, 2, 70);
  const before = storedOf(dataDir);
  const child = runModule(`${killBeforeWrite(5)}
    const { connect } = await import(${url('../database.ts')});
    const { openKeyring } = await import(${url('../../sealing/keyring.ts')});
    const { packKeys } = await import(${url('./008-packed-keys.ts')});
    const db = connect(${JSON.stringify(databasePath(dataDir))});
    const { sealer } = await openKeyring(db, { dataDir: ${JSON.stringify(dataDir)}, warn: () => {} });
    await packKeys(sealer)(db);
    console.log('done');
  `);
  expect((await child.lines.next()).done).toBe(true);
  await child.kill();
  expect(storedOf(dataDir)).not.toBe(before);
  await expect(expectAll(dataDir, 2, 70)).rejects.toThrow();
});
