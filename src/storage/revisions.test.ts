import { randomBytes } from 'node:crypto';
import { Migrator } from 'kysely/migration';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { connect, databasePath } from './sqlite/database.ts';
import { createKeyring } from './sealing/keyring.ts';
import { up as first } from './sqlite/migrations/001-first.ts';
import { up as outcomes } from './sqlite/migrations/002-outcomes.ts';
import { behindTheBack, temporaryFolder, temporaryStorage } from './storage.fixture.ts';
import { sqliteOnly } from '../../test/support/postgres.ts';
import { openStorage } from './storage.ts';

const REFUSED = { name: 'SealError', code: 'refused' };

/** A storage with one instance, and the file behind its back. */
const opened = async (type = 't') => {
  const dataDir = temporaryFolder();
  const storage = await temporaryStorage({ dataDir });
  const { id: accountId } = await storage.accounts.create({ label: '' });
  const { id } = await storage.instances.insert({ accountId, name: 'x', wanted: 'stopped', state: 'UNPAIRED' });
  const sql = (text: string) => behindTheBack(dataDir, text);
  const put = (value: string, key = '1') => storage.signalKeys.apply(id, [{ type, id: key, value }]);
  const read = async () => Object.fromEntries(await storage.signalKeys.get(id, type, ['1', '2']));
  return { storage, id, sql, put, read };
};

test('older credentials that are put back are refused, until new ones are saved', async () => {
  const { storage, id, sql } = await opened();
  await storage.credentials.save(id, 'older');
  await sql('create table copy as select * from credentials');
  await storage.credentials.save(id, 'newer');
  await sql('update credentials set sealed = (select sealed from copy)');
  await expect(storage.credentials.load(id)).rejects.toMatchObject(REFUSED);
  await storage.credentials.save(id, 'newest');
  expect(await storage.credentials.load(id)).toBe('newest');
});

test('an older signal key that is put back is refused, one that is taken away too, and a deleted one stays so', async () => {
  const { storage, id, sql, put, read } = await opened();
  await put('older');
  await put('other', '2');
  await sql('create table copy as select * from signal_keys');
  await put('newer');
  expect(await read()).toEqual({ 1: 'newer', 2: 'other' });
  await sql('delete from signal_keys; insert into signal_keys select * from copy');
  await expect(read()).rejects.toMatchObject(REFUSED);
  expect([...(await storage.signalKeys.get(id, 't', ['2']))]).toEqual([['2', 'other']]);

  await sql('delete from signal_keys');
  await expect(read()).rejects.toMatchObject({ ...REFUSED, message: expect.stringMatching(/is missing$/) as unknown });

  await storage.signalKeys.apply(id, [{ type: 't', id: '1', value: null }]);
  await put('again', '2');
  await sql('insert into signal_keys select * from copy where key_id not in (select key_id from signal_keys)');
  expect(await read()).toEqual({ 2: 'again' });
});

test.each(['t', 'pre-key'])(
  'what comes out of an archive opens, and what was older stays refused: %s',
  async (type) => {
    const { storage, id, sql, put, read } = await opened(type);
    await storage.credentials.save(id, 'older');
    await put('older');
    await sql('create table copy as select * from credentials; create table keys as select * from signal_keys');
    await storage.credentials.save(id, 'kept');
    await put('kept');
    await storage.credentials.archive(id, Date.now() + 1000);
    await storage.credentials.save(id, 'another login');
    await put('another login');
    await storage.credentials.archive(id, 0);
    await storage.credentials.purgeArchived(1);
    await sql('insert into credentials select * from copy');
    await expect(storage.credentials.load(id)).rejects.toMatchObject(REFUSED);
    await sql('delete from credentials');

    expect(await storage.credentials.restore(id)).toBe(true);
    expect([await storage.credentials.load(id), await read()]).toEqual(['kept', { 1: 'kept' }]);
    await sql('delete from credentials; insert into credentials select * from copy');
    await sql('delete from signal_keys; insert into signal_keys select * from keys');
    await expect(storage.credentials.load(id)).rejects.toMatchObject(REFUSED);
    await expect(read()).rejects.toMatchObject(REFUSED);
  },
);

test('an archive that was tampered with is refused, and stays where it is', async () => {
  const { storage, id, sql } = await opened();
  await storage.credentials.save(id, 'one');
  await storage.credentials.archive(id, Date.now() + 1000);
  await sql('create table copy as select sealed from archived_rows; update archived_rows set revision = 7');
  await expect(storage.credentials.restore(id)).rejects.toMatchObject(REFUSED);
  expect(await storage.credentials.load(id)).toBeUndefined();
  await sql('update archived_rows set revision = 1');
  expect([await storage.credentials.restore(id), await storage.credentials.load(id)]).toEqual([true, 'one']);

  await storage.credentials.archive(id, Date.now() + 1000);
  await sql('delete from archived_rows');
  await expect(storage.credentials.restore(id)).rejects.toMatchObject(REFUSED);
  expect(await storage.credentials.archived(id)).toBeDefined();
});

sqliteOnly('a version from before Postgres')(
  'a database from before the revisions opens as it is, and has them from its next writes on',
  async () => {
    const dataDir = temporaryFolder();
    const masterKey = randomBytes(32);
    const key = { type: 't', id: '1' };
    {
      await using db = connect(databasePath(dataDir));
      const earlier = { '001-first': { up: first }, '002-outcomes': { up: outcomes } };
      const migrator = new Migrator({ db, provider: { getMigrations: () => Promise.resolve(earlier) } });
      expect((await migrator.migrateToLatest()).error).toBeUndefined();
      const { sealer } = await createKeyring(db, { dataDir, masterKey, warn: () => {} }, 1);
      await db.insertInto('accounts').values({ id: 'a', label: '', created_at: 1 }).execute();
      using raw = new DatabaseSync(databasePath(dataDir));
      raw.exec(`insert into instances (id, account_id, name, wanted, state, state_since, created_at)
      values ('i', 'a', 'x', 'stopped', 'OPEN', 1, 1)`);
      const sealed = sealer.sealText({ account: 'a', instance: 'i', type: 'credentials', id: '' }, 'earlier');
      await db.insertInto('credentials').values({ instance_id: 'i', sealed, updated_at: 1 }).execute();
      const at = { account: 'a', instance: 'i', type: 'signal/t', id: '1' };
      const row = { instance_id: 'i', type: 't', key_id: sealer.blind(at), sealed: sealer.sealText(at, 'earlier') };
      await db.insertInto('signal_keys').values(row).execute();
    }
    await using storage = await openStorage({ dataDir, masterKey });
    expect(await storage.credentials.load('i')).toBe('earlier');
    expect(await storage.signalKeys.get('i', 't', ['1'])).toEqual(new Map([['1', 'earlier']]));
    await storage.credentials.archive('i', Date.now() + 1000);
    await storage.credentials.restore('i');
    expect(await storage.credentials.load('i')).toBe('earlier');
    expect(await storage.signalKeys.get('i', 't', ['1'])).toEqual(new Map([['1', 'earlier']]));
    using raw = new DatabaseSync(databasePath(dataDir));
    raw.exec('create table copy as select * from signal_keys');
    await storage.signalKeys.apply('i', [{ ...key, value: 'later' }]);
    raw.exec('replace into signal_keys select * from copy');
    await expect(storage.signalKeys.get('i', 't', ['1'])).rejects.toMatchObject(REFUSED);
  },
);
