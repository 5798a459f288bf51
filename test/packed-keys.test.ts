import { mkdirSync, rmSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { deviceName, KEY_IDS, keyText, unpackedDatabase } from '../src/storage/sqlite/migrations/unpacked.fixture.ts';
import { behindTheBack, databaseOf } from '../src/storage/storage.fixture.ts';
import { openStorage } from '../src/storage/storage.ts';
import { textOf } from './support/links.ts';
import { sqliteOnly } from './support/postgres.ts';
import { bootPrivet, type TestPrivet } from './support/privet.ts';

/** As many as a device makes when it pairs, and what it makes more of when WhatsApp has few left. */
const PAIRED = 812;
const MORE = 5;

let privet: TestPrivet;
beforeAll(async () => {
  privet = await bootPrivet({ simulator: { preKeys: 0 } });
});
afterAll(() => privet[Symbol.asyncDispose]());

const rows = async () => {
  const count = async (table: string) =>
    (await behindTheBack(privet.dataDir, `select key_id from ${table} where type = 'pre-key'`)).length;
  return [await count('signal_keys'), await count('signal_key_revisions')];
};

/** The pre-keys of the only instance, read beside the service. */
const storedKeys = async (): Promise<Map<string, string>> => {
  await using storage = await openStorage(await databaseOf(privet.dataDir));
  const [account] = await storage.accounts.list();
  const [instance] = await storage.instances.list(account?.id ?? '', { first: 1 });
  return await storage.signalKeys.get(instance?.id ?? '', 'pre-key', KEY_IDS(PAIRED + 100));
};

test('a device that pairs keeps its 812 pre-keys in thirteen rows', async () => {
  await privet.link('shop', '4915730000071');
  expect(await rows()).toEqual([13, 13]);
  const keys = await storedKeys();
  expect(keys.size).toBe(PAIRED);
  expect(JSON.parse(keys.get('812') ?? '')).toMatchObject({ private: { type: 'Buffer' }, public: { type: 'Buffer' } });
});

sqliteOnly('a version from before Postgres')(
  'a device that the version before linked is open after the start, has all its keys, and makes more of them',
  async () => {
    await privet.stop();
    rmSync(privet.dataDir, { recursive: true });
    mkdirSync(privet.dataDir, { mode: 0o700 });
    const phoneNumber = '4915730000072';
    privet.simulator.createAccount(phoneNumber, { preKeys: 3 });
    const credentials = {
      ...privet.simulator.linkDevice(phoneNumber),
      nextPreKeyId: 813,
      firstUnuploadedPreKeyId: 813,
    };
    await unpackedDatabase(privet.dataDir, 1, PAIRED, () => textOf(credentials));
    expect(await rows()).toEqual([PAIRED, PAIRED]);

    await privet.restart();
    const name = deviceName(0);
    await privet.waitForState(name, 'OPEN');
    const query = `{ privacy(instance: "${name}") { visibility { lastSeen } } }`;
    expect((await privet.graphql(query)).errors).toBeUndefined();
    await expect.poll(async () => (await storedKeys()).size).toBe(PAIRED + MORE);
    expect(await rows()).toEqual([13, 13]);
    const keys = await storedKeys();
    for (const id of KEY_IDS(PAIRED)) expect(keys.get(id)).toBe(keyText(0, id));

    await privet.restart();
    await privet.waitForState(name, 'OPEN');
  },
);
