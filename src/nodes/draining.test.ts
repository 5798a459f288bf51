import { pino } from 'pino';
import { expect, test } from 'vitest';
import { VirtualClock } from '../../test/support/virtual-clock.ts';
import { PeerError } from '../peers/peers.ts';
import type { NodeRow } from '../storage/nodes/node-store.ts';
import { NO_NODE_EVENTS } from '../telemetry/node-events.ts';
import { Draining } from './draining.ts';
import type { Membership } from './membership.ts';
import { Receiving } from './receiving.ts';

const SELF = 'self';
const node = (incarnation: string, instances: number, more: Partial<NodeRow> = {}): NodeRow => ({
  id: incarnation,
  incarnation,
  url: '',
  draining: false,
  startedAt: 0,
  isLive: true,
  instances,
  ...more,
});

interface RigOptions {
  readonly nodes?: readonly NodeRow[];
  /** How many of its instances are to be connected, and how many are not. */
  readonly wanted?: number;
  readonly stopped?: number;
  readonly mostMs?: number;
}

/** A node that drains, with rows in memory; each other node takes what it is asked for, unless the test says otherwise. */
const draining = ({ nodes = [node('a', 0), node('b', 0)], wanted = 0, stopped = 0, mostMs = 20_000 }: RigOptions) => {
  const clock = new VirtualClock();
  const rows = new Map<string, { owner: string; epoch: number; isWanted: boolean }>();
  for (let i = 0; i < wanted; i += 1) rows.set(`wanted ${i}`, { owner: SELF, epoch: 1, isWanted: true });
  for (let i = 0; i < stopped; i += 1) rows.set(`stopped ${i}`, { owner: SELF, epoch: 1, isWanted: false });
  const log: string[] = [];
  const pairing = new Set<string>();
  const listeners = new Set<() => void>();
  const rig = {
    clock,
    rows,
    log,
    pairing,
    held: true,
    most: 0,
    ask: (_target: string, _method: string): Promise<unknown> => Promise.resolve(),
    handOver: async (_id: string, give: () => number | undefined): Promise<number | undefined> => give(),
    keep: (): Promise<unknown> => Promise.resolve(),
    /** They begin to drain, or die, once they have been asked. */
    unfit: new Set<string>(),
    /** Given away by who gave some away before the drain began. */
    underWay: new Set<string>(),
    releaseMs: 100,
    drain: (): Promise<unknown> => Promise.resolve(log.push('drain')),
    owned: (): Promise<unknown> => Promise.resolve(),
    renewed: () => {
      for (const listener of listeners) listener();
    },
    owners: () => Map.groupBy([...rows.values()], ({ owner }) => owner),
    counts: () => Object.fromEntries([...rig.owners()].map(([owner, all]) => [owner, all.length])),
  };
  const give = (id: string, from: { incarnation: string; epoch: number }, to: string): number | undefined => {
    const row = rows.get(id);
    if (row?.owner !== from.incarnation || row.epoch !== from.epoch) return undefined;
    log.push(`row ${id}`);
    rows.set(id, { ...row, owner: to, epoch: row.epoch + 1 });
    return row.epoch + 1;
  };
  let open = 0;
  const membership: Membership = {
    id: SELF,
    incarnation: SELF,
    get held() {
      return rig.held;
    },
    isSteady: true,
    isDraining: true,
    until: 0,
    server: '',
    nodes: [node(SELF, wanted + stopped, { draining: true }), ...nodes],
    whenHeld: async () => true,
    find: () => expect.unreachable(),
    drain: async () => void (await rig.drain()),
    onChange: (listener) => {
      listeners.add(listener);
      return { [Symbol.dispose]: () => void listeners.delete(listener) };
    },
    onCounted: () => ({ [Symbol.dispose]: () => undefined }),
  };
  const drain = new Draining({
    clock,
    log: pino({ level: 'silent' }),
    events: NO_NODE_EVENTS,
    membership,
    mostMs,
    underWay: rig.underWay,
    store: {
      async owned() {
        await rig.owned();
        return new Map([...rows].flatMap(([id, { owner, ...row }]) => (owner === SELF ? [[id, row] as const] : [])));
      },
      async handOver(id, from, to) {
        if (rig.unfit.has(to)) return undefined;
        return rig.handOver(id, () => give(id, from, to));
      },
      async keep(id, from) {
        await rig.keep();
        return give(id, from, SELF);
      },
      async ownerOf(id) {
        const row = rows.get(id);
        return row && { incarnation: row.owner, epoch: row.epoch };
      },
    },
    residents: {
      isPairing: (id) => pairing.has(id),
      drop: (id) => void log.push(`drop ${id}`),
      take: async (id, epoch) => void log.push(`take up ${id} under ${epoch}`),
      async release(id, signal) {
        log.push(`release ${id}`);
        if (id.startsWith('stopped')) return undefined;
        open += 1;
        rig.most = Math.max(rig.most, open);
        await clock.sleep(rig.releaseMs, signal).finally(() => (open -= 1));
        return {
          epoch: 1,
          moved: (to) => void log.push(`moved ${id} to ${to?.incarnation}`),
          stays: () => void log.push(`stays ${id}`),
        };
      },
    },
    peers: {
      async ask({ incarnation }, method, body) {
        await rig.ask(incarnation, method);
        log.push(`${method} ${(body as { instanceId: string }).instanceId}`);
      },
    },
  });
  const lost = new AbortController();
  const run = () => {
    const over = { done: false };
    const done = drain.run(lost.signal).then(() => (over.done = true));
    return { over, done };
  };
  return Object.assign(rig, { run, lost });
};

