import { pino } from 'pino';
import { expect, test } from 'vitest';
import { VirtualClock } from '../../test/support/virtual-clock.ts';
import type { LeaseRow, NodeStore, Renewal } from '../storage/nodes/node-store.ts';
import { Lease } from './lease.ts';

const row = (id: string): LeaseRow => ({
  id,
  incarnation: `run of ${id}`,
  url: 'http://127.0.0.1:1',
  draining: false,
  startedAt: 0,
  isLive: true,
});

/** A node whose renewals are answered as the test says; its wall clock can be set. */
const leased = async ({ join = true } = {}) => {
  const clock = new VirtualClock();
  const wall = { offset: 0 };
  const log: string[] = [];
  const rig = {
    clock,
    wall,
    log,
    renewals: [] as { id: string; draining: boolean }[],
    answer: async (): Promise<Renewal> => ({ kind: 'renewed', nodes: [row('a')], until: 0, server: 'one' }),
    confirm: async (): Promise<void> => void log.push('confirmed'),
  };
  const store = {
    renew: async ({ id, draining }: LeaseRow) => {
      rig.renewals.push({ id, draining });
      return rig.answer();
    },
    nodes: async () => [row('a')],
    leave: async () => void log.push('left'),
  } as Partial<NodeStore> as NodeStore;
  const lease = new Lease({
    store,
    clock: {
      now: () => clock.now() + wall.offset,
      monotonic: () => clock.monotonic(),
      after: (...timer) => clock.after(...timer),
      sleep: (...pause) => clock.sleep(...pause),
    },
    log: pino({ level: 'silent' }),
    incarnation: 'run of a',
    url: '',
    confirm: () => rig.confirm(),
    onReplaced: () => void log.push('replaced'),
  });
  if (join) await lease.join('a', true);
  return { ...rig, rig, lease };
};

test('it shows how many instances each node has, as they were counted last', async () => {
  const { clock, rig, lease } = await leased();
  const told: number[] = [];
  using _ = lease.onCounted((since) => told.push(since));
  lease.counted(new Map([['run of a', 3]]), 7);
  expect(lease.nodes).toEqual([{ ...row('a'), instances: 3 }]);
  rig.answer = async () => ({ kind: 'renewed', nodes: [row('a'), row('b')], until: 0, server: 'one' });
  await clock.advance(2_000);
  expect(lease.nodes.map(({ id, instances }) => [id, instances])).toEqual([
    ['a', 3],
    ['b', 0],
  ]);
  expect(told).toEqual([7]);
});

const away = async (): Promise<Renewal> => {
  throw new Error('The server is away');
};

test('a lease holds until a second before its end, counted from when its renewal was sent', async () => {
  const { clock, rig, lease } = await leased();
  const slow = Promise.withResolvers<void>();
  rig.answer = async () => (await slow.promise, { kind: 'renewed', nodes: [], until: 0, server: 'one' });
  await clock.advance(3_000);
  // Sent at 2 s, answered at 3 s.
  slow.resolve();
  await clock.advance(0);
  rig.answer = away;
  await clock.advance(3_900);
  expect([clock.monotonic(), lease.held]).toEqual([6_900, true]);
  const changes: boolean[] = [];
  using _ = lease.onChange(() => changes.push(lease.held));
  await clock.advance(200);
  expect([lease.held, changes]).toEqual([false, [false]]);
});

test('a machine that was suspended finds its lease ended by the wall clock alone', async () => {
  const { clock, wall, lease } = await leased();
  await clock.advance(1_000);
  wall.offset += 3_000;
  expect(lease.held).toBe(true);
  wall.offset += 1_000;
  expect(lease.held).toBe(false);
});

test('a wall clock that is set back can not hide a suspension: it is mute until it has renewed', async () => {
  const { clock, wall, lease } = await leased();
  wall.offset -= 3_600_000;
  expect(lease.held).toBe(false);
  await clock.advance(2_000);
  expect(lease.held).toBe(true);
});

test('a process that stood still finds its lease ended by the monotonic clock, whatever the wall clock says', async () => {
  const { clock, wall, lease } = await leased();
  wall.offset -= 50;
  await clock.advance(1_900);
  wall.offset -= 4_000;
  // All that is due fires late: nothing may be done before a renewal has come through.
  void clock.stall(4_000);
  wall.offset = -50 - 3_950;
  expect(lease.held).toBe(false);
});

