import { pino } from 'pino';
import { expect } from 'vitest';
import { sqliteOnly } from '../../../test/support/postgres.ts';
import { VirtualClock } from '../../../test/support/virtual-clock.ts';
import { deadlineIn } from '../../clock.ts';
import { InstanceNotConnectedError } from '../../errors.ts';
import { pairInstance, startInstance, stopInstance } from '../../instance/commands.ts';
import { setAside } from '../../instance/unlink.ts';
import type { Released } from '../../nodes/residents.ts';
import { temporaryStorage } from '../../storage/storage.fixture.ts';
import type { OpenLink } from '../../wire/link.ts';
import { Departures, type Waiting } from './departures.ts';
import { deafLink, fleetOptions } from '../fleet.fixture.ts';
import { InstanceRows } from '../instance-rows.ts';
import { SessionPool } from '../session-pool.ts';
import { SessionResidents } from '../session-residents.ts';

const test = sqliteOnly('a clock that the test moves; no server follows it');
const { signal } = new AbortController();
const TO = { incarnation: 'another', epoch: 7 };
const asked = { signal, deadline: { remaining: () => 30_000 } };

/** One instance named shop, OPEN on a node from which it can leave. */
const residing = async (openLink: OpenLink = deafLink) => {
  const clock = new VirtualClock();
  const storage = await temporaryStorage({ clock });
  const { id: accountId } = await storage.accounts.create({ label: '' });
  const { id } = await storage.instances.insert({ accountId, name: 'shop', wanted: 'running', state: 'UNPAIRED' });
  await storage.credentials.save(id, '{}');
  let links = 0;
  let changes = 0;
  const rows = new InstanceRows(storage, pino({ level: 'silent' }));
  const departures = new Departures(clock);
  const pool = new SessionPool({
    ...fleetOptions(clock, storage),
    openLink: (options) => ((links += 1), openLink(options)),
    rows,
    random: () => 0,
    departures,
    onInstanceChange: () => void (changes += 1),
    onPrivacyChange: () => undefined,
  });
  const residents = new SessionResidents(pool, rows, departures);
  const reach = { accountId };
  const use = <T>(work: () => Promise<T>, call: Waiting = { signal }): Promise<T> =>
    pool.use(reach, 'shop', call, work);
  const session = await pool.use(reach, 'shop', { signal }, async (one) => one);
  session.start();
  await clock.advance(1_000);
  expect(session.view.state).toBe('OPEN');
  return { clock, storage, pool, residents, id, reach, use, session, links: () => links, changes: () => changes };
};

/** Whether it has ended by now, and how. */
const watched = <T>(work: Promise<T>) => {
  const seen: { end?: T | Error } = {};
  work.then(
    (end) => (seen.end = end),
    (error: Error) => (seen.end = error),
  );
  return seen;
};

const released = async (work: Promise<Released | 'stays' | undefined>): Promise<Released> => {
  const end = await work;
  return end && end !== 'stays' ? end : expect.unreachable('Nothing was released');
};
/** Of one that is to move, whatever runs of it. */
const goes = (): boolean => false;

test('a session leaves once its calls are over; those that come meanwhile are told where it went', async () => {
  const { clock, pool, residents, id, use, session, changes } = await residing();
  const runs = Promise.withResolvers<string>();
  const running = watched(use(() => runs.promise));
  await clock.advance(0);
  const release = residents.release(id, signal, goes);
  const leaving = watched(release);
  const late = watched(use(async () => 'done here'));
  await clock.advance(9_000);
  expect([leaving, late, session.view.state]).toEqual([{}, {}, 'OPEN']);

  runs.resolve('ran to its end');
  const { moved } = await released(release);
  expect(running.end).toBe('ran to its end');
  expect(session.link).toBeUndefined();
  expect(session.view).toMatchObject({ state: 'RECONNECTING', reason: { code: 'moving' } });
  expect(pool.registry.byId(id)).toBe(session);
  expect(late).toEqual({});

  const before = changes();
  moved(TO);
  await clock.advance(0);
  expect(late.end).toMatchObject({ name: 'ElsewhereError', instanceId: id, owner: TO });
  expect(pool.registry.byId(id)).toBeUndefined();
  expect(changes()).toBeGreaterThan(before);
  await pool[Symbol.asyncDispose]();
  expect(clock.pending).toBe(0);
});

