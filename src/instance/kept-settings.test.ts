import { pino } from 'pino';
import { expect, test } from 'vitest';
import { drain, VirtualClock } from '../../test/support/virtual-clock.ts';
import type { Snapshot } from '../privacy/settings.ts';
import { snapshotIn } from '../privacy/snapshot-text.ts';
import { temporaryStorage } from '../storage/storage.fixture.ts';
import type { Storage } from '../storage/storage.ts';
import { KeptSettings } from './kept-settings.ts';
import { Life, type Owner } from './life.ts';
import { viewOf } from './stored-view.ts';

const ONE: Owner = { incarnation: 'one', held: true };
const OTHER: Owner = { incarnation: 'other', held: true };

const showing = (status: string, observedAt: number): Snapshot => ({
  categories: new Map([['status', status]]),
  observedAt,
  sequence: 1,
});

/** One instance that is linked, and what its settings are stored by; `settings.now` is what was read. */
async function kept() {
  const clock = new VirtualClock();
  const real = await temporaryStorage({ clock });
  const { id: accountId } = await real.accounts.create({ label: '' });
  const record = await real.instances.insert({ accountId, name: 'x', wanted: 'running', state: 'OPEN' });
  await real.credentials.save(record.id, '{}');
  const database = { isBusy: false, isFull: false, writes: 0 };
  const storage: Storage = {
    ...real,
    get isBusy() {
      return database.isBusy;
    },
    owned: {
      ...real.owned,
      async change(...args) {
        database.writes += 1;
        if (database.isFull) throw new Error('no room');
        return real.owned.change(...args);
      },
    },
  };
  const logs: string[] = [];
  const log = pino({}, { write: (line) => void logs.push(line) });
  const settings: { now?: Snapshot; recalled?: Snapshot } = {};
  const run = (owner = ONE) => {
    const life = new Life({ storage, owner, instanceId: record.id, onLost: () => undefined });
    const privacy = {
      get settings() {
        return settings.now && { snapshot: settings.now, changed: settings.now, stale: false };
      },
      recall: (snapshot: Snapshot) => void (settings.recalled = snapshot),
    };
    return new KeptSettings({ clock, log, random: () => 0, storage }, { life, privacy, view: viewOf(record) });
  };
  const stored = async () => {
    const text = (await real.observedSettings.load([record.id])).get(record.id);
    return typeof text === 'string' ? snapshotIn(text) : text;
  };
  return { clock, database, logs, settings, run, stored };
}

test('what is read is stored once; what shows the same later writes nothing, and what held before counts as new', async () => {
  const { database, settings, run, stored } = await kept();
  const one = run();
  await one.load();
  one.store();
  await one.end();
  expect([database.writes, settings.recalled, await stored()]).toEqual([0, undefined, undefined]);

  const two = run();
  await two.load();
  settings.now = showing('none', 1_000);
  two.store();
  two.store();
  await expect.poll(stored).toEqual({ ...settings.now, sequence: 0 });
  two.store();
  expect([database.writes, two.isDue]).toEqual([1, false]);
  // It was another one meanwhile: whoever saw that must not be told that it held all the time.
  settings.now = showing('none', 3_000);
  two.store();
  await two.end();
  expect([database.writes, await stored()]).toEqual([2, { ...settings.now, sequence: 0 }]);

  const three = run();
  await three.load();
  expect(settings.recalled).toEqual({ ...settings.now, sequence: 0 });
  settings.now = settings.recalled ?? settings.now;
  three.store();
  await three.end();
  expect(database.writes).toBe(2);
});

test('a database that is busy is not tried, and one that fails ever more rarely; both are caught up', async () => {
  const { clock, database, logs, settings, run, stored } = await kept();
  const one = run();
  database.isBusy = true;
  settings.now = showing('none', 1_000);
  one.store();
  await drain();
  await clock.advance(4_999);
  expect([database.writes, one.isDue]).toEqual([0, true]);
  database.isBusy = false;
  await clock.advance(1);
  await expect.poll(stored).toMatchObject({ observedAt: 1_000 });

  database.isFull = true;
  settings.now = showing('all', 2_000);
  one.store();
  for (const ms of [0, 5_000, 10_000, 20_000]) {
    await clock.advance(ms);
    await expect.poll(() => clock.pending).toBe(1);
  }
  expect(database.writes).toBe(5);
  expect(logs).toHaveLength(1);
  database.isFull = false;
  await clock.advance(40_000);
  await expect.poll(stored).toMatchObject({ observedAt: 2_000 });
  expect([one.isDue, clock.pending]).toEqual([false, 0]);
});

test('another run of the service that took the instance has the last word', async () => {
  const { clock, database, settings, run, stored } = await kept();
  const [older, newer] = [run(), run(OTHER)];
  settings.now = showing('none', 1_000);
  older.store();
  await expect.poll(stored).toMatchObject({ observedAt: 1_000 });
  settings.now = showing('contacts', 2_000);
  newer.store();
  await expect.poll(stored).toMatchObject({ observedAt: 2_000 });
  settings.now = showing('all', 3_000);
  older.store();
  await older.end();
  await clock.advance(1_000_000);
  older.store();
  expect([database.writes, older.isDue, clock.pending]).toEqual([3, false, 0]);
  expect(await stored()).toMatchObject({ observedAt: 2_000 });
});