test('it is steady once no renewal has failed for as long as a lease lasts', async () => {
  const { clock, rig, lease } = await leased();
  await clock.advance(5_900);
  expect(lease.isSteady).toBe(false);
  await clock.advance(200);
  expect(lease.isSteady).toBe(true);
  const before = rig.answer;
  rig.answer = away;
  await clock.advance(2_000);
  expect([lease.held, lease.isSteady]).toEqual([true, false]);
  // A database that comes back shows the leases of all others as ended to the first one that renews.
  rig.answer = before;
  await clock.advance(5_900);
  expect([lease.held, lease.isSteady]).toEqual([true, false]);
  await clock.advance(2_000);
  expect(lease.isSteady).toBe(true);
});

test('on another connection it is steady anew: the clock of another server may say that the leases of all others have ended', async () => {
  const { clock, rig, lease } = await leased();
  await clock.advance(6_100);
  const before = rig.answer;
  const isNewConnection = true;
  rig.answer = async () => ({ kind: 'renewed', nodes: [row('a')], until: 0, server: 'another', isNewConnection });
  expect(lease.server).toBe('one');
  await clock.advance(2_000);
  expect([lease.held, lease.isSteady, lease.server]).toEqual([true, false, 'another']);
  rig.answer = before;
  await clock.advance(5_800);
  expect(lease.isSteady).toBe(false);
  await clock.advance(200);
  expect(lease.isSteady).toBe(true);
});

test('a lease that has lapsed is held again only once what others took has ended', async () => {
  const { clock, rig, lease, log } = await leased();
  const before = rig.answer;
  rig.answer = away;
  await clock.advance(8_000);
  expect([lease.held, log]).toEqual([false, ['confirmed']]);
  const confirming = Promise.withResolvers<void>();
  rig.confirm = () => confirming.promise;
  rig.answer = before;
  const held = lease.whenHeld(10_000);
  await clock.advance(1_000);
  expect(lease.held).toBe(false);
  confirming.resolve();
  await clock.advance(0);
  expect([lease.held, lease.isSteady, await held]).toEqual([true, false, true]);
});

test('whoever waits for a lease that does not come back is told so', async () => {
  const { clock, rig, lease } = await leased();
  rig.answer = away;
  await clock.advance(8_000);
  const held = lease.whenHeld(1_000);
  await clock.advance(1_000);
  expect(await held).toBe(false);
});

test('a drain is told to the others at once, and a failed try again', async () => {
  const { clock, rig, renewals, lease } = await leased();
  rig.answer = away;
  const told = lease.drain();
  await expect(told).rejects.toThrow('away');
  expect([lease.isDraining, renewals.at(-1)]).toEqual([true, { id: 'a', draining: true }]);
  rig.answer = async () => ({ kind: 'renewed', nodes: [], until: 0, server: 'one' });
  await clock.advance(250);
  expect(renewals).toHaveLength(3);
});

test('a name that was given and is taken is waited for as long as a lease lasts, and then an error', async () => {
  const { clock, rig, lease } = await leased({ join: false });
  rig.answer = async () => ({ kind: 'refused' });
  const joined = expect(lease.join('a', true)).rejects.toThrow('There is a node named a already at http://127.0.0.1:1');
  await clock.advance(9_000);
  await joined;
});

test('the name of the machine is followed by something more where another node has it', async () => {
  const { clock, rig, lease } = await leased({ join: false });
  rig.answer = async () =>
    lease.id === 'a' ? { kind: 'refused' } : { kind: 'renewed', nodes: [], until: 0, server: 'one' };
  const joined = lease.join('a', false);
  await clock.advance(1_000);
  await joined;
  expect(lease.id).toMatch(/^a-[0-9a-z ]{4}$/);
});

test('a node whose name another process has now ends', async () => {
  const { clock, rig, lease, log } = await leased();
  rig.answer = async () => ({ kind: 'refused' });
  await clock.advance(2_000);
  expect([lease.held, log]).toEqual([false, ['confirmed', 'replaced']]);
  await lease.leave();
  expect([log.at(-1), clock.pending]).toEqual(['left', 0]);
});

test('a drain of a node whose name another process has now is told so, and waits for nothing', async () => {
  const { clock, rig, lease } = await leased();
  rig.answer = async () => ({ kind: 'refused' });
  const replaced = 'Another process goes by the name of this node';
  await expect(lease.drain()).rejects.toThrow(replaced);
  await expect(lease.drain()).rejects.toThrow(replaced);
  expect(clock.pending).toBe(1);
});

test('a drain is told too where the node leaves before it renews again', async () => {
  const { clock, rig, lease } = await leased();
  const slow = Promise.withResolvers<Renewal>();
  rig.answer = () => slow.promise;
  await clock.advance(2_000);
  const told = expect(lease.drain()).rejects.toThrow('This node has left');
  const left = lease.leave();
  slow.resolve({ kind: 'renewed', nodes: [], until: 0, server: 'one' });
  await left;
  await told;
});
