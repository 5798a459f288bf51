import { pino } from 'pino';
import { expect, test, vi } from 'vitest';
import { drain, VirtualClock } from '../../test/support/virtual-clock.ts';
import { StorageError } from '../storage/errors.ts';
import { temporaryStorage } from '../storage/storage.fixture.ts';
import type { Storage } from '../storage/storage.ts';
import type { SessionEvents } from '../telemetry/events.ts';
import type { CloseEvidence, Link, LinkOptions } from '../wire/link.ts';
import { Life, type Owner } from './life.ts';
import { LoginGate } from './login/login-gate.ts';
import { Session } from './session.ts';
import { viewOf } from './stored-view.ts';

const ONE: Owner = { incarnation: 'one', held: true };
const OTHER: Owner = { incarnation: 'other', held: true };

const stored = async () => {
  const clock = new VirtualClock();
  const storage = await temporaryStorage({ clock });
  const { id: accountId } = await storage.accounts.create({ label: '' });
  const record = await storage.instances.insert({ accountId, name: 'x', wanted: 'running', state: 'UNPAIRED' });
  return { clock, storage, record, id: record.id };
};

const lifeOf = (storage: Storage, instanceId: string, owner = ONE): Life =>
  new Life({ storage, owner, instanceId, onLost: () => undefined });

test('saves are stored in the order in which they were asked for, however the database answers, and reads see them', async () => {
  const { storage, id } = await stored();
  const held = Promise.withResolvers<void>();
  const asked: (string | undefined)[] = [];
  const slow: Storage = {
    ...storage,
    owned: {
      ...storage.owned,
      async change(instanceId, claim, change) {
        asked.push(change.credentials);
        // As a connection of a pool that is late.
        if (change.credentials === 'first') await held.promise;
        return storage.owned.change(instanceId, claim, change);
      },
    },
  };
  const life = lifeOf(slow, id);
  const first = life.change({ credentials: 'first' });
  const second = life.change({ credentials: 'second', keys: [{ type: 'session', id: '1', value: 'key' }] });
  const keys = life.keys.get('session', ['1']);
  const last = life.loadCredentials();
  await drain();
  expect(asked).toEqual(['first']);
  held.resolve();
  await Promise.all([first, second]);
  expect([await last, [...(await keys)], await storage.credentials.load(id)]).toEqual([
    'second',
    [['1', 'key']],
    'second',
  ]);
});

test('of many saves at once, none of them waited for, the last one stays', async () => {
  const { storage, id } = await stored();
  const life = lifeOf(storage, id);
  for (let round = 0; round < 20; round += 1) {
    const saves = ['a', 'b', 'c', 'd'].map((save) => life.change({ credentials: `${round} ${save}` }));
    await Promise.all(saves);
    expect(await storage.credentials.load(id)).toBe(`${round} d`);
  }
});

test('what failed holds up nothing, and leaves nothing behind', async () => {
  const { storage, id } = await stored();
  const life = lifeOf(storage, id);
  const bad = life.change({ credentials: 'never', patch: { phoneNumber: '1', wanted: 'x' as 'running' } });
  const good = life.change({ credentials: 'login' });
  await expect(bad).rejects.toMatchObject({ code: 'constraint' });
  await good;
  expect(await storage.credentials.load(id)).toBe('login');
  expect((await storage.instances.get(id))?.phoneNumber).toBeUndefined();
});

