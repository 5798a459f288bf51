import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { OperatorError } from '../errors.ts';
import { runModule, temporaryFolder } from './storage.fixture.ts';
import { openStorage, type StorageOptions } from './storage.ts';

const mode = (path: string): number => statSync(path).mode & 0o777;

/** Opens and closes, so that a database is there. */
const make = async (options: StorageOptions): Promise<void> => {
  await using storage = await openStorage(options);
  await storage.accounts.create({ label: 'first' });
};

const refusal = async (options: StorageOptions): Promise<string> => {
  const error: unknown = await openStorage(options).then(
    (storage) => storage[Symbol.asyncDispose](),
    (reason: unknown) => reason,
  );
  return error instanceof OperatorError ? error.message : `no refusal: ${String(error)}`;
};

/** Names and bytes of all files. */
const contents = (folder: string): Record<string, string> =>
  Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name)).toString('base64')]));

test('a new data folder is for this user alone, and so are the files in it', async () => {
  const dataDir = join(temporaryFolder(), 'data');
  await using storage = await openStorage({ dataDir });
  await storage.ping();
  expect(mode(dataDir)).toBe(0o700);
  const files = readdirSync(dataDir);
  expect(files).toEqual(expect.arrayContaining(['encryption.key', 'privet.db', 'privet.db-wal']));
  expect(files.map((name) => mode(join(dataDir, name)))).toEqual(files.map(() => 0o600));
});

test('what was written is there after closing and opening', async () => {
  const dataDir = temporaryFolder();
  await make({ dataDir });
  await using storage = await openStorage({ dataDir });
  expect((await storage.accounts.list()).map((account) => account.label)).toEqual(['first']);
});

test('a key file from a start that was cut short is used', async () => {
  const dataDir = temporaryFolder();
  const key = randomBytes(32).toString('hex');
  writeFileSync(join(dataDir, 'encryption.key'), key, { mode: 0o600 });
  await make({ dataDir });
  expect(readFileSync(join(dataDir, 'encryption.key'), 'utf8')).toBe(key);
  await make({ dataDir, masterKey: Buffer.from(key, 'hex') });
});

test('a missing key file for an existing database is refused, and nothing is changed', async () => {
  const dataDir = temporaryFolder();
  await make({ dataDir });
  rmSync(join(dataDir, 'encryption.key'));
  const before = contents(dataDir);
  expect(await refusal({ dataDir })).toMatch(/^The key of the existing database is missing: restore .*encryption\.key/);
  expect(contents(dataDir)).toEqual(before);
});

test('another key file is refused, and nothing is changed', async () => {
  const dataDir = temporaryFolder();
  await make({ dataDir });
  writeFileSync(join(dataDir, 'encryption.key'), randomBytes(32).toString('hex'));
  const before = contents(dataDir);
  expect(await refusal({ dataDir })).toMatch(/^The key file .* does not open the existing database/);
  expect(contents(dataDir)).toEqual(before);
});

test('another PRIVET_ENCRYPTION_KEY is refused, and nothing is changed', async () => {
  const dataDir = temporaryFolder();
  await make({ dataDir });
  const before = contents(dataDir);
  expect(await refusal({ dataDir, masterKey: randomBytes(32) })).toMatch(/^PRIVET_ENCRYPTION_KEY does not open/);
  expect(contents(dataDir)).toEqual(before);
});

test('the given key wins over a key file', async () => {
  const dataDir = temporaryFolder();
  const masterKey = randomBytes(32);
  await make({ dataDir, masterKey });
  expect(existsSync(join(dataDir, 'encryption.key'))).toBe(false);
  writeFileSync(join(dataDir, 'encryption.key'), randomBytes(32).toString('hex'), { mode: 0o600 });
  await using storage = await openStorage({ dataDir, masterKey });
  expect(await storage.accounts.list()).toHaveLength(1);
});

test('a damaged key file is refused, not replaced', async () => {
  const dataDir = temporaryFolder();
  writeFileSync(join(dataDir, 'encryption.key'), '');
  expect(await refusal({ dataDir })).toMatch(/encryption\.key is damaged/);
  expect(readFileSync(join(dataDir, 'encryption.key'), 'utf8')).toBe('');
});

test('a key file that others can read is tightened, with a warning', async () => {
  const dataDir = temporaryFolder();
  await make({ dataDir });
  const keyFile = join(dataDir, 'encryption.key');
  chmodSync(keyFile, 0o644);
  const warnings: string[] = [];
  await using storage = await openStorage({ dataDir, warn: (message) => warnings.push(message) });
  await storage.ping();
  expect(mode(keyFile)).toBe(0o600);
  expect(warnings).toEqual([expect.stringContaining('encryption.key')]);
});

