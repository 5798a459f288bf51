import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { VirtualClock } from '../../test/support/virtual-clock.ts';
import { RetryLaterError } from '../errors.ts';
import type { NodeRow } from '../storage/nodes/node-store.ts';
import { NO_NODE_EVENTS } from '../telemetry/node-events.ts';
import type { Membership } from './membership.ts';
import { Rebalancing } from './rebalancing.ts';
import { Targets } from './targets.ts';

const SELF = 'self';
const CALM_MS = 60_000;

/** A node with so many instances that are to be connected, and others that take what they have room for. */
const having = (own: number, others: Readonly<Record<string, number>>) => {
  const clock = new VirtualClock();
  const rows = new Map<string, { owner: string; epoch: number; isWanted: boolean }>();
  const add = (owner: string, count: number, isWanted = true): void => {
    for (let n = 0; n < count; n += 1) rows.set(`${owner} ${isWanted} ${n}`, { owner, epoch: 1, isWanted });
  };
  add(SELF, own);
  add(SELF, 5, false);
  for (const [owner, count] of Object.entries(others)) add(owner, count);
  const count = (owner: string): number =>
    [...rows.values()].filter((row) => row.owner === owner && row.isWanted).length;
  const draining = new Set<string>();
  const dead = new Set<string>();
  const there = new Set([SELF, ...Object.keys(others)]);
  const listeners = new Set<() => void>();
  const rig = {
    clock,
    rows,
    there,
    draining,
    dead,
    held: true,
    isDraining: false,
    pairing: new Set<string>(),
    moves: [] as { at: number; id: string }[],
    open: 0,
    most: 0,
    refuses: false,
    asked: 0,
    whenAsked: (_id: string): void => undefined,
    whenReleased: (_id: string): void => undefined,
    counts: () => Object.fromEntries([...there].map((owner) => [owner, count(owner)])),
    /** Lets time go by, with renewals. */
    async pass(ms: number) {
      for (let left = ms; left > 0; left -= 500) {
        await clock.advance(500);
        for (const listener of listeners) listener();
      }
    },
  };
  const nodes = (): NodeRow[] =>
    [...there].map((incarnation) => ({
      id: incarnation,
      incarnation,
      url: '',
      startedAt: 0,
      draining: draining.has(incarnation),
      isLive: !dead.has(incarnation),
      instances: count(incarnation),
    }));
  const share = (): number => {
    const takers = nodes().filter((node) => node.isLive && !node.draining).length;
    return Math.ceil([...rows.values()].filter(({ isWanted }) => isWanted).length / takers);
  };
  const membership: Partial<Membership> = {
    id: SELF,
    incarnation: SELF,
    get held() {
      return rig.held;
    },
    get isDraining() {
      return rig.isDraining;
    },
    get nodes() {
      return nodes();
    },
    onChange: (listener) => {
      listeners.add(listener);
      return { [Symbol.dispose]: () => void listeners.delete(listener) };
    },
    onCounted: (listener) => {
      const told = () => listener(clock.monotonic());
      listeners.add(told);
      return { [Symbol.dispose]: () => void listeners.delete(told) };
    },
  };
  const rebalancing = new Rebalancing({
    clock,
    log: pino({ level: 'silent' }),
    events: NO_NODE_EVENTS,
    membership: membership as Membership,
    loginRate: 20,
    calmMs: CALM_MS,
    underWay: new Set(),
    claims: {
      get share() {
        return share();
      },
      get room() {
        return share() - count(SELF);
      },
    },
    store: {
      owned: async () => new Map([...rows].filter(([, { owner }]) => owner === SELF)),
      async handOver(id, from, to) {
        const row = rows.get(id);
        if (row?.owner !== from.incarnation || row.epoch !== from.epoch) return undefined;
        rows.set(id, { ...row, owner: to, epoch: row.epoch + 1 });
        rig.moves.push({ at: clock.monotonic(), id });
        return row.epoch + 1;
      },
      keep: () => expect.unreachable(),
      ownerOf: () => expect.unreachable(),
    },
    residents: {
      isPairing: (id) => rig.pairing.has(id),
      drop: () => expect.unreachable(),
      take: () => expect.unreachable(),
      async release(id, _signal, mustStay) {
        rig.most = Math.max(rig.most, (rig.open += 1));
        await clock.sleep(100);
        rig.open -= 1;
        rig.whenReleased(id);
        if (mustStay()) return 'stays';
        return { epoch: 1, moved: () => undefined, stays: () => undefined };
      },
    },
    peers: {
      async ask({ incarnation }, method, body) {
        if (method !== 'nodes.reserve') return;
        expect(body).toMatchObject({ isSpare: true });
        rig.asked += 1;
        rig.whenAsked((body as { instanceId: string }).instanceId);
        if (rig.refuses || count(incarnation) >= share()) throw new RetryLaterError('OVERLOADED', 'made to refuse', 1);
      },
    },
  });
  onTestFinished(() => rebalancing[Symbol.asyncDispose]());
  return Object.assign(rig, { rebalancing });
};

test('once all has been calm for a while, a node that has come is given its share, slowly, and nothing more moves', async () => {
  const rig = having(100, { b: 0 });
  await rig.pass(CALM_MS - 1_000);
  expect(rig.moves).toEqual([]);
  await rig.pass(CALM_MS);
  // What is left above its share after many have gone is worth no more logins.
  expect(rig.counts()).toEqual({ [SELF]: 52, b: 48 });
  expect(rig.most).toBe(4);
  // Half of the logins that may begin a second.
  for (const { at } of rig.moves) {
    expect(rig.moves.filter((move) => move.at >= at && move.at < at + 1_000).length).toBeLessThanOrEqual(12);
  }
  expect(rig.moves.every(({ id }) => id.startsWith(`${SELF} true`))).toBe(true);
  await rig.rebalancing[Symbol.asyncDispose]();
  expect(rig.clock.pending).toBe(0);
});

