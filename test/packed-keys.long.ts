import { statSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { databasePath } from '../src/storage/sqlite/database.ts';
import {
  copyFolder,
  deviceName,
  KEY_IDS,
  keyText,
  storedOf,
  unpackedDatabase,
} from '../src/storage/sqlite/migrations/unpacked.fixture.ts';
import { temporaryFolder } from '../src/storage/storage.fixture.ts';
import { openStorage } from '../src/storage/storage.ts';
import { runCommand, runService } from './support/service-process.ts';

const DEVICES = 50;
const PRE_KEYS = 812;
/** How much of the migration is in the database's log when the service is killed, in MiB. */
const KILLED_AT = [0.01, 1, 4, 8, 12, 14, 30];

/** More than a start that packs fifty devices takes. */
const READY_MS = 60_000;

const logSize = (dataDir: string): number =>
  statSync(`${databasePath(dataDir)}-wal`, { throwIfNoEntry: false })?.size ?? 0;

const rowsOf = (dataDir: string): unknown => {
  using database = new DatabaseSync(databasePath(dataDir));
  return database.prepare(`select count(*) as rows from signal_keys where type = 'pre-key'`).get()?.['rows'];
};

test('the service is killed at many moments of packing fifty devices: all as before, or all packed, and nothing lost', async () => {
  const whole = temporaryFolder();
  await unpackedDatabase(whole, DEVICES, PRE_KEYS);
  const before = storedOf(whole);
  const seen: string[] = [];
  for (const mib of KILLED_AT) {
    const dataDir = temporaryFolder();
    copyFolder(whole, dataDir);
    const env = { PRIVET_DATA: dataDir, PRIVET_ACCOUNT_TOKEN: 'account-token-0123456789-0123456789' };
    const command = runCommand(['serve'], env);
    const outcome = { over: false };
    void command.ended.then(() => (outcome.over = true));
    const isReady = () => command.stdout().includes('ready at');
    const end = Date.now() + READY_MS;
    while (!outcome.over && !isReady() && logSize(dataDir) < mib * 2 ** 20) {
      if (Date.now() > end) throw new Error(`It has packed ${logSize(dataDir)} bytes: ${command.stderr()}`);
      await delay(1);
    }
    expect(await command.kill('SIGKILL')).toBe('SIGKILL');
    const state = storedOf(dataDir) === before ? 'as before' : `${String(rowsOf(dataDir))} rows`;
    seen.push(state);
    expect(['as before', `${13 * DEVICES} rows`]).toContain(state);

    const again = await runService(env);
    expect(rowsOf(dataDir)).toBe(13 * DEVICES);
    expect(await again.kill('SIGTERM')).toBe(0);
    await using storage = await openStorage({ dataDir });
    const ids = KEY_IDS(PRE_KEYS);
    for (let n = 0; n < DEVICES; n += 1) {
      const keys = await storage.signalKeys.get(deviceName(n), 'pre-key', ids);
      expect(keys).toEqual(new Map(ids.map((id) => [id, keyText(n, id)])));
    }
  }
  expect(seen.filter((state) => state === 'as before').length).toBeGreaterThan(KILLED_AT.length / 2);
}, 600_000);