test('one by one: a place to log in, the session here, the row, the session there, and then those who wait', async () => {
  const rig = draining({ wanted: 1 });
  const { over } = rig.run();
  await rig.clock.advance(1_999);
  // Who sends calls here has time to see that it is not ready.
  expect([over.done, rig.log.length]).toEqual([false, 6]);
  await rig.clock.advance(1);
  expect(over.done).toBe(true);
  expect(rig.log).toEqual([
    'drain',
    'nodes.reserve wanted 0',
    'release wanted 0',
    'row wanted 0',
    'nodes.take wanted 0',
    'moved wanted 0 to a',
  ]);
  expect(rig.clock.pending).toBe(0);
});

test('instances go to the nodes with the fewest, eight at a time; what is not to be connected moves without a login', async () => {
  const gone = [node('dead', 0, { isLive: false }), node('leaving', 0, { draining: true })];
  const rig = draining({ nodes: [node('a', 10), node('b', 40), ...gone], wanted: 50, stopped: 20 });
  const { over } = rig.run();
  await rig.clock.advance(2_000);
  expect([over.done, rig.most]).toEqual([true, 8]);
  expect(rig.counts()).toEqual({ a: 50, b: 20 });
  expect(rig.log.filter((line) => line.startsWith('nodes.') && line.includes('stopped'))).toEqual([]);
  expect(rig.log.filter((line) => line.startsWith('drop stopped'))).toHaveLength(20);
});

test('where no other node lives it is over at once, and nothing is released', async () => {
  const rig = draining({ nodes: [node('dead', 0, { isLive: false })], wanted: 3, stopped: 1 });
  const { over } = rig.run();
  await rig.clock.advance(0);
  expect([over.done, rig.log]).toEqual([true, ['drain']]);

  const away = draining({ nodes: [], wanted: 1 });
  away.drain = () => Promise.reject(new Error('made to fail'));
  const other = away.run();
  await away.clock.advance(0);
  expect(other.over.done).toBe(true);
});

test('where none takes any, they are asked until the time is up, and nothing is released', async () => {
  const rig = draining({ wanted: 3, mostMs: 5_000 });
  let asked = 0;
  rig.ask = async () => {
    asked += 1;
    throw new PeerError('unreachable', 'made to fail');
  };
  const { over } = rig.run();
  await rig.clock.advance(4_999);
  expect([over.done, rig.log]).toEqual([false, ['drain']]);
  await rig.clock.advance(1);
  expect([over.done, rig.log, rig.clock.pending]).toEqual([true, ['drain'], 0]);
  expect(asked).toBeGreaterThan(6);
  expect(asked).toBeLessThanOrEqual(3 * 2 * 5);
});