test('a call that takes too long is not waited for; one that found the connection ended goes where the session went', async () => {
  const { clock, residents, id, use, session } = await residing();
  const endless = watched(use(() => new Promise(() => undefined)));
  const call = { signal, deadline: { remaining: () => 30_000 } };
  // As a call that waits for its turn, and asks only when the link is gone.
  const cut = watched(
    use(async () => {
      await session.finished;
      throw new InstanceNotConnectedError(session.standing);
    }),
  );
  const read = watched(use(() => session.privacy.read(call)));
  await clock.advance(0);
  expect(read.end).toBeDefined();
  const release = residents.release(id, signal, goes);
  await clock.advance(9_999);
  expect(session.link).toBeDefined();
  await clock.advance(1);
  const { moved } = await released(release);
  expect(cut).toEqual({});
  moved(TO);
  await clock.advance(0);
  expect(cut.end).toMatchObject({ name: 'ElsewhereError', owner: TO });
  expect(endless).toEqual({});
});

test('a session that stays logs in again, and calls that waited are done here', async () => {
  const { clock, pool, residents, id, use, session, links } = await residing();
  const { stays } = await released(residents.release(id, signal, goes));
  const waits = watched(use(async () => session.view.state));
  await clock.advance(100);
  expect([waits, links()]).toEqual([{}, 1]);
  stays();
  await clock.advance(1_000);
  expect(waits.end).toBeDefined();
  expect([session.view.state, links()]).toEqual(['OPEN', 2]);
  await pool[Symbol.asyncDispose]();
});

test('where the time is up while calls run, the session goes on', async () => {
  const { clock, pool, residents, id, use, session, links } = await residing();
  const over = new AbortController();
  const runs = Promise.withResolvers<void>();
  const running = watched(use(() => runs.promise.then(() => 'ended')));
  await clock.advance(0);
  const release = watched(residents.release(id, over.signal, goes));
  const waits = watched(use(async () => 'done here'));
  over.abort(new Error('over'));
  runs.resolve();
  await clock.advance(0);
  expect(release.end).toMatchObject({ message: 'over' });
  expect([running.end, waits.end, session.view.state, links()]).toEqual(['ended', 'done here', 'OPEN', 1]);
  await pool[Symbol.asyncDispose]();
});

test('where the time is up once its link has ended, and something is still to be stored, it logs in again', async () => {
  const { clock, storage, pool, residents, id, use, session, links } = await residing();
  const stored = storage.owned.change;
  const commits = Promise.withResolvers<void>();
  storage.owned.change = async (...args) => (await commits.promise, stored(...args));
  void session.life.change({ credentials: '{"last":1}' });
  const over = new AbortController();
  const release = watched(residents.release(id, over.signal, goes));
  const waits = watched(use(async () => session.finished !== undefined));
  for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
  expect([release, waits, session.link, session.finished]).toEqual([{}, {}, undefined, undefined]);
  over.abort(new Error('over'));
  await clock.advance(0);
  expect(release.end).toMatchObject({ message: 'over' });
  expect(waits.end).toBe(true);
  commits.resolve();
  await clock.advance(1_000);
  expect([session.view.state, links()]).toEqual(['OPEN', 2]);
  await pool[Symbol.asyncDispose]();
});

test('where the time is up while its link ends, it logs in again once that is closed', async () => {
  const closes = Promise.withResolvers<void>();
  const { clock, pool, residents, id, use, session, links } = await residing((options) => {
    const link = deafLink(options);
    return { ...link, ended: link.ended.then(async (evidence) => (await closes.promise, evidence)) };
  });
  const over = new AbortController();
  const release = watched(residents.release(id, over.signal, goes));
  const waits = watched(use(async () => 'done here'));
  await clock.advance(0);
  over.abort(new Error('over'));
  await clock.advance(1_000);
  expect(release.end).toMatchObject({ message: 'over' });
  expect([waits, links()]).toEqual([{}, 1]);
  // Who tries again waits until that is over.
  const again = residents.release(id, signal, goes);
  closes.resolve();
  await clock.advance(1_000);
  expect(waits.end).toBe('done here');
  const { stays } = await released(again);
  expect(session.finished).toBeUndefined();
  stays();
  await clock.advance(1_000);
  expect([session.view.state, links()]).toEqual(['OPEN', 2]);
  await pool[Symbol.asyncDispose]();
});