test.each(['1777', '0755'])('a folder of mode %s with files of others is refused, and stays as it is', async (mode) => {
  const bits = Number.parseInt(mode, 8);
  const dataDir = temporaryFolder();
  writeFileSync(join(dataDir, 'of somebody else'), '');
  chmodSync(dataDir, bits);
  expect(await refusal({ dataDir })).toMatch(/^PRIVET_DATA: .* holds other files/);
  expect(statSync(dataDir).mode & 0o7777).toBe(bits);
  expect(readdirSync(dataDir)).toEqual(['of somebody else']);
});

test.each(['lost+found', 'encryption.key.old-0'])('an open folder that holds %s alone is tightened', async (name) => {
  const dataDir = temporaryFolder();
  mkdirSync(join(dataDir, name));
  chmodSync(dataDir, 0o755);
  await make({ dataDir });
  expect(mode(dataDir)).toBe(0o700);
});

test('an open folder that holds the database is tightened, whatever else is in it', async () => {
  const dataDir = temporaryFolder();
  await make({ dataDir });
  writeFileSync(join(dataDir, 'notes of the operator'), '');
  chmodSync(dataDir, 0o755);
  await make({ dataDir });
  expect(mode(dataDir)).toBe(0o700);
});

test('a file that is no database is refused', async () => {
  const dataDir = temporaryFolder();
  writeFileSync(join(dataDir, 'privet.db'), 'not a database, but long enough to be taken for one'.repeat(50));
  expect(await refusal({ dataDir })).toMatch(/^Can't use the database .*privet\.db: /);
});

test('a database of a newer version is refused, and nothing is changed', async () => {
  const dataDir = temporaryFolder();
  await make({ dataDir });
  {
    using database = new DatabaseSync(join(dataDir, 'privet.db'));
    database.exec(`insert into kysely_migration values ('999-future', '2099-01-01T00:00:00.000Z')`);
  }
  const before = contents(dataDir);
  expect(await refusal({ dataDir })).toMatch(/newer version .*999-future.*restore a backup from before it/);
  expect(contents(dataDir)).toEqual(before);
});

test('a data folder that is a file is refused', async () => {
  const dataDir = join(temporaryFolder(), 'file');
  writeFileSync(dataDir, '');
  expect(await refusal({ dataDir })).toMatch(/^PRIVET_DATA: can't use the folder/);
});

test('a data folder that can not be made is refused, at once', async () => {
  expect(await refusal({ dataDir: '/proc/privet/data' })).toMatch(/^PRIVET_DATA: can't use the folder/);
});

test('the folders above the data folder are made too', async () => {
  const dataDir = join(temporaryFolder(), 'a', 'b', 'data');
  await make({ dataDir });
  expect(mode(dataDir)).toBe(0o700);
});

test('two that make the same database at once agree on one key', async () => {
  const dataDir = join(temporaryFolder(), 'data');
  mkdirSync(dataDir, { mode: 0o700 });
  const script = `
    const { openStorage } = await import(${JSON.stringify(new URL('./storage.ts', import.meta.url).href)});
    const storage = await openStorage({ dataDir: ${JSON.stringify(dataDir)} });
    const { id } = await storage.accounts.create({ label: 'x' });
    const instance = await storage.instances.insert({ accountId: id, name: 'n', wanted: 'running', state: 'OPEN' });
    await storage.credentials.save(instance.id, 'opens');
    console.log(instance.id);
  `;
  const children = [runModule(script), runModule(script), runModule(script)];
  const ids = await Promise.all(children.map(async (child) => (await child.lines.next()).value as string));
  await using storage = await openStorage({ dataDir });
  for (const id of ids) expect(await storage.credentials.load(id)).toBe('opens');
});

test('rows that were acknowledged survive kill -9', async () => {
  const dataDir = temporaryFolder();
  const script = `
    const { openStorage } = await import(${JSON.stringify(new URL('./storage.ts', import.meta.url).href)});
    const storage = await openStorage({ dataDir: ${JSON.stringify(dataDir)} });
    const { id } = await storage.accounts.create({ label: 'x' });
    const instance = await storage.instances.insert({ accountId: id, name: 'n', wanted: 'running', state: 'OPEN' });
    console.log(instance.id);
    for (let n = 1; ; n++) {
      await storage.signalKeys.apply(instance.id, [
        { type: 'a', id: String(n), value: 'x' },
        { type: 'b', id: String(n), value: 'x' },
      ]);
      console.log(n);
    }
  `;
  const child = runModule(script);
  const instanceId = (await child.lines.next()).value as string;
  let acknowledged = 0;
  while (acknowledged < 200) acknowledged = Number((await child.lines.next()).value);
  await child.kill();
  for (let line = await child.lines.next(); !line.done; line = await child.lines.next())
    acknowledged = Number(line.value);

  await using storage = await openStorage({ dataDir });
  const ids = Array.from({ length: acknowledged + 2 }, (_, i) => String(i + 1));
  const [a, b] = [
    await storage.signalKeys.get(instanceId, 'a', ids),
    await storage.signalKeys.get(instanceId, 'b', ids),
  ];
  expect(a.size).toBeGreaterThanOrEqual(acknowledged);
  expect(new Set(a.keys())).toEqual(new Set(b.keys()));
});
