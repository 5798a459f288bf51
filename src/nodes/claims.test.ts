import { pino } from 'pino';
import { expect, test } from 'vitest';
import { VirtualClock } from '../../test/support/virtual-clock.ts';
import type { NodeRow, NodeStore } from '../storage/nodes/node-store.ts';
import { Claims } from './claims.ts';
import type { CountedMembership } from './membership.ts';
import type { Residents } from './residents.ts';

const SELF = 'run of a';

const row = (id: string, rest: Partial<NodeRow> = {}): NodeRow => ({
  id,
  incarnation: `run of ${id}`,
  url: '',
  draining: false,
  startedAt: 0,
  isLive: true,
  instances: 0,
  ...rest,
});

/** A node and so many instances that are to be connected, and that nobody has. */
const claiming = (count: number) => {
  const clock = new VirtualClock();
  const rows = new Map(
    Array.from({ length: count }, (_, n) => [`i${n}`, { owner: 'nobody', epoch: 0, isWanted: true }]),
  );
  const sessions = new Map<string, number>();
  const listeners = new Set<() => void>();
  const log: string[] = [];
  const rig = {
    held: true,
    isSteady: true,
    isDraining: false,
    nodes: [row('a')],
    counted: new Map<string, number>() as ReadonlyMap<string, number>,
    counting: (): Promise<unknown> => Promise.resolve(),
  };
  const asked: { fromDead: boolean; most: number }[] = [];
  const take = (id: string, owner = SELF) => {
    const epoch = (rows.get(id)?.epoch ?? 0) + 1;
    rows.set(id, { owner, epoch, isWanted: true });
    return { id, epoch, isWanted: true };
  };
  const store: Pick<NodeStore, 'owned' | 'counts' | 'claimDue' | 'claimOne'> = {
    owned: async (incarnation) => new Map([...rows].filter(([, { owner }]) => owner === incarnation)),
    counts: async () => {
      await rig.counting();
      return {
        wanted: [...rows.values()].filter(({ isWanted }) => isWanted).length,
        byOwner: new Map([[SELF, [...rows.values()].filter(({ owner }) => owner === SELF).length]]),
      };
    },
    claimDue: async ({ fromDead, most }) => {
      asked.push({ fromDead, most });
      const free = [...rows].filter(([, { owner }]) => owner === 'nobody').slice(0, most);
      return free.map(([id]) => take(id));
    },
    claimOne: async ({ instanceId }) => (rows.get(instanceId)?.owner === 'nobody' ? take(instanceId) : undefined),
  };
  const residents: Pick<Residents, 'epochs' | 'take' | 'drop'> = {
    epochs: () => sessions,
    take: async (id, epoch) => void sessions.set(id, epoch),
    drop: (id) => (log.push(`dropped ${id}`), void sessions.delete(id)),
  };
  const membership = {
    incarnation: SELF,
    get held() {
      return rig.held;
    },
    get isSteady() {
      return rig.isSteady;
    },
    get isDraining() {
      return rig.isDraining;
    },
    get nodes() {
      return rig.nodes;
    },
    onChange: (listener: () => void) => {
      listeners.add(listener);
      return { [Symbol.dispose]: () => void listeners.delete(listener) };
    },
    counted: (instances: ReadonlyMap<string, number>) => void (rig.counted = instances),
  } as Partial<CountedMembership> as CountedMembership;
  const claims = new Claims({
    store: store as NodeStore,
    clock,
    log: pino({ level: 'silent' }),
    membership,
  });
  claims.watch(residents as Residents);
  const renewed = async () => {
    for (const listener of listeners) listener();
    await clock.advance(500);
  };
  return { clock, rows, sessions, rig, asked, log, take, claims, renewed };
};

test('a node takes its share of all that are to be connected, and no more', async () => {
  const { clock, rig, sessions, claims, renewed } = claiming(91);
  rig.nodes = [row('a'), row('b'), row('c'), row('gone', { isLive: false }), row('leaving', { draining: true })];
  claims.start();
  await clock.advance(3_000);
  expect(sessions.size).toBe(31);
  rig.nodes = [row('a'), row('b')];
  await renewed();
  expect(sessions.size).toBe(46);
  await renewed();
  expect(rig.counted).toEqual(new Map([[SELF, 46]]));
  await claims.stop();
  expect(clock.pending).toBe(0);
});

