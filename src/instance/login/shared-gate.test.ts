import { expect, test } from 'vitest';
import { drain, VirtualClock } from '../../../test/support/virtual-clock.ts';
import type { Logins, LoginsState } from '../../storage/nodes/logins.ts';
import { LoginGate } from './login-gate.ts';
import { type Rank, RANKS } from './ranked-places.ts';

/** What `createLogins` does, on a virtual clock: that statements of several nodes do so is tested on a real server. */
class LoginsInMemory implements Logins {
  isAway = false;
  #nextAt = 0;
  #outdated = new Set<string>();
  #probes: { others: number; refused: number } | undefined;
  readonly #clock: VirtualClock;

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  async take(count: number, spacingMs: number) {
    this.#require();
    const now = this.#clock.monotonic();
    const first = Math.max(this.#nextAt, now);
    this.#nextAt = first + count * spacingMs;
    return { waitMs: first - now, ...(await this.state()) };
  }

  async state(): Promise<LoginsState> {
    this.#require();
    const now = this.#clock.monotonic();
    const { others = 0, refused = 0 } = this.#probes ?? {};
    return { isShut: this.#probes !== undefined, probeInMs: others - now, refusedProbeInMs: refused - now };
  }

  async refused(id: string, most: number, { everyMs, refusedEveryMs }: { everyMs: number; refusedEveryMs: number }) {
    this.#require();
    if (this.#probes) return;
    const now = this.#clock.monotonic();
    if (this.#outdated.add(id).size >= most) this.#probes = { others: now + everyMs, refused: now + refusedEveryMs };
  }

  async accepted() {
    this.#require();
    this.#outdated.clear();
    this.#probes = undefined;
  }

  async probe(wasRefused: boolean, everyMs: number) {
    this.#require();
    const kind = wasRefused ? 'refused' : 'others';
    const now = this.#clock.monotonic();
    if (!this.#probes || this.#probes[kind] > now) return false;
    this.#probes[kind] = now + everyMs;
    return true;
  }

  #require(): void {
    if (this.isAway) throw new Error('away');
  }
}

function world(nodes = 3) {
  const clock = new VirtualClock();
  const logins = new LoginsInMemory(clock);
  const gates = Array.from({ length: nodes }, () => new LoginGate(clock, 20, logins));
  const at = (node: number): LoginGate => {
    const gate = gates[node % nodes];
    if (!gate) throw new Error('There is no such node');
    return gate;
  };
  const entered: { id: string; at: number }[] = [];
  const shown = new Map<string, number>();
  const enter = (node: number, id: string, rank: Rank = RANKS.other): void =>
    void at(node)
      .enter(
        id,
        new AbortController().signal,
        (_, retryAt) => shown.set(id, retryAt - clock.now()),
        () => rank,
      )
      .then((place) => {
        entered.push({ id, at: clock.monotonic() });
        place[Symbol.dispose]();
      });
  return { clock, logins, at, enter, entered, shown };
}

test('at most twenty logins a second over all nodes, and not many less', async () => {
  const { clock, enter, entered } = world();
  for (let i = 0; i < 120; i += 1) enter(i, `login ${i}`);
  await clock.advance(6_500);
  expect(entered).toHaveLength(120);
  const times = entered.map((each) => each.at).toSorted((a, b) => a - b);
  for (const [i, time] of times.slice(20).entries()) expect(time - (times[i] ?? 0)).toBeGreaterThanOrEqual(990);
});

test('a node that stood still does not use the turns that it slept through', async () => {
  const { clock, enter, entered } = world(1);
  for (let i = 0; i < 100; i += 1) enter(0, `login ${i}`);
  await clock.advance(60);
  await clock.stall(60_000);
  await clock.advance(10_000);
  expect(entered).toHaveLength(100);
  const late = entered.map((each) => each.at).filter((time) => time >= 60_000);
  for (const [i, time] of late.slice(20).entries()) expect(time - (late[i] ?? 0)).toBeGreaterThanOrEqual(950);
});

test.each([1, 3])('first those that a call waits for, then those that are watched (%d nodes)', async (nodes) => {
  const { clock, enter, entered } = world(nodes);
  for (let i = 0; i < 200; i += 1) enter(i, `other ${i}`);
  await drain();
  for (let i = 0; i < 20; i += 1) enter(i, `watched ${i}`, RANKS.watched);
  for (let i = 0; i < 20; i += 1) enter(i, `called ${i}`, RANKS.called);
  await clock.advance(20_000);
  expect(entered).toHaveLength(240);
  const last = (kind: string) => entered.findLastIndex(({ id }) => id.startsWith(kind));
  // What has a place already goes before: thirty a node.
  expect(last('called')).toBeLessThan(30 * nodes + 20 + 10);
  expect(last('watched')).toBeLessThan(30 * nodes + 40 + 10);
});

test('nobody logs in while the database is away, and all do afterwards', async () => {
  const { clock, logins, enter, entered } = world(2);
  logins.isAway = true;
  for (let i = 0; i < 10; i += 1) enter(i, `login ${i}`);
  await clock.advance(12_000);
  expect(entered).toEqual([]);
  logins.isAway = false;
  await clock.advance(2_000);
  expect(entered).toHaveLength(10);
});

test('three instances refused on any nodes hold up all; one tries at a time, and its success lets all in within a second', async () => {
  const { clock, at, enter, entered, shown } = world();
  for (const [node, id] of ['a', 'b', 'c'].entries()) at(node).refusedAsOutdated(id);
  await clock.advance(600);
  for (let i = 0; i < 12; i += 1) enter(i, `login ${i}`);
  await clock.advance(9_000);
  expect(entered).toEqual([]);
  expect(shown.size).toBe(12);
  for (const wait of shown.values()) expect(wait).toBeGreaterThan(5_000);
  await clock.advance(2_000);
  expect(entered).toHaveLength(1);
  await clock.advance(10_000);
  expect(entered).toHaveLength(2);
  at(1).accepted(entered[0]?.id ?? '');
  await clock.advance(1_200);
  expect(entered).toHaveLength(12);
});

test('what a node could not tell while the database was away, it tells afterwards', async () => {
  const { clock, logins, at, enter, entered } = world(2);
  for (const id of ['a', 'b', 'c']) at(0).refusedAsOutdated(id);
  await clock.advance(600);
  logins.isAway = true;
  at(0).accepted('a');
  await clock.advance(3_000);
  logins.isAway = false;
  await clock.advance(1_000);
  enter(1, 'next');
  await clock.advance(200);
  expect(entered).toHaveLength(1);
});
