import { expect, test, vi } from 'vitest';
import { sqliteOnly } from '../../test/support/postgres.ts';
import type { VirtualClock } from '../../test/support/virtual-clock.ts';
import { deadlineIn } from '../clock.ts';
import { PrivetError } from '../errors.ts';
import { SealError, StorageError } from '../storage/errors.ts';
import type { OpenLink } from '../wire/link.ts';
import { Fleet } from './fleet.ts';

import {
  call,
  changed,
  deafLink,
  failingCommits,
  linked,
  opened,
  fleetOptions,
  signal,
  tokenOf,
} from './fleet.fixture.ts';

/** The clock goes on while the database takes its time. */
const isOpen = (fleet: Fleet, clock: VirtualClock, reach: { readonly accountId: string }) =>
  expect
    .poll(async () => {
      await clock.advance(100);
      return fleet.directory.find(reach, 'shop');
    })
    .toMatchObject({ state: 'OPEN' });

test('a create that was carried out and reported as failed is done, with its token', async () => {
  const { clock, storage, reach } = await opened(() => ({}));
  const failing = { ...storage, transaction: failingCommits(storage, 1) };
  const fleet = new Fleet({
    ...fleetOptions(clock, failing),
    openLink: () => expect.unreachable(),
  });
  const made = await fleet.lifecycle.create(reach, 'shop', async ({ id, accountId }) => tokenOf(accountId, id));
  expect(made).toMatchObject({ name: 'shop', state: 'UNPAIRED' });
  expect(await storage.tokens.listByAccount(reach.accountId, made.id)).toMatchObject([{ instanceId: made.id }]);
});

test('where nothing could be looked up either, the next create says CONFLICT and the instance is there', async () => {
  let isDown = true;
  const down = () => Promise.reject(new StorageError('io', 'made to fail'));
  const { clock, storage, reach } = await opened(() => ({}));
  const failing = changed({ ...storage, transaction: failingCommits(storage, 1) }, ({ find }) => ({
    find: (accountId, name) => (isDown ? down() : find(accountId, name)),
  }));
  const fleet = new Fleet({ ...fleetOptions(clock, failing), openLink: () => expect.unreachable() });
  await expect(fleet.lifecycle.create(reach, 'shop')).rejects.toMatchObject({ code: 'io' });
  isDown = false;
  await expect(fleet.lifecycle.create(reach, 'shop')).rejects.toMatchObject({ code: 'CONFLICT' });
  expect(await fleet.directory.find(reach, 'shop')).toBeDefined();
});

test('an instance whose token can not be made is not made either, and its name stays free', async () => {
  const { fleet, storage, reach } = await opened(() => ({ remove: () => expect.unreachable() }));
  const refused = new PrivetError('RATE_LIMITED', 'made to fail');
  await expect(fleet.lifecycle.create(reach, 'shop', () => Promise.reject(refused))).rejects.toBe(refused);
  const taken = tokenOf(reach.accountId, 'of no instance');
  await expect(fleet.lifecycle.create(reach, 'shop', async () => taken)).rejects.toMatchObject({ code: 'constraint' });
  expect(await fleet.directory.find(reach, 'shop')).toBeUndefined();
  expect(await storage.instances.list(reach.accountId, { first: 1 })).toEqual([]);
  expect(await fleet.lifecycle.create(reach, 'shop')).toMatchObject({ name: 'shop' });
});

