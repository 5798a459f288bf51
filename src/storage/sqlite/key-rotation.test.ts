import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { rotateMasterKey, type RotationOptions } from './key-rotation.ts';
import { filled, keyIn, opens } from './key-rotation.fixture.ts';
import { runModule, temporaryFolder } from '../storage.fixture.ts';
import { openStorage } from '../storage.ts';

const warn = (message: string): never => expect.unreachable(message);

const sealedRow = (dataDir: string): Uint8Array => {
  using database = new DatabaseSync(join(dataDir, 'privet.db'));
  return database.prepare('select data_key from keyring').get()?.['data_key'] as Uint8Array;
};

test('from key file to key file: the old key opens nothing any more, and is kept for older backups', async () => {
  const data = await filled();
  const keyFile = join(data.dataDir, 'encryption.key');
  const old = keyIn(keyFile);
  const oldRow = Buffer.from(sealedRow(data.dataDir));
  const { keptOldKey, emptiedLog } = await rotateMasterKey({ dataDir: data.dataDir, warn });
  expect(await opens(data)).toBe('opens');
  expect(await opens(data, old)).toBe('refused');
  expect(keyIn(keptOldKey ?? '')).toEqual(old);
  expect(readdirSync(data.dataDir).sort()).toEqual([
    'encryption.key',
    expect.stringMatching(/^encryption\.key\.old-[0-9a-f]{8}$/),
    'privet.db',
    'privet.db.made',
  ]);
  for (const name of readdirSync(data.dataDir)) {
    expect(statSync(join(data.dataDir, name)).mode & 0o777).toBe(0o600);
    // Not even what the old key opened is there.
    expect(readFileSync(join(data.dataDir, name)).includes(oldRow)).toBe(false);
  }
  expect(emptiedLog).toBe(true);
});

test('from file to variable, to another, and back to a file', async () => {
  const data = await filled();
  const { dataDir } = data;
  const keyFile = join(dataDir, 'encryption.key');
  const [first, second] = [randomBytes(32), randomBytes(32)];
  await rotateMasterKey({ dataDir, newMasterKey: first, warn });
  expect([existsSync(keyFile), await opens(data), await opens(data, first)]).toEqual([false, 'refused', 'opens']);
  await rotateMasterKey({ dataDir, masterKey: first, newMasterKey: second, warn });
  expect([await opens(data, first), await opens(data, second)]).toEqual(['refused', 'opens']);
  await rotateMasterKey({ dataDir, masterKey: second, warn });
  expect([await opens(data, second), await opens(data)]).toEqual(['refused', 'opens']);
});

test('done twice, with the same new key, it is done once', async () => {
  const [masterKey, newMasterKey] = [randomBytes(32), randomBytes(32)];
  const data = await filled(masterKey);
  const order = { dataDir: data.dataDir, masterKey, newMasterKey, warn };
  expect(await rotateMasterKey(order)).toMatchObject({ changed: true });
  expect(await rotateMasterKey(order)).toMatchObject({ changed: false });
  expect(await opens(data, newMasterKey)).toBe('opens');
});

test('a wrong key, the same key or no database is refused, and nothing is changed', async () => {
  const masterKey = randomBytes(32);
  const data = await filled(masterKey);
  const { dataDir } = data;
  const row = sealedRow(dataDir);
  const refusal = (options: Partial<RotationOptions>) => rotateMasterKey({ dataDir, warn, ...options });
  await expect(refusal({})).rejects.toThrow(/^The key file .* is missing or does not open the database/);
  await expect(refusal({ masterKey: randomBytes(32) })).rejects.toThrow(/^PRIVET_ENCRYPTION_KEY does not open/);
  await expect(refusal({ masterKey, newMasterKey: masterKey })).rejects.toThrow(/^The new key is the present one/);
  const nothing = temporaryFolder();
  await expect(refusal({ dataDir: nothing })).rejects.toThrow(/^There is no database/);
  expect([sealedRow(dataDir), readdirSync(nothing)]).toEqual([row, []]);
  expect(await opens(data, masterKey)).toBe('opens');
});

test('where the key file opens the database, another key changes nothing, and that is told', async () => {
  const data = await filled();
  const order = { dataDir: data.dataDir, masterKey: randomBytes(32), warn };
  expect(await rotateMasterKey(order)).toMatchObject({ changed: false });
  expect(await opens(data)).toBe('opens');
});

test('the new key of a rotation that was cut short before its commit is not put in place of the key that opens', async () => {
  const data = await filled();
  const { dataDir } = data;
  writeFileSync(join(dataDir, 'encryption.key.new'), randomBytes(32).toString('hex'), { mode: 0o600 });
  expect(await rotateMasterKey({ dataDir, masterKey: randomBytes(32), warn })).toMatchObject({ changed: false });
  expect(await opens(data)).toBe('opens');
});

test('a process that has the database open goes on, and reads what it wrote before and after', async () => {
  const data = await filled();
  await using running = await openStorage({ dataDir: data.dataDir });
  await rotateMasterKey({ dataDir: data.dataDir, warn });
  expect(await running.credentials.load(data.id)).toBe('kept');
  await running.credentials.save(data.id, 'kept');
  expect(await opens(data)).toBe('opens');
});

test('rotations and openings at once leave one key that opens', async () => {
  const data = await filled();
  const module = (name: string) => JSON.stringify(new URL(name, import.meta.url).href);
  // One that has waited in vain for the others is told to come again later.
  const script = `
    const { rotateMasterKey } = await import(${module('./key-rotation.ts')});
    const { openStorage } = await import(${module('../storage.ts')});
    const dataDir = ${JSON.stringify(data.dataDir)};
    const patiently = async (work) => {
      try {
        return await work();
      } catch (error) {
        if (error.code !== 'OVERLOADED') throw error;
        return patiently(work);
      }
    };
    for (let i = 0; i < 10; i++) {
      await patiently(() => rotateMasterKey({ dataDir, warn() {} }));
      const storage = await patiently(() => openStorage({ dataDir }));
      await patiently(() => storage.ping());
      await storage[Symbol.asyncDispose]();
    }
    console.log('done');
  `;
  const children = [runModule(script), runModule(script), runModule(script)];
  for (const child of children) expect((await child.lines.next()).value).toBe('done');
  expect(await opens(data)).toBe('opens');
});

test('a key file that is a link to another place is left alone, and so is what it leads to', async () => {
  const data = await filled();
  const { dataDir } = data;
  const keyFile = join(dataDir, 'encryption.key');
  const mounted = join(temporaryFolder(), 'secret');
  const newMasterKey = randomBytes(32);
  renameSync(keyFile, mounted);
  symlinkSync(mounted, keyFile);
  for (const order of [{}, { newMasterKey }, { masterKey: keyIn(mounted) }]) {
    await expect(rotateMasterKey({ dataDir, warn, ...order })).rejects.toThrow(/is a link to another place/);
  }
  expect(readdirSync(dataDir).sort()).toEqual(['encryption.key', 'privet.db', 'privet.db.made']);
  expect(await opens(data)).toBe('opens');

  // What the refusal advises.
  await rotateMasterKey({ dataDir, warn, masterKey: keyIn(mounted), newMasterKey });
  writeFileSync(mounted, newMasterKey.toString('hex'));
  expect(await opens(data)).toBe('opens');
  expect(readdirSync(dataDir).sort()).toEqual(['encryption.key', 'privet.db', 'privet.db.made']);
});