test('where no other node can be reached for 5 s it is over: others take at once what it leaves', async () => {
  const rig = draining({ wanted: 9 });
  rig.ask = async () => {
    await rig.clock.sleep(1_500);
    throw new PeerError('unreachable', 'made to fail');
  };
  const { over } = rig.run();
  await rig.clock.advance(6_000);
  expect(over.done).toBe(false);
  await rig.clock.advance(4_000);
  expect([over.done, rig.log]).toEqual([true, ['drain']]);

  // One that refuses can be reached.
  const other = draining({ wanted: 9 });
  other.ask = async (target) => {
    await other.clock.sleep(1_500);
    if (target === 'a') throw new PeerError('unreachable', 'made to fail');
    if (other.clock.monotonic() < 8_000) throw new Error('made to fail');
  };
  const second = other.run();
  await other.clock.advance(20_000);
  expect([second.over.done, other.counts()]).toEqual([true, { b: 9 }]);
});

test('the one other node refused once: it is asked again after a while, and takes all', async () => {
  const rig = draining({ nodes: [node('a', 0)], wanted: 12 });
  rig.ask = async () => {
    if (rig.clock.monotonic() < 1_000) throw new PeerError('unreachable', 'made to fail');
  };
  const { over } = rig.run();
  await rig.clock.advance(5_000);
  expect([over.done, rig.counts()]).toEqual([true, { a: 12 }]);
});

test('one renewal that fails, or one look at what it has, gives nothing up', async () => {
  const rig = draining({ wanted: 12, stopped: 2 });
  let [renewals, looks] = [0, 0];
  rig.drain = async () => {
    if ((renewals += 1) < 3) throw new Error('made to fail');
  };
  rig.owned = async () => {
    if ((looks += 1) < 3) throw new Error('made to fail');
  };
  const { over } = rig.run();
  await rig.clock.advance(3_000);
  expect([over.done, rig.counts()[SELF]]).toEqual([true, undefined]);
});

test('a database that does not answer keeps it no longer than its time, whatever is asked of it', async () => {
  const never = (): Promise<never> => new Promise(() => {});
  const away = draining({ wanted: 1, mostMs: 5_000 });
  away.owned = never;
  const { over: looking } = away.run();
  await away.clock.advance(5_000);
  expect([looking.done, away.log, away.clock.pending]).toEqual([true, ['drain'], 0]);

  const rig = draining({ wanted: 1, mostMs: 5_000 });
  rig.handOver = never;
  const { over } = rig.run();
  await rig.clock.advance(4_999);
  expect(over.done).toBe(false);
  await rig.clock.advance(1);
  // Its row may have moved: who waits for it looks.
  expect([over.done, rig.log.at(-1), rig.clock.pending]).toEqual([true, 'moved wanted 0 to undefined', 0]);

  const other = draining({ wanted: 1, mostMs: 5_000 });
  other.handOver = () => Promise.reject(new Error('made to fail'));
  other.keep = never;
  const { over: kept } = other.run();
  await other.clock.advance(5_000);
  expect([kept.done, other.log.at(-1), other.clock.pending]).toEqual([true, 'moved wanted 0 to undefined', 0]);
});

test('a lease that lapses holds it up, and no more', async () => {
  const rig = draining({ wanted: 24 });
  const { over } = rig.run();
  await rig.clock.advance(50);
  rig.held = false;
  await rig.clock.advance(9_950);
  expect(over.done).toBe(false);
  rig.held = true;
  await rig.clock.advance(2_000);
  expect([over.done, rig.counts()[SELF]]).toEqual([true, undefined]);
});

test('one that is on its way already when the drain begins does not go twice', async () => {
  const rig = draining({ wanted: 2 });
  rig.underWay.add('wanted 0');
  const { over } = rig.run();
  await rig.clock.advance(3_000);
  expect([over.done, rig.counts()]).toEqual([false, { [SELF]: 1, a: 1 }]);
  rig.underWay.delete('wanted 0');
  await rig.clock.advance(1_000);
  expect([over.done, rig.counts()[SELF]]).toEqual([true, undefined]);
});

test('once another process goes by its name, nothing is left to give', async () => {
  const rig = draining({ wanted: 3 });
  rig.held = false;
  const { over } = rig.run();
  await rig.clock.advance(1_000);
  expect(over.done).toBe(false);
  rig.lost.abort();
  await rig.clock.advance(0);
  expect([over.done, rig.log]).toEqual([true, ['drain']]);
});

test('a node that takes none is passed over for a while', async () => {
  const rig = draining({ nodes: [node('a', 0), node('b', 5)], wanted: 9 });
  rig.releaseMs = 1_000;
  rig.ask = async (target) => {
    if (target === 'a') throw new PeerError('unreachable', 'made to fail');
  };
  rig.run();
  await rig.clock.advance(500);
  rig.ask = () => Promise.resolve();
  await rig.clock.advance(2_000);
  expect(rig.counts()).toEqual({ a: 1, b: 8 });
});