test('of two creates at once one makes the instance, and there is one session for it', async () => {
  const { fleet, reach } = await opened(() => ({}));
  const made = await Promise.allSettled([fleet.lifecycle.create(reach, 'shop'), fleet.lifecycle.create(reach, 'shop')]);
  expect(made.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  expect((await fleet.countByState()).get('UNPAIRED')).toBe(1);
});

test('a stop that comes before the sessions are taken up again is not undone', async () => {
  const { clock, fleet, storage, reach, id } = await linked();
  await storage.instances.update(id, { wanted: 'running' });
  const restarted = new Fleet({ ...fleetOptions(clock, storage), openLink: deafLink });
  await restarted.load();
  await restarted.lifecycle.stop(reach, 'shop', call);
  restarted.resume();
  await clock.advance(1_000);
  expect(await restarted.directory.find(reach, 'shop')).toMatchObject({ state: 'STOPPED' });
  await Promise.all([fleet, restarted].map((service) => service[Symbol.asyncDispose]()));
});

test('an update of a call that has under 5 s left sends nothing', async () => {
  const { clock, fleet, reach } = await linked();
  await fleet.lifecycle.start(reach, 'shop', call);
  await clock.advance(1_000);
  const update = (leftMs: number) =>
    fleet.privacy.update(reach, 'shop', [{ field: 'LAST_SEEN', wire: 'all' }], {
      signal,
      deadline: deadlineIn(clock, leftMs),
    });
  await expect(update(5_500)).rejects.toThrow(/nothing was sent/);
  await expect(update(6_500)).resolves.toMatchObject({ outcome: { stanzas: 1 } });
});

test('a change that is refused before the sessions are taken up again does not keep its instance down', async () => {
  const { clock, fleet, storage, reach, id } = await linked();
  await storage.instances.update(id, { wanted: 'running' });
  await using restarted = new Fleet({ ...fleetOptions(clock, storage), openLink: deafLink });
  await restarted.load();
  await expect(restarted.lifecycle.unlink(reach, 'shop', call)).rejects.toMatchObject({
    code: 'INSTANCE_NOT_CONNECTED',
  });
  restarted.resume();
  await isOpen(restarted, clock, reach);
  await fleet[Symbol.asyncDispose]();
});

sqliteOnly('a clock that the test moves; no server follows it')(
  'a temporary ban is waited for to its end, also across a restart',
  async () => {
    const banned: OpenLink = (options) => {
      const link = deafLink({ ...options, events: { ...options.events, onLogin: () => undefined } });
      link.end({ kind: 'failure', reason: 402, expiresInS: 600 });
      return link;
    };
    const { clock, fleet, storage, reach } = await linked();
    await using first = new Fleet({ ...fleetOptions(clock, storage), openLink: banned });
    await first.load();
    await first.lifecycle.start(reach, 'shop', call);
    await clock.advance(1_000);
    const { reason } = (await first.directory.find(reach, 'shop')) ?? {};
    expect(reason).toMatchObject({ code: 'temporary_ban' });

    const opened: number[] = [];
    const openLink: OpenLink = (options) => {
      opened.push(clock.now());
      return deafLink(options);
    };
    await using second = new Fleet({ ...fleetOptions(clock, storage), openLink });
    await second.load();
    second.resume();
    await clock.advance(1_000);
    expect(await second.directory.find(reach, 'shop')).toMatchObject({ state: 'BANNED', reason });
    await clock.advance(600_000);
    expect(opened).toEqual([reason?.retryAt]);
    expect(await second.directory.find(reach, 'shop')).toMatchObject({ state: 'OPEN' });
    await fleet[Symbol.asyncDispose]();
  },
);

test('what was linked in the very moment in which it is to be paired again stays linked, and connects', async () => {
  const showsQr: OpenLink = (options) => {
    if (options.credentials !== undefined) return deafLink(options);
    queueMicrotask(() => options.events.onQr('the-qr', 1_800_000_000_000));
    return deafLink({ ...options, events: { ...options.events, onLogin: () => undefined } });
  };
  const { clock, fleet, storage, reach } = await opened(() => ({}), showsQr);
  const { id } = await fleet.lifecycle.create(reach, 'shop');
  expect(await fleet.lifecycle.pair(reach, 'shop', undefined, call)).toMatchObject({ state: 'PAIRING' });
  // Stored, and WhatsApp not told yet.
  await storage.credentials.save(id, '{}');
  await expect(fleet.lifecycle.pair(reach, 'shop', undefined, call)).rejects.toThrow('linked already');
  await clock.advance(1_000);
  expect(await storage.credentials.load(id)).toBe('{}');
  // A database of a server takes time of its own.
  await expect
    .poll(() => clock.advance(100).then(() => fleet.directory.find(reach, 'shop')))
    .toMatchObject({
      state: 'OPEN',
    });
});

test('a login that a pairing stored before it was cut off is not paired over, but said to be started', async () => {
  const { fleet, storage, reach } = await opened(() => ({}));
  const { id } = await fleet.lifecycle.create(reach, 'shop');
  await storage.credentials.save(id, '{}');
  await expect(fleet.lifecycle.pair(reach, 'shop', undefined, call)).rejects.toThrow('is linked already; start it');
});

test('sessions that have ended do not begin any more', async () => {
  const links: unknown[] = [];
  const { clock, fleet, storage, reach } = await opened(
    () => ({}),
    (options) => {
      links.push(options);
      return deafLink(options);
    },
  );
  const { id } = await fleet.lifecycle.create(reach, 'shop');
  await storage.credentials.save(id, '{}');
  await fleet[Symbol.asyncDispose]();
  fleet.resume();
  await fleet.lifecycle.start(reach, 'shop', call);
  await clock.advance(10_000);
  expect(links).toEqual([]);
});

test('a change that waits behind another one is given up with its call, and so many may wait', async () => {
  const { clock, fleet, reach } = await linked();
  await fleet.lifecycle.start(reach, 'shop', call);
  await isOpen(fleet, clock, reach);
  // WhatsApp does not answer it, and the database is closed at the end.
  fleet.lifecycle.unlink(reach, 'shop', call).catch(() => undefined);
  const caller = new AbortController();
  const deleted = fleet.lifecycle.delete(reach, 'shop', { ...call, signal: caller.signal });
  caller.abort(new Error('time is up'));
  await expect(deleted).rejects.toThrow('time is up');

  const waiting = Array.from({ length: 40 }, () =>
    fleet.lifecycle.stop(reach, 'shop', call).catch((error: unknown) => error),
  );
  expect(await waiting.at(-1)).toMatchObject({ code: 'OVERLOADED', retryAfterMs: expect.any(Number) as number });
});

test('a phone number that does not open is told, since the instance looks as if it had none', async () => {
  const damaged = new SealError('refused', 'A sealed value of type "phone" does not open');
  const stored = {
    accountId: 'a',
    wanted: 'stopped',
    state: 'STOPPED',
    stateSince: 1,
    createdAt: 1,
    hasCredentials: false,
    owner: null,
    epoch: 0,
  } as const;
  const { fleet, lines, reach } = await opened(() => ({
    list: () =>
      Promise.resolve([
        { ...stored, id: 'bad-row', name: 'bad', damaged },
        { ...stored, id: 'good-row', name: 'good' },
      ]),
  }));
  const names = async () => (await fleet.directory.list(reach, { first: 2 })).instances.map(({ name }) => name);
  expect([await names(), await names()]).toEqual([
    ['bad', 'good'],
    ['bad', 'good'],
  ]);
  expect(lines).toEqual([expect.stringMatching(/"instance":"bad-row".*does not open/)]);
});

test('a login whose 30 days are over is deleted by a service that runs on, also where the first try failed', async () => {
  const { clock, fleet, storage, id } = await linked();
  const purges: (number | Error)[] = [];
  const purgeArchived = async (now: number): Promise<number> => {
    const wasFirst = purges.length === 0;
    purges.push(wasFirst ? new StorageError('io', 'made to fail') : await storage.credentials.purgeArchived(now));
    if (wasFirst) throw purges[0];
    return 0;
  };
  const credentials = { ...storage.credentials, purgeArchived };
  await storage.credentials.archive(id, clock.now() + 90 * 60_000);
  const running = new Fleet({ ...fleetOptions(clock, { ...storage, credentials }), openLink: deafLink });
  running.resume();
  for (let hours = 0; hours < 4; hours += 1) {
    if (hours > 0) await clock.advance(3_600_000);
    await vi.waitFor(() => expect([purges.length, clock.pending]).toEqual([hours + 1, 1]), { timeout: 10_000 });
  }
  expect(purges).toEqual([expect.any(StorageError), 0, 1, 0]);
  await running[Symbol.asyncDispose]();
  await fleet[Symbol.asyncDispose]();
  expect(clock.pending).toBe(0);
});

test('what came of a keyed call is deleted once its day is over, also where no other such call comes', async () => {
  const { clock, fleet, storage, reach, id } = await linked();
  await storage.tokens.insert({ id: 't', ...reach, hash: new Uint8Array(32), scopes: [], label: '', createdAt: 0 });
  const call = { caller: { kind: 'token', id: 't' }, key: 'job-42', instanceId: id, request: '' } as const;
  await storage.outcomes.begin(call, 'another');
  await storage.outcomes.finish(call, 'another', { version: 1, text: '{}' });
  fleet.resume();
  await clock.advance(23 * 3_600_000);
  expect(await storage.outcomes.begin(call, 'another')).toMatchObject({ kind: 'done' });
  await clock.advance(2 * 3_600_000);
  // A database of a server takes time of its own, and may be asked an hour later.
  const begun = () => clock.advance(3_600_000).then(() => storage.outcomes.begin(call, 'another'));
  await expect.poll(begun, { timeout: 10_000 }).toEqual({ kind: 'new' });
  await fleet[Symbol.asyncDispose]();
});

test('what has to be deleted goes in parts with pauses, and no more of them once the service ends', async () => {
  const { clock, fleet, storage } = await linked();
  const purges: number[] = [];
  const purge = async (_time: number, most: number): Promise<number> => purges.push(most) && most;
  const outcomes = { ...storage.outcomes, purge };
  const running = new Fleet({ ...fleetOptions(clock, { ...storage, outcomes }), openLink: deafLink });
  running.resume();
  await vi.waitFor(() => expect([purges.length, clock.pending]).toEqual([1, 1]), { timeout: 10_000 });
  await clock.advance(100);
  await vi.waitFor(() => expect([purges.length, clock.pending]).toEqual([2, 1]), { timeout: 10_000 });
  await running[Symbol.asyncDispose]();
  await clock.advance(3_600_000);
  expect([purges, clock.pending]).toEqual([[100, 100], 0]);
  await fleet[Symbol.asyncDispose]();
});