test('a node that has just come takes no more at once than can log in meanwhile', async () => {
  const { clock, rig, sessions, asked, claims, renewed } = claiming(90);
  rig.isSteady = false;
  claims.start();
  await clock.advance(600);
  expect([sessions.size, asked.every(({ fromDead }) => !fromDead)]).toEqual([40, true]);
  // Another one has come meanwhile.
  rig.nodes = [row('a'), row('b')];
  await renewed();
  await clock.advance(2_000);
  expect(sessions.size).toBe(45);
  await claims.stop();
});

test('it says that others are dead only where it is steady', async () => {
  const { clock, rig, asked, claims } = claiming(3);
  rig.isSteady = false;
  rig.nodes = [row('a'), row('b'), row('c')];
  claims.start();
  await clock.advance(0);
  rig.isSteady = true;
  rig.nodes = [row('a')];
  await clock.advance(500);
  expect(asked).toEqual([
    { fromDead: false, most: 1 },
    { fromDead: true, most: 2 },
  ]);
  await claims.stop();
});

test('nothing waits for a count: what is left is taken, and what has no session gets one; a slow one is rare', async () => {
  const { clock, rig, rows, sessions, claims, renewed } = claiming(5);
  rig.nodes = [row('a'), row('b')];
  claims.start();
  await clock.advance(0);
  expect(sessions.size).toBe(3);
  const counts: number[] = [];
  rig.counting = () => (counts.push(clock.monotonic()), clock.sleep(3_000));
  await clock.advance(2_000);
  expect(counts).toHaveLength(1);
  sessions.delete('i0');
  // Another node has died.
  rig.nodes = [row('a'), row('b', { isLive: false })];
  await renewed();
  expect([sessions.size, sessions.has('i0')]).toEqual([5, true]);
  await clock.advance(40_000);
  expect(counts.map((at) => at - (counts[0] ?? 0))).toEqual([0, 15_000, 30_000]);
  // One that fails tells nothing new.
  rig.counting = () => Promise.reject(new Error('It took too long'));
  await clock.advance(20_000);
  for (const [id, { epoch }] of [...rows].slice(0, 2)) rows.set(id, { owner: 'nobody', epoch, isWanted: true });
  await renewed();
  expect([sessions.size, claims.room]).toEqual([5, 0]);
  await claims.stop();
  expect(clock.pending).toBe(0);
});

test.each([
  ['is mute', { held: false }],
  ['drains', { isDraining: true }],
])('one that %s takes nothing', async (_what, state) => {
  const { clock, rig, asked, claims } = claiming(3);
  Object.assign(rig, state);
  claims.start();
  await clock.advance(2_000);
  expect([asked, await claims.claimNow('i0')]).toEqual([[], false]);
  await claims.stop();
});

test('what others have taken is dropped, and what it has without a session gets one', async () => {
  const { clock, rows, sessions, log, take, claims, renewed } = claiming(3);
  claims.start();
  await clock.advance(0);
  expect(sessions.size).toBe(3);
  take('i0', 'run of b');
  // Another one had it, and it came back.
  take('i1', 'run of b');
  take('i1');
  sessions.delete('i2');
  await renewed();
  expect(log).toEqual(['dropped i0', 'dropped i1']);
  await renewed();
  expect(sessions).toEqual(
    new Map([
      ['i1', 3],
      ['i2', 1],
    ]),
  );
  rows.set('i2', { owner: SELF, epoch: 1, isWanted: false });
  sessions.delete('i2');
  await renewed();
  expect(sessions.has('i2')).toBe(false);
  await claims.stop();
});

test('an instance is taken for a call where nobody has it', async () => {
  const { sessions, claims, take } = claiming(2);
  take('i1', 'run of b');
  expect([await claims.claimNow('i0'), await claims.claimNow('i1'), await claims.claimNow('none')]).toEqual([
    true,
    false,
    false,
  ]);
  expect(sessions).toEqual(new Map([['i0', 1]]));
});