test('a hand-over that was carried out, and whose answer is lost, has moved the instance', async () => {
  const rig = draining({ wanted: 1 });
  let looks = 0;
  rig.handOver = async (_, give) => {
    give();
    throw new Error('made to fail');
  };
  rig.keep = async () => {
    if ((looks += 1) < 3) throw new Error('made to fail');
  };
  const { over } = rig.run();
  await rig.clock.advance(2_000);
  expect([over.done, rig.counts()]).toEqual([true, { a: 1 }]);
  expect(rig.log.slice(-2)).toEqual(['nodes.take wanted 0', 'moved wanted 0 to a']);
});

test('a hand-over whose answer is lost while it is under way comes too late: the instance stays under the next epoch', async () => {
  const rig = draining({ nodes: [node('a', 0)], wanted: 1 });
  const late: (number | undefined)[] = [];
  rig.handOver = async (_, give) => {
    rig.handOver = async (_id, next) => next();
    rig.clock.after(100, () => late.push(give()));
    throw new Error('made to fail');
  };
  const { over } = rig.run();
  await rig.clock.advance(2_000);
  expect([over.done, late, rig.counts()]).toEqual([true, [undefined], { a: 1 }]);
  expect(rig.log.filter((line) => /moved|stays|take up/.test(line))).toEqual([
    `moved wanted 0 to ${SELF}`,
    'take up wanted 0 under 2',
    'moved wanted 0 to a',
  ]);
});

test('one that can’t be given to the node that it was to go to, goes to the next one, and else stays', async () => {
  const rig = draining({ nodes: [node('a', 0), node('b', 5)], wanted: 1 });
  rig.unfit.add('a');
  const first = rig.run();
  await rig.clock.advance(2_000);
  expect([first.over.done, rig.counts()]).toEqual([true, { b: 1 }]);
  expect(rig.log.filter((line) => line.startsWith('release'))).toHaveLength(1);

  const alone = draining({ nodes: [node('a', 0)], wanted: 1 });
  alone.unfit.add('a');
  const second = alone.run();
  await alone.clock.advance(500);
  expect(alone.log.at(-1)).toBe('stays wanted 0');
  alone.unfit.clear();
  await alone.clock.advance(2_000);
  expect([second.over.done, alone.counts()]).toEqual([true, { a: 1 }]);
});

test('a row that others have taken meanwhile is no longer this node’s: calls go where it is', async () => {
  const rig = draining({ wanted: 1 });
  const { over } = rig.run();
  await rig.clock.advance(50);
  rig.rows.set('wanted 0', { owner: 'c', epoch: 2, isWanted: true });
  await rig.clock.advance(2_000);
  expect([over.done, rig.log.at(-1)]).toEqual([true, 'moved wanted 0 to c']);
});

test('an instance that is being paired has the time that there is, and is given away before the end', async () => {
  const rig = draining({ wanted: 1, stopped: 2, mostMs: 20_000 });
  rig.pairing.add('stopped 0').add('stopped 1');
  const { over } = rig.run();
  await rig.clock.advance(5_000);
  expect([over.done, rig.counts()]).toEqual([false, { [SELF]: 2, a: 1 }]);
  // The phone took it: it is to be connected, and goes at once.
  rig.pairing.delete('stopped 0');
  rig.rows.set('stopped 0', { owner: SELF, epoch: 1, isWanted: true });
  await rig.clock.advance(500);
  expect(rig.log).toContain('nodes.take stopped 0');
  await rig.clock.advance(12_000);
  expect(rig.log).not.toContain('release stopped 1');
  await rig.clock.advance(1_000);
  expect([over.done, rig.log.includes('release stopped 1'), rig.counts()[SELF]]).toEqual([true, true, undefined]);
});

test('one that is to be paired while its place is waited for goes last too', async () => {
  const rig = draining({ wanted: 1 });
  rig.ask = async (_, method) => {
    if (method === 'nodes.reserve') rig.pairing.add('wanted 0');
  };
  rig.run();
  await rig.clock.advance(5_000);
  expect(rig.log).not.toContain('release wanted 0');
  rig.ask = () => Promise.resolve();
  rig.pairing.clear();
  await rig.clock.advance(1_000);
  expect(rig.counts()).toEqual({ a: 1 });
});

