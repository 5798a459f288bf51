import { pino } from 'pino';
import { expect } from 'vitest';
import { deadlineIn } from '../src/clock.ts';
import { InstanceNotConnectedError } from '../src/errors.ts';
import { Departures } from '../src/fleet/leaving/departures.ts';
import { deafLink, fleetOptions } from '../src/fleet/fleet.fixture.ts';
import { InstanceRows } from '../src/fleet/instance-rows.ts';
import { SessionPool } from '../src/fleet/session-pool.ts';
import { SessionResidents } from '../src/fleet/session-residents.ts';
import { ElsewhereError } from '../src/nodes/elsewhere.ts';
import { behindTheBack, temporaryFolder, temporaryStorage } from '../src/storage/storage.fixture.ts';
import type { NodeRow } from '../src/storage/nodes/node-store.ts';
import type { Link } from '../src/wire/link.ts';
import { sqliteOnly } from './support/postgres.ts';
import { VirtualClock } from './support/virtual-clock.ts';

const test = sqliteOnly('a clock that the test moves; no server follows it');
const SELF = 'run of a';
const OTHER: NodeRow = {
  id: 'b',
  incarnation: 'run of b',
  url: '',
  draining: false,
  startedAt: 0,
  isLive: true,
  instances: 1,
};

/** A node that has the instance shop, which is linked; its lease holds as the test says. */
const residing = async ({ owner = SELF, closes }: { owner?: string; closes?: Promise<void> } = {}) => {
  const clock = new VirtualClock();
  const dataDir = temporaryFolder();
  const storage = await temporaryStorage({ clock, dataDir });
  const { id: accountId } = await storage.accounts.create({ label: '' });
  const { id } = await storage.instances.insert({ accountId, name: 'shop', wanted: 'running', state: 'OPEN', owner });
  await storage.credentials.save(id, '{}');
  const asked: string[] = [];
  const links: Link[] = [];
  const waiting = new Set<() => void>();
  const claimed: string[] = [];
  const membership = {
    incarnation: SELF,
    held: true,
    nodes: [],
    find: async (incarnation: string) => (incarnation === OTHER.incarnation ? OTHER : undefined),
    whenHeld: (ms: number) =>
      new Promise<boolean>((resolve) => {
        const timer = clock.after(ms, () => resolve(membership.held));
        waiting.add(() => (timer[Symbol.dispose](), resolve(true)));
      }),
  };
  const hold = (held: boolean): void => {
    membership.held = held;
    if (held) for (const wake of waiting) wake();
  };
  const rows = new InstanceRows(storage, pino({ level: 'silent' }));
  const takeAs = (incarnation: string) =>
    behindTheBack(dataDir, `update instances set owner_incarnation = '${incarnation}', epoch = epoch + 1`);
  const pool = new SessionPool({
    ...fleetOptions(clock, storage),
    owner: membership,
    node: {
      membership,
      claimNow: async (instanceId) => {
        claimed.push(instanceId);
        if (owner !== 'nobody') return false;
        await takeAs(SELF);
        return true;
      },
    },
    departures: new Departures(clock),
    openLink: (options) => {
      const deaf = deafLink(options);
      const { request } = deaf;
      const link = { ...deaf, ended: deaf.ended.then(async (evidence) => (await closes, evidence)) };
      links.push(link);
      link.request = (stanza, ...rest) => {
        asked.push(stanza.attrs['xmlns'] ?? '');
        return request(stanza, ...rest);
      };
      return link;
    },
    rows,
    random: () => 0,
    onInstanceChange: () => undefined,
    onPrivacyChange: () => undefined,
  });
  const residents = new SessionResidents(pool, rows);
  const open = async () => {
    await residents.take(id, 1);
    await clock.advance(1_000);
    const session = pool.registry.byId(id) ?? expect.unreachable('It has no session');
    expect(session.view.state).toBe('OPEN');
    return session;
  };
  const read = () => {
    const call = { signal: new AbortController().signal, deadline: deadlineIn(clock, 30_000) };
    return pool.use({ accountId }, 'shop', call, ({ privacy }) => privacy.read(call));
  };
  return { clock, storage, pool, residents, id, hold, takeAs, open, read, asked, links, claimed, reach: { accountId } };
};

test('a node has no session of an instance of another one', async () => {
  const { pool, residents, read, id, links } = await residing({ owner: 'run of b' });
  const elsewhere = { instanceId: id, owner: { incarnation: 'run of b', epoch: 1 } };
  await expect(read()).rejects.toMatchObject({ name: 'ElsewhereError', ...elsewhere });
  await residents.take(id, 1);
  expect([pool.registry.all(), links]).toEqual([[], []]);
});