test('a call waits for where a session goes only as long as another node could still do what it asks', async () => {
  const { clock, pool, residents, id, use } = await residing();
  const { moved } = await released(residents.release(id, signal, goes));
  let done = 0;
  const work = async () => (done += 1);
  const within = (ms: number) => watched(use(work, { signal, deadline: deadlineIn(clock, ms) }));
  const [fresh, late, tooLate, stream] = [within(30_000), within(12_000), within(4_000), watched(use(work))];
  await clock.advance(0);
  const isMoving = { code: 'INSTANCE_NOT_CONNECTED', state: 'RECONNECTING', reason: { code: 'moving' } };
  expect([fresh, late, tooLate.end, stream]).toMatchObject([{}, {}, isMoving, {}]);
  await clock.advance(6_999);
  expect(late).toEqual({});
  await clock.advance(1);
  expect(late.end).toMatchObject(isMoving);
  await clock.advance(7_999);
  expect([fresh, stream]).toEqual([{}, {}]);
  await clock.advance(1);
  expect([fresh.end, stream.end]).toMatchObject([isMoving, isMoving]);
  expect([done, clock.pending]).toEqual([0, 0]);
  moved(TO);
  await clock.advance(0);
  expect([done, pool.registry.all()]).toEqual([0, []]);
});

test('a call that is withdrawn waits no more, and makes room for others', async () => {
  const { clock, residents, id, use } = await residing();
  const { moved } = await released(residents.release(id, signal, goes));
  const caller = new AbortController();
  const work = async () => expect.unreachable();
  const crowd = Array.from({ length: 1_000 }, () => watched(use(work, { signal: caller.signal })));
  const oneMore = watched(use(work));
  await clock.advance(0);
  expect([crowd[0], oneMore.end]).toMatchObject([{}, { code: 'OVERLOADED' }]);
  caller.abort(new Error('gone'));
  const another = watched(use(work));
  await clock.advance(0);
  expect(new Set(crowd.map(({ end }) => end))).toEqual(new Set([new Error('gone')]));
  expect(another).toEqual({});
  moved(TO);
  await clock.advance(0);
  expect(another.end).toMatchObject({ name: 'ElsewhereError' });
});

test('one that is being paired once its calls are over stays, where it is to', async () => {
  const { clock, pool, storage, residents, id, reach, use, session, links } = await residing((options) => {
    if (options.credentials !== undefined) return deafLink(options);
    queueMicrotask(() => options.events.onQr('the-qr', 1_800_000_000_000));
    return deafLink({ ...options, events: { ...options.events, onLogin: () => undefined } });
  });
  const parts = { storage, clock, log: pino({ level: 'silent' }) };
  await pool.change(reach, 'shop', asked, (one) => setAside(one, parts, { code: 'unlinked_here', message: '' }));
  const probed = Promise.withResolvers<void>();
  const pair = watched(
    pool.change(reach, 'shop', asked, async (one) => {
      await probed.promise;
      await pairInstance(one, parts, undefined);
    }),
  );
  await clock.advance(0);
  const release = watched(residents.release(id, signal, () => residents.isPairing(id)));
  const waits = watched(use(async () => 'done here'));
  await clock.advance(5_000);
  expect([release, pair, waits]).toEqual([{}, {}, {}]);
  probed.resolve();
  await clock.advance(1_000);
  expect([release.end, waits.end, links()]).toEqual(['stays', 'done here', 2]);
  expect(session.view).toMatchObject({ state: 'PAIRING', pairing: { qr: 'the-qr' } });
  expect(session.link).toBeDefined();
  await pool[Symbol.asyncDispose]();
});

test('one that was stopped while it was to leave stays stopped', async () => {
  const { clock, pool, residents, id, session, links } = await residing();
  const { stays } = await released(residents.release(id, signal, goes));
  session.set('STOPPED');
  stays();
  await clock.advance(1_000);
  expect([session.view.state, links()]).toEqual(['STOPPED', 1]);
  await pool[Symbol.asyncDispose]();
});

test('a change of its life that fails once it is about to leave lets it not log in here', async () => {
  const { clock, pool, residents, id, use, session, links } = await residing();
  const fails = Promise.withResolvers<void>();
  const changed = watched(use(() => session.exclusively(signal, () => fails.promise)));
  const release = residents.release(id, signal, goes);
  await clock.advance(10_000);
  const { stays } = await released(release);
  fails.reject(new Error('too late'));
  await clock.advance(1_000);
  expect([changed.end, links(), session.view.state]).toMatchObject([{ message: 'too late' }, 1, 'RECONNECTING']);
  stays();
  await clock.advance(1_000);
  expect([links(), session.view.state]).toEqual([2, 'OPEN']);
  await pool[Symbol.asyncDispose]();
});

