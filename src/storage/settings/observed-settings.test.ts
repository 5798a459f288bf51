import { expect, test } from 'vitest';
import {
  addInstance,
  behindTheBack,
  everythingStored,
  SOON,
  temporaryFolder,
  temporaryStorage,
} from '../storage.fixture.ts';
import type { Claim } from '../owned.ts';
import type { Storage } from '../storage.ts';

const REFUSED = { name: 'SealError', code: 'refused' };
const NOBODY: Claim = { incarnation: 'one', epoch: undefined };

/** Two instances that are linked, and what is stored of them. */
const opened = async () => {
  const dataDir = temporaryFolder();
  const storage = await temporaryStorage({ dataDir });
  const [one, other] = [await addInstance(storage, 'one'), await addInstance(storage, 'other')];
  for (const { id } of [one, other]) await storage.credentials.save(id, '{}');
  return { dataDir, storage, one: one.id, other: other.id };
};

const observe = (storage: Storage, id: string, observed: string | null, claim = NOBODY) =>
  storage.owned.change(id, claim, { observed });

const rows = (dataDir: string) => behindTheBack(dataDir, 'select instance_id from observed_settings');

test('what was observed of many is read at once, and the last that was stored counts', async () => {
  const { storage, one, other } = await opened();
  const none = await addInstance(storage, 'none');
  expect(await storage.observedSettings.load([one, other, none.id])).toEqual(new Map());
  await observe(storage, one, 'earlier');
  await observe(storage, one, 'later');
  await observe(storage, other, 'of the other');
  expect(await storage.observedSettings.load([one, other, none.id, 'nobody'])).toEqual(
    new Map([
      [one, 'later'],
      [other, 'of the other'],
    ]),
  );
  expect(await storage.observedSettings.load([])).toEqual(new Map());
  await expect(observe(storage, 'nobody', 'x')).rejects.toMatchObject({ code: 'no_instance' });
});

test('it goes with the login, in the same transaction; what comes late is not stored for the next one', async () => {
  const { dataDir, storage, one, other } = await opened();
  for (const id of [one, other]) await observe(storage, id, 'of the account');
  await expect(
    storage.owned.change(one, NOBODY, { archiveUntil: SOON, patch: { wanted: 'x' as 'running' } }),
  ).rejects.toMatchObject({ code: 'constraint' });
  expect(await rows(dataDir)).toHaveLength(2);

  await storage.owned.change(one, NOBODY, { archiveUntil: SOON, patch: { state: 'LOGGED_OUT' } });
  expect(await rows(dataDir)).toEqual([{ instance_id: other }]);
  await observe(storage, one, 'late');
  await storage.credentials.save(one, '{"of":"another account"}');
  expect(await storage.observedSettings.load([one])).toEqual(new Map());

  await observe(storage, one, 'of another account');
  await observe(storage, one, null);
  await storage.instances.remove(other);
  expect(await rows(dataDir)).toEqual([]);
});

test('who has lost the instance to another run of the service stores nothing over what that one observed', async () => {
  const { storage, one } = await opened();
  const epoch = await observe(storage, one, 'of the older run');
  await observe(storage, one, 'of the newer run', { ...NOBODY, incarnation: 'other' });
  for (const observed of ['late', null]) {
    await expect(observe(storage, one, observed, { incarnation: 'one', epoch })).rejects.toMatchObject({
      code: 'fenced',
    });
  }
  expect(await storage.observedSettings.load([one])).toEqual(new Map([[one, 'of the newer run']]));
});

test('it can be read nowhere, not even by its length, and opens of its own instance alone', async () => {
  const { dataDir, storage, one, other } = await opened();
  await observe(storage, one, 'canary-none');
  await observe(storage, other, 'canary-contact_blacklist');
  expect((await everythingStored(dataDir)).includes('canary')).toBe(false);
  const lengths = await behindTheBack(dataDir, 'select length(sealed) as length from observed_settings');
  expect(new Set(lengths.map(({ length }) => length)).size).toBe(1);

  const copy = `(select sealed from observed_settings where instance_id = '${other}')`;
  await behindTheBack(dataDir, `update observed_settings set sealed = ${copy} where instance_id = '${one}'`);
  // The other one is read all the same.
  const stored = await storage.observedSettings.load([one, other]);
  expect([stored.get(one), stored.get(other)]).toMatchObject([REFUSED, 'canary-contact_blacklist']);
});
