import { randomBytes } from 'node:crypto';
import {
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { OperatorError } from '../../errors.ts';
import { rotateMasterKey, type RotationOptions } from './key-rotation.ts';
import { cutAtEachWrite, runModule, temporaryFolder } from '../storage.fixture.ts';
import { openStorage } from '../storage.ts';

const warn = (message: string): never => expect.unreachable(message);

/** A data folder with one instance, whose credentials are "kept". */
const filled = async (masterKey?: Uint8Array) => {
  const dataDir = join(temporaryFolder(), 'data');
  await using storage = await openStorage({ dataDir, masterKey });
  const { id: accountId } = await storage.accounts.create({ label: '' });
  const { id } = await storage.instances.insert({ accountId, name: 'x', wanted: 'stopped', state: 'UNPAIRED' });
  await storage.credentials.save(id, 'kept');
  return { dataDir, id, tokenKey: storage.tokenKey };
};
type Filled = Awaited<ReturnType<typeof filled>>;

/** Whether everything opens, or why not. */
const opens = async ({ dataDir, id, tokenKey }: Filled, masterKey?: Uint8Array): Promise<string> => {
  try {
    await using storage = await openStorage({ dataDir, masterKey });
    const credentials = await storage.credentials.load(id);
    return credentials === 'kept' && storage.tokenKey.equals(tokenKey) ? 'opens' : 'differs';
  } catch (error) {
    return error instanceof OperatorError ? 'refused' : String(error);
  }
};

const keyIn = (path: string): Buffer => Buffer.from(readFileSync(path, 'utf8').trim(), 'hex');
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
  const script = `
    const { rotateMasterKey } = await import(${module('./key-rotation.ts')});
    const { openStorage } = await import(${module('../storage.ts')});
    const dataDir = ${JSON.stringify(data.dataDir)};
    for (let i = 0; i < 30; i++) {
      await rotateMasterKey({ dataDir, warn() {} });
      await (await openStorage({ dataDir })).ping();
    }
    console.log('done');
  `;
  const children = [runModule(script), runModule(script), runModule(script)];
  for (const child of children) expect((await child.lines.next()).value).toBe('done');
  expect(await opens(data)).toBe('opens');
});

const CUT_MS = 120_000;

const cutRotation = (template: string, order: string, check: (dataDir: string) => Promise<void>) =>
  cutAtEachWrite(() => {
    const dataDir = join(temporaryFolder(), 'data');
    cpSync(template, dataDir, { recursive: true });
    const source = `
      const { rotateMasterKey } = await import(${JSON.stringify(new URL('./key-rotation.ts', import.meta.url).href)});
      await rotateMasterKey({ dataDir: ${JSON.stringify(dataDir)}, warn() {}, ${order} });
      console.log('done');
    `;
    return { source, check: () => check(dataDir) };
  });

const hex = (key: Uint8Array): string => `Buffer.from('${Buffer.from(key).toString('hex')}', 'hex')`;

test(
  'kill -9 before each write, file to file: the database opens, and once more finishes it',
  async () => {
    const data = await filled();
    const outcomes = new Set<string>();
    const old = keyIn(join(data.dataDir, 'encryption.key'));
    const steps = await cutRotation(data.dataDir, '', async (dataDir) => {
      const copy = { ...data, dataDir };
      // Opening takes a new key file into place, so the old key is tried first.
      outcomes.add(await opens(copy, old));
      expect(await opens(copy)).toBe('opens');
      await rotateMasterKey({ dataDir, warn });
      expect([await opens(copy), await opens(copy, old)]).toEqual(['opens', 'refused']);
    });
    expect(steps).toBeGreaterThan(15);
    expect(outcomes).toEqual(new Set(['opens', 'refused']));
  },
  CUT_MS,
);

test(
  'kill -9 before each write, file to variable: one of both keys opens it, and once more finishes it',
  async () => {
    const data = await filled();
    const newMasterKey = randomBytes(32);
    const outcomes = new Set<string>();
    await cutRotation(data.dataDir, `newMasterKey: ${hex(newMasterKey)}`, async (dataDir) => {
      const copy = { ...data, dataDir };
      const both = [await opens(copy), await opens(copy, newMasterKey)];
      expect(both.sort()).toEqual(['opens', 'refused']);
      outcomes.add(await opens(copy));
      await rotateMasterKey({ dataDir, newMasterKey, warn });
      expect([await opens(copy), await opens(copy, newMasterKey)]).toEqual(['refused', 'opens']);
    });
    expect(outcomes).toEqual(new Set(['opens', 'refused']));
  },
  CUT_MS,
);

test(
  'kill -9 before each write, variable to file: the variable or the file opens it',
  async () => {
    const masterKey = randomBytes(32);
    const data = await filled(masterKey);
    await cutRotation(data.dataDir, `masterKey: ${hex(masterKey)}`, async (dataDir) => {
      const copy = { ...data, dataDir };
      const both = [await opens(copy, masterKey), await opens(copy)];
      expect(both.sort()).toEqual(['opens', 'refused']);
      await rotateMasterKey({ dataDir, masterKey, warn });
      expect([await opens(copy, masterKey), await opens(copy)]).toEqual(['refused', 'opens']);
    });
  },
  CUT_MS,
);

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
