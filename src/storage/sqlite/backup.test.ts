import { randomBytes } from 'node:crypto';
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test, vi } from 'vitest';
import { backUp, type BackupOptions } from './backup.ts';
import { rotateMasterKey } from '../sealing/key-rotation.ts';
import { systemClock } from '../../clock.ts';
import { acquireOwnership } from './owner.ts';
import { restoreBackup, type RestoreOptions } from './restore.ts';
import { cutAtEachWrite, runModule, temporaryFolder } from '../storage.fixture.ts';
import { openStorage } from '../storage.ts';

const warn = (message: string): never => expect.unreachable(message);
const url = (name: string): string => JSON.stringify(new URL(name, import.meta.url).href);

/** One account with the label, and an instance whose credentials it is too. */
const add = async (dataDir: string, label: string): Promise<void> => {
  await using storage = await openStorage({ dataDir });
  const { id } = await storage.accounts.create({ label });
  const instance = await storage.instances.insert({ accountId: id, name: 'x', wanted: 'stopped', state: 'UNPAIRED' });
  await storage.credentials.save(instance.id, label);
};
const folderWith = async (label: string): Promise<string> => {
  const dataDir = join(temporaryFolder(), 'data');
  await add(dataDir, label);
  return dataDir;
};

/** The accounts' labels; each instance's credentials have opened. */
const labels = async (dataDir: string): Promise<string[]> => {
  await using storage = await openStorage({ dataDir });
  const accounts = await storage.accounts.list();
  for (const { id, label } of accounts) {
    const instance = await storage.instances.find(id, 'x');
    expect(await storage.credentials.load(instance?.id ?? '')).toBe(label);
  }
  return accounts.map((account) => account.label);
};

const back = (dataDir: string, file: string, options: Partial<BackupOptions> = {}) =>
  backUp({ dataDir, file, force: false, warn, ...options });
const restore = (dataDir: string, file: string, options: Partial<RestoreOptions> = {}) =>
  restoreBackup({ dataDir, file, force: false, warn, now: new Date(), ...options });
const inTemporary = (name: string): string => join(temporaryFolder(), name);
const copyKey = (from: string, to: string): void => {
  mkdirSync(to, { recursive: true, mode: 0o700 });
  copyFileSync(join(from, 'encryption.key'), join(to, 'encryption.key'));
};

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
    const { openStorage } = await import(${url('../storage.ts')});
    const storage = await openStorage({ dataDir: ${JSON.stringify(dataDir)} });
    const { id } = await storage.accounts.create({ label: 'x' });
    const instance = await storage.instances.insert({ accountId: id, name: 'x', wanted: 'running', state: 'OPEN' });
    console.log(instance.id);
    for (let n = 1; ; n++) {
      const value = 'v'.repeat(2000);
      await storage.signalKeys.apply(instance.id, [{ type: 'a', id: String(n), value }, { type: 'b', id: String(n), value }]);
      await storage.credentials.save(instance.id, String(n));
      console.log(n);
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
    const { openStorage } = await import(${url('../storage.ts')});
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

const CUT_MS = 120_000;

test(
  'kill -9 before each write of a backup: no file under its name, or the whole',
  async () => {
    const dataDir = await folderWith('one');
    let missing = 0;
    await cutAtEachWrite(() => {
      const file = inTemporary('backup.db');
      const source = `
      const { backUp } = await import(${url('./backup.ts')});
      await backUp({ dataDir: ${JSON.stringify(dataDir)}, file: ${JSON.stringify(file)}, force: false, warn() {} });
      console.log('done');
    `;
      const check = async () => {
        if (!existsSync(file)) return void missing++;
        const target = inTemporary('data');
        copyKey(dataDir, target);
        await restore(target, file);
        expect(await labels(target)).toEqual(['one']);
      };
      return { source, check };
    });
    expect(missing).toBeGreaterThan(2);
  },
  CUT_MS,
);

test(
  'kill -9 before each write of a restore: the one database or the other, and once more restores it',
  async () => {
    const template = await folderWith('present');
    const from = inTemporary('data');
    cpSync(template, from, { recursive: true });
    await add(from, 'newer');
    const file = inTemporary('backup.db');
    await back(from, file);
    const seen = new Set<number>();
    await cutAtEachWrite(() => {
      const dataDir = inTemporary('data');
      cpSync(template, dataDir, { recursive: true });
      const source = `
      const { restoreBackup } = await import(${url('./restore.ts')});
      const [dataDir, file] = ${JSON.stringify([dataDir, file])};
      await restoreBackup({ dataDir, file, force: true, now: new Date(), warn() {} });
      console.log('done');
    `;
      const check = async () => {
        seen.add((await labels(dataDir)).length);
        await restore(dataDir, file, { force: true });
        expect(await labels(dataDir)).toEqual(['present', 'newer']);
        expect(existsSync(join(dataDir, 'privet.db.restoring'))).toBe(false);
      };
      return { source, check };
    });
    expect(seen).toEqual(new Set([1, 2]));
  },
  CUT_MS,
);
