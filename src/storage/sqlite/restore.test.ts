import { randomBytes } from 'node:crypto';
import { copyFileSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { rotateMasterKey } from './key-rotation.ts';
import { systemClock } from '../../clock.ts';
import { acquireOwnership } from './owner.ts';
import type { RestoreOptions } from './restore.ts';
import { runModule } from '../storage.fixture.ts';
import { openStorage } from '../storage.ts';
import { warn, moduleUrl, add, folderWith, labels, back, restore, inTemporary, copyKey } from './backup.fixture.ts';

test('a restore is refused while a service owns the folder, which is named, and over a database without force', async () => {
  const dataDir = await folderWith('present');
  const file = inTemporary('backup.db');
  await back(dataDir, file);
  {
    using _service = await acquireOwnership(dataDir, systemClock);
    await expect(restore(dataDir, file, { force: true })).rejects.toThrow(`is in use by process ${process.pid} on `);
  }
  await expect(restore(dataDir, file)).rejects.toThrow(/^There is a database .*: --force replaces it, and keeps it/);
  await using other = await openStorage({ dataDir });
  await expect(restore(dataDir, file, { force: true })).rejects.toThrow(/^Another command has the database .* open/);
  await other.ping();
});

test('with force the database that was there is kept, with what was still in its log', async () => {
  const [dataDir, from] = [await folderWith('present'), await folderWith('backup')];
  const child = runModule(`
    const { openStorage } = await import(${moduleUrl('../storage.ts')});
    const storage = await openStorage({ dataDir: ${JSON.stringify(dataDir)} });
    await storage.accounts.create({ label: 'only in the log' });
    console.log('written');
    setInterval(() => {}, 1000);
  `);
  await child.lines.next();
  await child.kill();
  expect(statSync(join(dataDir, 'privet.db-wal')).size).toBeGreaterThan(0);
  const file = inTemporary('backup.db');
  await back(from, file);
  copyKey(from, dataDir);
  const { aside = '' } = await restore(dataDir, file, { force: true });
  expect(await labels(dataDir)).toEqual(['backup']);
  using kept = new DatabaseSync(aside, { readOnly: true });
  const found = kept.prepare('select label from accounts order by created_at').all();
  expect(found.map(({ label }) => label)).toEqual(['present', 'only in the log']);
});

test('a database that is damaged is replaced too, and kept with its log', async () => {
  const [dataDir, from] = [await folderWith('present'), await folderWith('backup')];
  writeFileSync(join(dataDir, 'privet.db'), 'no database any more, but long enough for one'.repeat(100));
  writeFileSync(join(dataDir, 'privet.db-wal'), 'log');
  const file = inTemporary('backup.db');
  await back(from, file);
  copyKey(from, dataDir);
  const { aside = '' } = await restore(dataDir, file, { force: true });
  expect(await labels(dataDir)).toEqual(['backup']);
  expect(readFileSync(aside, 'utf8')).toContain('no database any more');
  expect(readFileSync(`${aside}-wal`, 'utf8')).toBe('log');
});

test('a backup under the name that a restore works with is refused, and still there', async () => {
  const dataDir = await folderWith('one');
  const [file, link] = [join(dataDir, 'privet.db.restoring'), inTemporary('link')];
  const other = inTemporary('backup.db');
  await back(dataDir, other);
  copyFileSync(other, file);
  symlinkSync(file, link);
  for (const given of [file, link]) {
    await expect(restore(dataDir, given, { force: true })).rejects.toThrow(/is a name of the service's own: move it/);
  }
  expect(readFileSync(file)).toEqual(readFileSync(other));
  // What an earlier restore kept comes back.
  await add(dataDir, 'two');
  const { aside = '' } = await restore(dataDir, other, { force: true });
  expect(await labels(dataDir)).toEqual(['one']);
  await restore(dataDir, aside, { force: true });
  expect(await labels(dataDir)).toEqual(['one', 'two']);
});

test('what is no backup, or opens with another key, replaces nothing', async () => {
  const [dataDir, from] = [await folderWith('present'), await folderWith('backup')];
  const refused = async (file: string, pattern: RegExp, options: Partial<RestoreOptions> = {}) => {
    await expect(restore(dataDir, file, { force: true, ...options })).rejects.toThrow(pattern);
    expect(await labels(dataDir)).toEqual(['present']);
    expect(readdirSync(dataDir).sort()).toEqual(['encryption.key', 'owner.db', 'privet.db', 'privet.db.made']);
  };
  const file = inTemporary('backup.db');
  await back(from, file);
  await refused(file, /^The key file .* does not open .*: use the key that it was made under$/);
  await refused(file, /^PRIVET_ENCRYPTION_KEY does not open /, { masterKey: randomBytes(32) });
  await refused(inTemporary('none'), /^There is no file/);
  const noise = inTemporary('noise');
  writeFileSync(noise, randomBytes(20_000));
  await refused(noise, /can't be restored: file is not a database/);
  const foreign = inTemporary('foreign.db');
  new DatabaseSync(foreign).exec('create table x (y)');
  await refused(foreign, /is no backup of this service$/);
  const torn = inTemporary('torn.db');
  writeFileSync(torn, readFileSync(file).subarray(0, -4096));
  await refused(torn, /can't be restored: /);
  const damaged = inTemporary('damaged.db');
  writeFileSync(damaged, readFileSync(file).fill(0xff, 8192, 12_288));
  await refused(damaged, /can't be restored: /);
  await refused(join(dataDir, 'privet.db'), /is the database itself$/);
  // A copy of a database in use, by other means.
  const inUse = inTemporary('privet.db');
  copyFileSync(file, inUse);
  writeFileSync(`${inUse}-wal`, 'log');
  await refused(inUse, /has a log beside it/);
});

test('a backup from before a rotation comes back by the key that was kept, and is under the new one then', async () => {
  const dataDir = await folderWith('one');
  const file = inTemporary('backup.db');
  await back(dataDir, file);
  const { keptOldKey = '' } = await rotateMasterKey({ dataDir, warn });
  const old = Buffer.from(readFileSync(keptOldKey, 'utf8').trim(), 'hex');
  expect(await restore(dataDir, file, { force: true })).toMatchObject({ rewrapped: true });
  expect(await labels(dataDir)).toEqual(['one']);
  await expect(openStorage({ dataDir, masterKey: old })).rejects.toThrow('PRIVET_ENCRYPTION_KEY does not open');
});
