import { expect, test } from 'vitest';
import { VirtualClock } from '../../test/support/virtual-clock.ts';
import { addInstance, behindTheBack, SOON, temporaryFolder, temporaryStorage } from './storage.fixture.ts';

test('archived credentials and keys come back as they were', async () => {
  const storage = await temporaryStorage();
  const { id } = await addInstance(storage, 'x');
  expect(await storage.credentials.restore(id)).toBe(false);
  await storage.credentials.save(id, 'creds');
  await storage.signalKeys.apply(id, [{ type: 't', id: '1', value: 'v' }]);
  await storage.credentials.archive(id, SOON);
  await storage.credentials.archive(id, SOON);
  expect(await storage.credentials.load(id)).toBeUndefined();
  expect((await storage.signalKeys.get(id, 't', ['1'])).size).toBe(0);

  await storage.credentials.save(id, 'newer');
  await expect(storage.credentials.restore(id)).rejects.toMatchObject({ code: 'CONFLICT' });
  await storage.credentials.archive(id, SOON);
  expect([await storage.credentials.restore(id), await storage.credentials.load(id)]).toEqual([true, 'newer']);
});

test('archives are purged when their time is up', async () => {
  const storage = await temporaryStorage();
  const { id } = await addInstance(storage, 'x');
  await storage.credentials.save(id, 'creds');
  await storage.credentials.archive(id, SOON);
  expect(await storage.credentials.purgeArchived(SOON - 1)).toBe(0);
  expect(await storage.credentials.purgeArchived(SOON)).toBe(1);
  expect(await storage.credentials.restore(id)).toBe(false);
});

test('what was kept long enough does not come back, also where nothing was purged, and goes with the next archive', async () => {
  const dataDir = temporaryFolder();
  const clock = new VirtualClock();
  const storage = await temporaryStorage({ dataDir, clock });
  const [x, y] = [await addInstance(storage, 'x'), await addInstance(storage, 'y')];
  for (const { id } of [x, y]) await storage.credentials.save(id, 'creds');
  await storage.credentials.archive(x.id, clock.now() + 1000);
  await clock.advance(999);
  expect(await storage.credentials.archived(x.id)).toMatchObject({ purgeAt: clock.now() + 1 });
  await clock.advance(1);
  expect(await storage.credentials.archived(x.id)).toBeUndefined();
  expect([await storage.credentials.restore(x.id), await storage.credentials.load(x.id)]).toEqual([false, undefined]);

  await storage.credentials.archive(y.id, clock.now() + 1000);
  expect(await behindTheBack(dataDir, 'select instance_id from archives')).toEqual([{ instance_id: y.id }]);
});
