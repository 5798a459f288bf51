import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { openStorage } from '../storage.ts';
import { temporaryFolder } from '../storage.fixture.ts';
import { databasePath } from './database.ts';

// Tables and indexes are the same on Postgres, which another test compares.
test('what is deleted with others is found by an index: whoever deletes one instance holds nobody else up', async () => {
  const dataDir = temporaryFolder();
  await (await openStorage({ dataDir }))[Symbol.asyncDispose]();
  using database = new DatabaseSync(databasePath(dataDir));
  const wholeTables = (statement: string) =>
    database
      .prepare(`explain query plan ${statement}`)
      .all()
      .filter(({ detail }) => String(detail).startsWith('SCAN'));
  for (const table of ['instances', 'tokens', 'archives']) {
    expect(wholeTables(`delete from ${table} where id = 'x'`)).toEqual([]);
  }
  expect(wholeTables(`delete from archives where purge_at <= 1`)).toEqual([]);
});
