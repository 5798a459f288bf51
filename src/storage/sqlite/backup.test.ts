import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { runModule, temporaryFolder } from '../storage.fixture.ts';
import { openStorage } from '../storage.ts';
import { moduleUrl, folderWith, labels, back, restore, inTemporary, copyKey } from './backup.fixture.ts';

test('a backup is one file for this user alone, without the key, and comes back in another folder', async () => {
  const dataDir = await folderWith('one');
  const folder = temporaryFolder();
  const file = join(folder, 'backup.db');
  expect(await back(dataDir, file)).toBe(statSync(file).size);
  expect([readdirSync(folder), statSync(file).mode & 0o777]).toEqual([['backup.db'], 0o600]);
  const key = readFileSync(join(dataDir, 'encryption.key'), 'utf8').trim();
  expect(readFileSync(file).includes(Buffer.from(key, 'hex'))).toBe(false);

  const target = inTemporary('data');
  await expect(restore(target, file)).rejects.toThrow(/^The key of .* is missing: put it back as .*encryption\.key/);
  copyKey(dataDir, target);
  expect(await restore(target, file)).toEqual({ aside: undefined, rewrapped: false });
  expect(await labels(target)).toEqual(['one']);
  expect(readdirSync(target).sort()).toEqual(['encryption.key', 'owner.db', 'privet.db', 'privet.db.made']);
  for (const name of readdirSync(target)) expect(statSync(join(target, name)).mode & 0o777).toBe(0o600);
});

test('a file that is there, a folder and the service’s own files are not written over', async () => {
  const dataDir = await folderWith('one');
  const file = inTemporary('backup.db');
  writeFileSync(file, 'precious');
  await expect(back(dataDir, file)).rejects.toThrow(/is there already: choose another file, or give --force$/);
  expect(readFileSync(file, 'utf8')).toBe('precious');
  await back(dataDir, file, { force: true });
  const own = [
    'privet.db',
    'privet.db-wal',
    'privet.db.restoring',
    'privet.db.before-restore-x',
    'owner.db',
    'owner.x',
  ];
  for (const name of [...own, 'encryption.key', 'encryption.key.new', 'encryption.key.old-12345678']) {
    await expect(back(dataDir, join(dataDir, name), { force: true })).rejects.toThrow(/is the service's own/);
  }
  await expect(back(dataDir, temporaryFolder(), { force: true })).rejects.toThrow(/is not a file$/);
  await expect(back(dataDir, join(dataDir, 'nowhere', 'x'))).rejects.toThrow(/^There is no folder .*nowhere$/);
  await expect(back(temporaryFolder(), file)).rejects.toThrow(/^There is no database/);
  expect(await labels(dataDir)).toEqual(['one']);
});

test('a database that is damaged, or does not open with the present key, gives no backup', async () => {
  const dataDir = await folderWith('one');
  const file = inTemporary('backup.db');
  await expect(back(dataDir, file, { masterKey: randomBytes(32) })).rejects.toThrow(/^PRIVET_ENCRYPTION_KEY does not/);
  const path = join(dataDir, 'privet.db');
  const bytes = readFileSync(path);
  writeFileSync(path, bytes.fill(0xff, 8192, 16_384));
  await expect(back(dataDir, file)).rejects.toMatchObject({ name: 'StorageError', code: 'corrupt' });
  expect(readdirSync(join(file, '..'))).toEqual([]);
});

test('while a process writes without a pause: all that it was told before is in the backup, and nothing torn', async () => {
  const dataDir = inTemporary('data');
  const child = runModule(`
    const { openStorage } = await import(${moduleUrl('../storage.ts')});
    const storage = await openStorage({ dataDir: ${JSON.stringify(dataDir)} });
    const { id } = await storage.accounts.create({ label: 'x' });
    const instance = await storage.instances.insert({ accountId: id, name: 'x', wanted: 'running', state: 'OPEN' });
    console.log(instance.id);
    for (let n = 1; ; n++) {
      const value = 'v'.repeat(2000);
      await storage.signalKeys.apply(instance.id, [{ type: 'a', id: String(n), value }, { type: 'b', id: String(n), value }]);
      await storage.credentials.save(instance.id, String(n));
      // Nothing else gives what a full pipe did not take a chance to leave.
      await new Promise((written) => process.stdout.write(n + '\\n', written));
    }
  `);
  const instanceId = (await child.lines.next()).value as string;
  let acknowledged = 0;
  // Reads on, so that the pipe is never full and the process never waits.
  const reading = (async () => {
    for (let line = await child.lines.next(); !line.done; line = await child.lines.next()) {
      acknowledged = Number(line.value);
    }
  })();
  const until = (n: number) => vi.waitUntil(() => acknowledged >= n, { timeout: 20_000, interval: 5 });
  await until(300);
  for (let round = 0; round < 3; round++) {
    const before = acknowledged;
    const file = inTemporary('backup.db');
    await back(dataDir, file);
    await until(acknowledged + 1);

    const target = inTemporary('data');
    copyKey(dataDir, target);
    await restore(target, file);
    await using storage = await openStorage({ dataDir: target });
    const ids = Array.from({ length: acknowledged + 1 }, (_, i) => String(i + 1));
    const a = await storage.signalKeys.get(instanceId, 'a', ids);
    const b = await storage.signalKeys.get(instanceId, 'b', ids);
    expect(new Set(a.keys())).toEqual(new Set(b.keys()));
    expect(a.size).toBeGreaterThanOrEqual(before);
    expect(a.size - Number(await storage.credentials.load(instanceId))).toBeLessThanOrEqual(1);
  }
  await child.kill();
  await reading;
});