test('an instance that nobody has is taken for a call', async () => {
  const { read, claimed, id, residents, clock } = await residing({ owner: 'nobody' });
  const reading = read();
  reading.catch(() => undefined);
  await expect.poll(() => residents.epochs()).toEqual(new Map([[id, 2]]));
  expect(claimed).toEqual([id]);
  await clock.advance(9_000);
});

test('an instance whose change takes long does not keep its node from the others', async () => {
  const { open, residents, id } = await residing();
  const session = await open();
  const change = Promise.withResolvers<void>();
  const changing = session.exclusively(new AbortController().signal, () => change.promise);
  await residents.take(id, 1);
  change.resolve();
  await changing;
});

test('an instance that another node has taken stores nothing more here, and its link ends', async () => {
  const { takeAs, open, residents, storage, id, pool, links } = await residing();
  const session = await open();
  await takeAs('run of b');
  await expect(session.life.change({ observed: 'stale' })).rejects.toMatchObject({ code: 'fenced' });
  expect([residents.epochs().size, pool.registry.all()]).toEqual([0, []]);
  expect(await links[0]?.ended).toEqual({ kind: 'stopped' });
  expect([...(await storage.observedSettings.load([id])).values()]).not.toContain('stale');
});

test.each([
  ['before this node has heard of it', false],
  ['after it was dropped here', true],
])('one that comes back %s logs in once its former link is closed', async (_, wasDropped) => {
  const closes = Promise.withResolvers<void>();
  const { clock, open, read, takeAs, residents, pool, links, id } = await residing({ closes: closes.promise });
  const before = await open();
  if (wasDropped) residents.drop(id);
  await takeAs(SELF);
  const taking = residents.take(id, 2);
  await expect.poll(() => before.life.isLost).toBe(true);
  const reading = read();
  for (let turn = 0; turn < 20; turn += 1) await clock.advance(50);
  expect([links.length, pool.registry.all()]).toEqual([1, []]);
  closes.resolve();
  await taking;
  await clock.advance(1_000);
  expect((await reading).categories.size).toBe(1);
  expect(pool.registry.all().map(({ view, life }) => [view.state, life.epoch])).toEqual([['OPEN', 2]]);
  expect(links).toHaveLength(2);
  await pool[Symbol.asyncDispose]();
});

test('one that is dropped ends at once: a call that runs is told to look elsewhere', async () => {
  const { open, residents, id, pool, reach } = await residing();
  const session = await open();
  const work = Promise.withResolvers<never>();
  const used = expect(
    pool.use(reach, 'shop', { signal: new AbortController().signal }, () => work.promise),
  ).rejects.toThrow(ElsewhereError);
  await Promise.resolve();
  residents.drop(id);
  work.reject(new InstanceNotConnectedError(session.standing));
  await used;
  await expect(session.life.change({ observed: 'stale' })).rejects.toMatchObject({ code: 'fenced' });
});

test('while it is mute it asks nothing and keeps its link; a call waits until its lease holds', async () => {
  const { clock, open, read, hold, asked, links } = await residing();
  const session = await open();
  const before = asked.length;
  hold(false);
  const reading = read();
  expect(await session.link?.request({ tag: 'iq', attrs: { xmlns: 'privacy' } }, 1_000)).toEqual({ kind: 'unsent' });
  await clock.advance(2_000);
  expect([asked.length, links.length, session.view.state]).toEqual([before, 1, 'OPEN']);
  hold(true);
  await clock.advance(0);
  expect(await reading).toMatchObject({ categories: new Map([['last', 'all']]) });
  expect(asked.length).toBe(before + 1);
});

test('while it is mute it writes nothing: what is to be stored waits for the lease, and then for so long', async () => {
  const { clock, open, hold, storage, id } = await residing();
  const session = await open();
  hold(false);
  const writing = session.life.change({ observed: 'later' });
  const states = async () => (await storage.observedSettings.load([id])).get(id);
  const before = await states();
  await clock.advance(5_000);
  expect(await states()).toBe(before);
  hold(true);
  await writing;
  expect(await states()).toBe('later');
  hold(false);
  const late = expect(session.life.change({ observed: 'never' })).rejects.toMatchObject({ code: 'io' });
  await clock.advance(10_000);
  await late;
  expect(await states()).toBe('later');
});

test('while it is mute nothing logs in', async () => {
  const { clock, residents, id, hold, links } = await residing();
  hold(false);
  await residents.take(id, 1);
  await clock.advance(20_000);
  expect(links).toEqual([]);
  hold(true);
  await clock.advance(1_000);
  expect(links).toHaveLength(1);
});