test('who wrote an instance before another run of the service took it writes nothing of it any more', async () => {
  const { storage, id } = await stored();
  const [older, newer] = [lifeOf(storage, id), lifeOf(storage, id, OTHER)];
  await older.change({ credentials: 'of the older' });
  await newer.change({ credentials: 'of the newer' });
  const late = [
    () => older.change({ credentials: 'late' }),
    () => older.change({ keys: [{ type: 'session', id: '1', value: 'late' }] }),
    () => older.changeForUser({ patch: { wanted: 'stopped', stateSince: 5 } }),
    () => older.change({ archiveUntil: Date.now() + 1 }),
    () => older.remove(),
  ];
  for (const write of late) await expect(write()).rejects.toMatchObject({ code: 'fenced' });
  await newer.change({ patch: { state: 'OPEN' } });
  expect(await storage.credentials.load(id)).toBe('of the newer');
  expect(await storage.signalKeys.get(id, 'session', ['1'])).toEqual(new Map());
  expect(await storage.instances.get(id)).toMatchObject({ wanted: 'running', state: 'OPEN' });
});

test('who no longer holds the lock takes no instance, and may again once it does', async () => {
  const { storage, id } = await stored();
  const owner = { incarnation: 'one', held: false };
  const life = lifeOf(storage, id, owner);
  await expect(life.change({ credentials: 'x' })).rejects.toMatchObject({ code: 'io' });
  owner.held = true;
  await life.change({ credentials: 'x' });
  expect(await storage.credentials.load(id)).toBe('x');
});

test('a first write that was carried out and reported as failed takes nothing from who made it', async () => {
  const { storage, id } = await stored();
  let isDown = true;
  const failing: Storage = {
    ...storage,
    owned: {
      ...storage.owned,
      async change(...write) {
        const epoch = await storage.owned.change(...write);
        if (isDown) throw new StorageError('io', 'made to fail');
        return epoch;
      },
    },
  };
  const life = lifeOf(failing, id);
  await expect(life.change({ credentials: 'first' })).rejects.toMatchObject({ code: 'io' });
  isDown = false;
  await life.change({ credentials: 'second' });
  await life.change({ credentials: 'third' });
  expect(await storage.credentials.load(id)).toBe('third');
});

test('a session whose instance another run of the service has taken ends its link, says so, and is over for good', async () => {
  const { clock, storage, id } = await stored();
  await storage.credentials.save(id, 'login');
  const record = await storage.instances.get(id);
  if (!record) return expect.unreachable();
  const links: { options: LinkOptions; ended: CloseEvidence[] }[] = [];
  const openLink = (options: LinkOptions): Link => {
    const over = Promise.withResolvers<CloseEvidence>();
    const ended: CloseEvidence[] = [];
    links.push({ options, ended });
    return {
      request: () => new Promise(() => undefined),
      requestPairingCode: () => expect.unreachable(),
      end(evidence) {
        ended.push(evidence);
        options.events.onOver();
        over.resolve(evidence);
      },
      jid: undefined,
      lid: undefined,
      phase: 'login',
      reached: () => undefined,
      ended: over.promise,
    };
  };
  const session = new Session(
    {
      clock,
      log: pino({ level: 'silent' }),
      telemetry: new Proxy({} as SessionEvents, { get: () => () => undefined }),
      storage,
      owner: ONE,
      openLink,
      random: () => 0,
      gate: new LoginGate(clock),
      onInstanceChange: () => undefined,
      onPrivacyChange: () => undefined,
    },
    viewOf(record),
  );
  session.start();
  await vi.waitFor(async () => {
    await clock.advance(100);
    expect(links).toHaveLength(1);
  });
  const [link] = links;
  if (!link) return expect.unreachable();
  await link.options.saveCredentials('of this one');
  await lifeOf(storage, id, OTHER).change({ credentials: 'of the other' });

  await expect(link.options.saveCredentials('late')).rejects.toMatchObject({ code: 'fenced' });
  expect(link.ended).toEqual([{ kind: 'stopped' }]);
  expect(session.view).toMatchObject({ state: 'STOPPED', reason: { code: 'taken_over' } });
  session.start();
  await clock.advance(3_600_000);
  expect(links).toHaveLength(1);
  expect(session.view).toMatchObject({ state: 'STOPPED', reason: { code: 'taken_over' } });
  expect(await storage.credentials.load(id)).toBe('of the other');
});