test.each([
  ['one tenth above its share', 110, { b: 90 }],
  ['one above its share', 3, { b: 1 }],
  ['its share', 50, { b: 50, c: 49 }],
  ['all, as the only one', 50, {}],
])('a node that has %s keeps what it has', async (_, own, others) => {
  const rig = having(own, others);
  await rig.pass(3 * CALM_MS);
  expect(rig.moves).toEqual([]);
});

test('while nodes are restarted one after the other nothing moves', async () => {
  const rig = having(60, { b: 60, c: 0 });
  for (const name of ['b', 'c', 'd']) {
    await rig.pass(30_000);
    rig.draining.add(name);
    await rig.pass(10_000);
    rig.there.delete(name);
    await rig.pass(10_000);
    rig.there.add(`${name}, again`);
  }
  await rig.pass(50_000);
  expect(rig.moves).toEqual([]);
});

test.each<[string, (rig: ReturnType<typeof having>) => void]>([
  // Its row does not say so yet.
  ['it begins to drain', (rig) => (rig.isDraining = true)],
  ['another one begins to drain', ({ draining }) => draining.add('c')],
  ['another one dies', ({ dead }) => dead.add('c')],
  ['one comes', ({ there }) => there.add('d')],
  ['its lease lapses', (rig) => (rig.held = false)],
])('what it gives away ends when %s', async (_, happens) => {
  const rig = having(100, { b: 0, c: 100 });
  while (rig.moves.length === 0) await rig.pass(500);
  happens(rig);
  await rig.pass(500);
  const { length } = rig.moves;
  expect(length).toBeLessThan(12);
  // Where that was all, it waits anew.
  rig.held = true;
  await rig.pass(CALM_MS - 5_000);
  expect(rig.moves).toHaveLength(length);
});

test('an instance that is being paired stays', async () => {
  const rig = having(6, { b: 0 });
  for (const id of rig.rows.keys()) if (id !== `${SELF} true 5`) rig.pairing.add(id);
  await rig.pass(2 * CALM_MS);
  expect(rig.moves.map(({ id }) => id)).toEqual([`${SELF} true 5`]);
});

test('one that is to be paired while its place is waited for stays', async () => {
  const rig = having(4, { b: 0 });
  rig.whenAsked = (id) => void (id.endsWith('true 0') && rig.pairing.add(id));
  await rig.pass(2 * CALM_MS);
  expect(rig.moves.map(({ id }) => id)).toEqual([`${SELF} true 1`]);
});

test('one that is to be paired while what runs of it finishes stays', async () => {
  const rig = having(4, { b: 0 });
  rig.whenReleased = (id) => void (id.endsWith('true 0') && rig.pairing.add(id));
  await rig.pass(2 * CALM_MS);
  expect(rig.moves.map(({ id }) => id)).toEqual([`${SELF} true 1`]);
});

test('a node that has what it can take is asked again later', async () => {
  const rig = having(60, { b: 0 });
  rig.refuses = true;
  await rig.pass(2 * CALM_MS);
  expect(rig.moves).toEqual([]);
  expect(rig.asked).toBeLessThan(30);
  rig.refuses = false;
  await rig.pass(CALM_MS);
  expect(rig.counts()).toEqual({ [SELF]: 30, b: 30 });
});

const node = (id: string, instances: number): NodeRow => ({
  id,
  incarnation: id,
  url: '',
  draining: false,
  startedAt: 0,
  isLive: true,
  instances,
});

test('what was given counts from then on, once: by what this node knows of it, until a count has seen it', () => {
  const clock = { now: 0, monotonic: () => clock.now };
  const counted = new Set<(since: number) => void>();
  const renewed = new Set<() => void>();
  const listening = <T>(listeners: Set<T>, listener: T): Disposable => {
    listeners.add(listener);
    return { [Symbol.dispose]: () => void listeners.delete(listener) };
  };
  const rig = { nodes: [node('self', 9), node('a', 3), node('b', 5)] };
  const membership = {
    incarnation: 'self',
    get nodes() {
      return rig.nodes;
    },
    onChange: (listener) => listening(renewed, listener),
    onCounted: (listener) => listening(counted, listener),
  } as Partial<Membership> as Membership;
  const targets = new Targets(membership, clock);
  const given: string[] = [];
  const give = (count: number): void => {
    for (let n = 0; n < count; n += 1) {
      const next = targets.next();
      if (!next) throw new TypeError('There are two');
      using asked = targets.ask(next);
      asked.taken();
      given.push(next.id);
    }
  };
  clock.now = 10;
  give(2);
  // Read anew, and counted as before.
  rig.nodes = [...rig.nodes];
  for (const listener of renewed) listener();
  give(2);
  expect(given).toEqual(['a', 'a', 'a', 'b']);
  clock.now = 20;
  give(1);
  // A count that began between them: a had 6, and was given one while it went on.
  rig.nodes = [node('self', 4), node('a', 6), node('b', 6)];
  for (const listener of counted) listener(15);
  give(2);
  expect(given.slice(4)).toEqual(['a', 'b', 'a']);
  targets[Symbol.dispose]();
  expect([counted.size, renewed.size]).toEqual([0, 0]);
});
