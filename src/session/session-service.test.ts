import { pino } from 'pino';
import { expect, test } from 'vitest';
import { VirtualClock } from '../../test/support/virtual-clock.ts';
import { createEvents } from '../events/topics.ts';
import { StorageError } from '../storage/errors.ts';
import type { Instances } from '../storage/instances.ts';
import { temporaryStorage } from '../storage/storage.fixture.ts';
import type { SessionEvents } from '../telemetry/events.ts';
import { SessionService } from './session-service.ts';

const opened = async (change: (instances: Instances) => Partial<Instances>) => {
  const clock = new VirtualClock();
  const storage = await temporaryStorage({ clock });
  const { id: accountId } = await storage.accounts.create({ label: '' });
  const sessions = new SessionService({
    clock,
    log: pino({ level: 'silent' }),
    telemetry: new Proxy({} as SessionEvents, { get: () => () => undefined }),
    storage: { ...storage, instances: { ...storage.instances, ...change(storage.instances) } },
    events: createEvents(),
    openLink: () => expect.unreachable(),
  });
  await sessions.load();
  return { sessions, storage, reach: { accountId } };
};

test('a create that was carried out and reported as failed leaves an instance that can be found and deleted', async () => {
  const failed = new StorageError('io', 'made to fail');
  const { sessions, storage, reach } = await opened(({ insert }) => ({
    insert: async (instance) => {
      await insert(instance);
      throw failed;
    },
  }));
  await expect(sessions.create(reach, 'shop')).rejects.toBe(failed);
  expect(await sessions.find(reach, 'shop')).toMatchObject({ name: 'shop', state: 'UNPAIRED' });
  await sessions.delete(reach, 'shop');
  expect([await sessions.find(reach, 'shop'), await storage.instances.find(reach.accountId, 'shop')]).toEqual([
    undefined,
    undefined,
  ]);
});

test('where nothing could be looked up either, the next create says CONFLICT and the instance is there', async () => {
  let isDown = true;
  const down = () => Promise.reject(new StorageError('io', 'made to fail'));
  const { sessions, reach } = await opened(({ insert, find }) => ({
    insert: async (instance) => {
      const record = await insert(instance);
      return isDown ? down() : record;
    },
    find: (accountId, name) => (isDown ? down() : find(accountId, name)),
  }));
  await expect(sessions.create(reach, 'shop')).rejects.toMatchObject({ code: 'io' });
  isDown = false;
  await expect(sessions.create(reach, 'shop')).rejects.toMatchObject({ code: 'CONFLICT' });
  expect(await sessions.find(reach, 'shop')).toBeDefined();
});

test('of two creates at once one makes the instance, and there is one session for it', async () => {
  const { sessions, reach } = await opened(() => ({}));
  const made = await Promise.allSettled([sessions.create(reach, 'shop'), sessions.create(reach, 'shop')]);
  expect(made.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  expect(sessions.countByState().get('UNPAIRED')).toBe(1);
});
