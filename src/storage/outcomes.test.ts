import { hash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Migrator } from 'kysely/migration';
import { expect, test } from 'vitest';
import { connect, databasePath } from './sqlite/database.ts';
import { createKeyring } from './sealing/keyring.ts';
import { up as first } from './sqlite/migrations/001-first.ts';
import { up as outcomes } from './sqlite/migrations/002-outcomes.ts';
import { up as revisions } from './sqlite/migrations/003-revisions.ts';
import { up as retryAt } from './sqlite/migrations/004-retry-at.ts';
import { temporaryFolder, temporaryStorage } from './storage.fixture.ts';
import { sqliteOnly } from '../../test/support/postgres.ts';
import { openStorage } from './storage.ts';

const OWNER = 'this one';
const CALL = {
  caller: { kind: 'token', id: 't' },
  key: 'job-42',
  instanceId: 'i',
  request: '["status=none"]',
} as const;
const OUTCOME = { version: 1, text: 'what came of it' };
const plain = (text: string): Buffer => hash('sha256', text, 'buffer');
const PLAIN = [plain(CALL.key), plain(JSON.stringify([CALL.instanceId, CALL.request]))] as const;

/** All of a data folder, as it is on disk. */
const bytesOf = (dataDir: string): Buffer =>
  Buffer.concat(readdirSync(dataDir).map((name) => readFileSync(join(dataDir, name))));

sqliteOnly('a version from before Postgres')(
  'outcomes from before their hashes were keyed are still known, and the plain hashes are gone from the files',
  async () => {
    const dataDir = temporaryFolder();
    const masterKey = randomBytes(32);
    {
      await using db = connect(databasePath(dataDir));
      const earlier = {
        '001-first': { up: first },
        '002-outcomes': { up: outcomes },
        '003-revisions': { up: revisions },
        '004-retry-at': { up: retryAt },
      };
      const migrator = new Migrator({ db, provider: { getMigrations: () => Promise.resolve(earlier) } });
      expect((await migrator.migrateToLatest()).error).toBeUndefined();
      const { sealer } = await createKeyring(db, { dataDir, masterKey, warn: () => {} }, 1);
      using raw = new DatabaseSync(databasePath(dataDir));
      raw.exec(`insert into accounts values ('a', '', 1);
      insert into instances (id, account_id, name, wanted, state, state_since, created_at)
        values ('i', 'a', 'x', 'stopped', 'OPEN', 1, 1);
      insert into tokens (id, account_id, hash, scopes, label, created_at) values ('t', 'a', x'00', '', '', 1)`);
      const id = JSON.stringify([CALL.caller.id, CALL.key]);
      const sealed = sealer.sealText({ account: 'a', instance: 'i', type: 'outcome', id }, 'what came of it');
      raw.prepare(`insert into outcomes values ('t', ?, 'i', ?, ?, 1)`).run(...PLAIN, sealed);
      raw.exec(`insert into outcomes values ('t', x'01', 'i', x'01', null, 1)`);
    }
    expect(PLAIN.map((one) => bytesOf(dataDir).includes(one))).toEqual([true, true]);

    await using storage = await openStorage({ dataDir, masterKey });
    expect(PLAIN.map((one) => bytesOf(dataDir).includes(one))).toEqual([false, false]);
    expect(await storage.outcomes.begin(CALL, OWNER)).toEqual({ kind: 'done', outcome: OUTCOME });
    expect(await storage.outcomes.begin({ ...CALL, request: '[]' }, OWNER)).toEqual({ kind: 'other_request' });
    expect(await storage.outcomes.begin({ ...CALL, key: 'job-43' }, OWNER)).toEqual({ kind: 'new' });
    expect(bytesOf(dataDir).includes(plain('job-43'))).toBe(false);
    // What ran then has no owner that could still run.
    expect((await storage.outcomes.owners()).toSorted()).toEqual(['', OWNER]);
  },
);

test('outcomes whose time is over are deleted a few at a time, never one that runs', async () => {
  const storage = await temporaryStorage();
  const { id: accountId } = await storage.accounts.create({ label: '' });
  const { id } = await storage.instances.insert({ accountId, name: 'x', wanted: 'stopped', state: 'UNPAIRED' });
  await storage.tokens.insert({ id: 't', accountId, hash: plain('t'), scopes: [], label: '', createdAt: 0 });
  const calls = ['a', 'b', 'c', 'running'].map((key) => ({ ...CALL, key, instanceId: id }));
  for (const call of calls) {
    await storage.outcomes.begin(call, OWNER);
    if (call.key !== 'running') await storage.outcomes.finish(call, OWNER, OUTCOME);
  }
  const later = Date.now() + 1_000;
  expect(await storage.outcomes.purge(0, 2)).toBe(0);
  expect([await storage.outcomes.purge(later, 2), await storage.outcomes.purge(later, 2)]).toEqual([2, 1]);
  const kinds = calls.map(async (call) => (await storage.outcomes.begin(call, OWNER)).kind);
  expect(await Promise.all(kinds)).toEqual(['new', 'new', 'new', 'running']);
});

test('a call that runs is its owner’s alone, and a job’s key is no token’s', async () => {
  const { outcomes, ...storage } = await temporaryStorage();
  const { id: accountId } = await storage.accounts.create({ label: '' });
  const { id } = await storage.instances.insert({ accountId, name: 'x', wanted: 'stopped', state: 'UNPAIRED' });
  const call = { ...CALL, instanceId: id };
  const ofJob = { ...call, caller: { kind: 'job', id: 't' } } as const;
  expect(await outcomes.begin(call, 'one')).toEqual({ kind: 'new' });
  expect(await outcomes.begin(ofJob, 'one')).toEqual({ kind: 'new' });
  await outcomes.finish(ofJob, 'one', OUTCOME);
  expect(await outcomes.begin(ofJob, 'other')).toEqual({ kind: 'done', outcome: OUTCOME });

  expect(await outcomes.begin(call, 'other')).toEqual({ kind: 'running', owner: 'one' });
  await outcomes.forget(call, 'other');
  await outcomes.finish(call, 'other', OUTCOME);
  expect(await outcomes.takeOver(call, 'another', 'other')).toBe(false);
  expect(await outcomes.begin(call, 'other')).toEqual({ kind: 'running', owner: 'one' });

  expect(await outcomes.takeOver(call, 'one', 'other')).toBe(true);
  await outcomes.finish(call, 'one', { version: 1, text: 'of the one that lost it' });
  expect([await outcomes.begin(call, 'one'), await outcomes.owners()]).toEqual([
    { kind: 'running', owner: 'other' },
    ['other'],
  ]);
  await outcomes.forgetAllOf('other');
  expect(await outcomes.begin(call, 'one')).toEqual({ kind: 'new' });
});