test('a change of its life whose turn comes once it is about to leave is done where it went', async () => {
  const { clock, pool, storage, residents, id, reach, links } = await residing();
  const unlinks = Promise.withResolvers<void>();
  const parts = { storage, clock, log: pino({ level: 'silent' }) };
  const unlink = watched(pool.change(reach, 'shop', asked, () => unlinks.promise));
  const start = watched(pool.change(reach, 'shop', asked, (session) => startInstance(session, parts)));
  await clock.advance(0);
  const release = residents.release(id, signal, goes);
  await clock.advance(10_000);
  const { moved } = await released(release);
  unlinks.reject(new Error('WhatsApp did not answer'));
  await clock.advance(1_000);
  expect([unlink.end, start, links()]).toMatchObject([{ message: 'WhatsApp did not answer' }, {}, 1]);
  moved(TO);
  await clock.advance(1_000);
  expect([start.end, links()]).toMatchObject([{ name: 'ElsewhereError', owner: TO }, 1]);
});

test('a change of its life whose turn comes once it has left is done where it went', async () => {
  const { clock, pool, residents, id, reach, links } = await residing();
  const first = Promise.withResolvers<void>();
  void watched(pool.change(reach, 'shop', asked, () => first.promise));
  const next = watched(pool.change(reach, 'shop', asked, async () => expect.unreachable()));
  await clock.advance(0);
  const release = residents.release(id, signal, goes);
  await clock.advance(10_000);
  (await released(release)).moved(TO);
  first.resolve();
  await clock.advance(1_000);
  expect([next.end, links()]).toMatchObject([{ name: 'ElsewhereError', owner: TO }, 1]);
});

test.for(['moves', 'stays'] as const)(
  'a start that is stored once the instance is about to leave: it %s',
  async (end) => {
    const { clock, pool, storage, residents, id, reach, session, links } = await residing();
    const parts = { storage, clock, log: pino({ level: 'silent' }) };
    await pool.change(reach, 'shop', asked, (one) => stopInstance(one, parts));
    const stored = storage.owned.change;
    const commits = Promise.withResolvers<void>();
    storage.owned.change = async (...args) => (await commits.promise, stored(...args));
    const start = watched(pool.change(reach, 'shop', asked, (one) => startInstance(one, parts)));
    await clock.advance(0);
    const release = residents.release(id, signal, goes);
    await clock.advance(10_000);
    commits.resolve();
    const { moved, stays } = await released(release);
    await clock.advance(1_000);
    expect([start, links(), session.view]).toMatchObject([
      {},
      1,
      { state: 'RECONNECTING', reason: { code: 'moving' } },
    ]);
    expect(await storage.instances.get(id)).toMatchObject({ wanted: 'running' });
    if (end === 'moves') moved(TO);
    else stays();
    await clock.advance(1_000);
    expect([links(), session.view.state]).toEqual(end === 'moves' ? [1, 'RECONNECTING'] : [2, 'OPEN']);
    await pool[Symbol.asyncDispose]();
  },
);

test('a pairing that would begin once the instance is about to leave begins where it went', async () => {
  const { clock, pool, residents, id, reach, links } = await residing();
  const probed = Promise.withResolvers<void>();
  const pair = watched(pool.change(reach, 'shop', asked, (one) => probed.promise.then(() => one.pair(undefined))));
  await clock.advance(0);
  const release = residents.release(id, signal, goes);
  await clock.advance(10_000);
  const { moved } = await released(release);
  probed.resolve();
  await clock.advance(1_000);
  expect([pair, links()]).toEqual([{}, 1]);
  moved(TO);
  await clock.advance(1_000);
  expect([pair.end, links()]).toMatchObject([{ name: 'ElsewhereError', owner: TO }, 1]);
});

test('what was to be stored is stored once it is released', async () => {
  const { storage, residents, id, session } = await residing();
  const stored = storage.owned.change;
  const commits = Promise.withResolvers<void>();
  storage.owned.change = async (...args) => (await commits.promise, stored(...args));
  const save = watched(session.life.change({ credentials: '{"last":1}' }));
  const release = residents.release(id, signal, goes);
  const leaving = watched(release);
  for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
  expect([save, leaving]).toEqual([{}, {}]);
  commits.resolve();
  await release;
  expect(await storage.credentials.load(id)).toBe('{"last":1}');
});

test('an instance that is not in memory needs no release', async () => {
  const { residents } = await residing();
  expect(await residents.release('unknown', signal, goes)).toBeUndefined();
  expect(residents.isPairing('unknown')).toBe(false);
});
