import { randomBytes } from 'node:crypto';
import { Kysely } from 'kysely';
import { expect, test } from 'vitest';
import { systemClock } from '../../clock.ts';
import { NodeSqliteDialect, openSqlite } from './dialect.ts';
import { DiskFullError } from '../errors.ts';
import type { Tables } from '../schema.ts';
import { Sealer } from '../sealing/seal.ts';
import { createSignalKeys } from '../keys/signal-keys.ts';
import { temporaryFolder, temporaryStorage } from '../storage.fixture.ts';
import { databasePath } from './database.ts';

test('the file is opened as durable as we promise', async () => {
  const dataDir = temporaryFolder();
  await temporaryStorage({ dataDir });
  using database = openSqlite(databasePath(dataDir));
  const pragma = (name: string) => Object.values(database.prepare(`pragma ${name}`).get() ?? {})[0];
  expect(pragma('journal_mode')).toBe('wal');
  expect(pragma('synchronous')).toBe(2);
  expect(pragma('foreign_keys')).toBe(1);
});

test('a full disk is told apart, changes nothing, and does not block what comes after', async () => {
  const dataDir = temporaryFolder();
  const storage = await temporaryStorage({ dataDir });
  const { id: accountId } = await storage.accounts.create({ label: '' });
  const { id } = await storage.instances.insert({ accountId, name: 'x', wanted: 'running', state: 'OPEN' });

  const database = openSqlite(databasePath(dataDir));
  await using db = new Kysely<Tables>({ dialect: new NodeSqliteDialect(database, systemClock) });
  const keys = createSignalKeys(db, new Sealer(randomBytes(32)));
  await keys.apply(id, [{ type: 't', id: 'kept', value: 'v' }]);
  const { page_count: pages } = database.prepare('pragma page_count').get() ?? {};
  database.exec(`pragma max_page_count = ${Number(pages)}`);

  const large = Array.from({ length: 2000 }, (_, i) => ({ type: 't', id: String(i), value: 'x'.repeat(1000) }));
  const changes = [{ type: 't', id: 'kept', value: null }, ...large];
  await expect(keys.apply(id, changes)).rejects.toThrow(DiskFullError);
  expect(await keys.get(id, 't', ['kept', '0'])).toEqual(new Map([['kept', 'v']]));

  database.exec('pragma max_page_count = 1000000');
  await keys.apply(id, changes);
  expect((await keys.get(id, 't', ['kept', '0', '1999'])).size).toBe(2);
});

test('a database that another process has locked: reads go on, and all writes together wait 3 s', async () => {
  const warnings: string[] = [];
  const dataDir = temporaryFolder();
  const storage = await temporaryStorage({ dataDir, warn: (message) => warnings.push(message) });
  using other = openSqlite(databasePath(dataDir));
  other.exec('begin immediate');
  const began = performance.now();
  const ended: string[] = [];
  const writes = ['a', 'b', 'c', 'd', 'e', 'f'].map((label) =>
    storage.accounts.create({ label }).finally(() => void ended.push(label)),
  );
  expect(await storage.accounts.list()).toEqual([]);
  expect(ended).toEqual([]);
  for (const write of await Promise.allSettled(writes)) {
    expect(write).toMatchObject({ status: 'rejected', reason: { code: 'OVERLOADED', retryAfterMs: 3000 } });
  }
  // Six times 3 s if each waited for itself.
  expect(performance.now() - began).toBeLessThan(12_000);
  expect(storage.isBusy).toBe(true);
  expect(warnings).toEqual([expect.stringContaining('locked for 3 s')]);
  other.exec('rollback');
  await storage.accounts.create({ label: 'x' });
  expect(storage.isBusy).toBe(false);
});

test('writes that wait for another process are carried out in their order once it is through', async () => {
  const dataDir = temporaryFolder();
  const storage = await temporaryStorage({ dataDir });
  const { id: accountId } = await storage.accounts.create({ label: '' });
  const { id } = await storage.instances.insert({ accountId, name: 'x', wanted: 'running', state: 'OPEN' });
  using other = openSqlite(databasePath(dataDir));
  other.exec('begin immediate');
  const states = ['1', '2', '3', '4'];
  const seen: (string | undefined)[] = [];
  const writes = states.map(async (state) => {
    await storage.credentials.save(id, state);
    seen.push(state);
  });
  expect((await storage.instances.get(id))?.state).toBe('OPEN');
  expect(seen).toEqual([]);
  other.exec('commit');
  await Promise.all(writes);
  expect(seen).toEqual(states);
  expect(await storage.credentials.load(id)).toBe('4');
});

test('closing ends what waits for another process', async () => {
  const dataDir = temporaryFolder();
  const storage = await temporaryStorage({ dataDir });
  using other = openSqlite(databasePath(dataDir));
  other.exec('begin immediate');
  const writing = storage.accounts.create({ label: 'x' });
  const outcome = expect(writing).rejects.toMatchObject({ name: 'StorageError', code: 'failed' });
  await storage.accounts.list();
  await storage[Symbol.asyncDispose]();
  await outcome;
});

test('transactions that are asked for at once do not mix', async () => {
  const storage = await temporaryStorage();
  const { id: accountId } = await storage.accounts.create({ label: '' });
  const { id } = await storage.instances.insert({ accountId, name: 'x', wanted: 'running', state: 'OPEN' });
  const both = (value: string) => ['1', '2'].map((key) => ({ type: 't', id: key, value }));
  await Promise.all(
    Array.from({ length: 100 }, async (_, i) => {
      await storage.signalKeys.apply(id, both(String(i)));
      const found = await storage.signalKeys.get(id, 't', ['1', '2']);
      expect(found.get('1')).toBe(found.get('2'));
    }),
  );
});