test('when the time is up what has not begun stays, and what has moved is told', async () => {
  const rig = draining({ wanted: 40, mostMs: 1_000 });
  rig.releaseMs = 300;
  const { over } = rig.run();
  await rig.clock.advance(1_000);
  expect(over.done).toBe(true);
  const moved = rig.log.filter((line) => line.startsWith('moved'));
  expect([moved.length, rig.counts()[SELF]]).toEqual([24, 16]);
  expect(rig.log.filter((line) => line.startsWith('nodes.take'))).toHaveLength(24);
});

test('a renewal that never comes ends with the time', async () => {
  const rig = draining({ wanted: 1, mostMs: 5_000 });
  rig.drain = () => new Promise(() => undefined);
  const { over } = rig.run();
  await rig.clock.advance(5_000);
  expect([over.done, rig.log]).toEqual([true, []]);
});

test('a node that has lost its lease gives nothing away', async () => {
  const rig = draining({ wanted: 3, mostMs: 5_000 });
  rig.held = false;
  const { over } = rig.run();
  await rig.clock.advance(5_000);
  expect([over.done, rig.log]).toEqual([true, ['drain']]);
});

const receiving = () => {
  const clock = new VirtualClock();
  const taken: unknown[] = [];
  const state = { held: true, isDraining: false, room: 0, given: () => void (state.room -= 1) };
  let places = 0;
  const ranks: unknown[] = [];
  const slots = {
    reserve: async (_id: string, _signal: AbortSignal, isSpare: boolean) => {
      places += 1;
      ranks.push(isSpare);
      return { [Symbol.dispose]: () => void (places -= 1) };
    },
  };
  const residents = { take: async (...args: unknown[]) => void taken.push(args) };
  const receiver = new Receiving({ clock, membership: state, residents, slots, share: state });
  const { signal } = new AbortController();
  const ask = (method: string, body: unknown) => receiver.ask(method, body, { signal, remainingMs: 1_000 });
  return { clock, taken, state, receiver, ask, ranks, places: () => places };
};

test('a place to log in is kept for the instance that comes, and given back where it does not come', async () => {
  const { clock, taken, ask, places } = receiving();
  await ask('nodes.reserve', { instanceId: 'shop' });
  await ask('nodes.reserve', { instanceId: 'other' });
  expect(places()).toBe(2);
  await ask('nodes.take', { instanceId: 'shop', epoch: 3 });
  expect(taken).toEqual([['shop', 3, expect.objectContaining({ [Symbol.dispose]: expect.any(Function) })]]);
  await clock.advance(15_000);
  // The one that came has its own until its login is over.
  expect(places()).toBe(1);
  await ask('nodes.take', { instanceId: 'other', epoch: 1 });
  expect(taken[1]).toEqual(['other', 1, undefined]);
});

test('what another node has above its share is taken while there is room in one’s own, and after all other logins', async () => {
  const { ask, state, ranks, clock } = receiving();
  const spare = (instanceId: string) => ask('nodes.reserve', { instanceId, isSpare: true });
  await expect(spare('shop')).rejects.toMatchObject({ code: 'OVERLOADED' });
  state.room = 2;
  await spare('shop');
  await Promise.allSettled([spare('other'), spare('more')]);
  await ask('nodes.reserve', { instanceId: 'of a node that drains', isSpare: false });
  expect(ranks).toEqual([true, true, false]);
  await ask('nodes.take', { instanceId: 'shop', epoch: 2 });
  expect(state.room).toBe(1);
  await expect(spare('shop')).rejects.toMatchObject({ code: 'OVERLOADED' });
  // Those that were kept did not come.
  await clock.advance(15_000);
  await spare('more');
});

test('a node that drains, or has lost its lease, keeps no place; other questions are not for it', async () => {
  const { ask, state, places } = receiving();
  state.isDraining = true;
  await expect(ask('nodes.reserve', { instanceId: 'shop' })).rejects.toMatchObject({ code: 'OVERLOADED' });
  Object.assign(state, { isDraining: false, held: false });
  await expect(ask('nodes.reserve', { instanceId: 'shop' })).rejects.toMatchObject({ code: 'OVERLOADED' });
  expect(places()).toBe(0);
  expect(ask('fleet.read', {})).toBeUndefined();
  await expect(async () => ask('nodes.take', { instanceId: 'shop' })).rejects.toThrow(TypeError);
});
