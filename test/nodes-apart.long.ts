import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { AllPrivacyDocument, InstanceChangesDocument, PrivacyChangesDocument } from './gql/graphql.ts';
import { type Member, statesOf } from './support/crowd.ts';
import { type EventStream, openEventStream } from './support/event-stream.ts';
import {
  call,
  type Called,
  isDone,
  longest,
  otherOf,
  read,
  set,
  tally,
  timesSet,
  until,
} from './support/nodes/called.ts';
import { type Node, nodeOf, seconds, spreadEvenly, startWorld, tell, type World } from './support/nodes/world.ts';

const NODES = ['node-a', 'node-b'] as const;
/** Between two calls of the same caller. */
const PAUSE_MS = 60;
/** A node that does not answer is found out in 2.5 s; a call waits 8 s for one that does, and 1.5 s for its last try. */
const IN_TIME_MS = 12_000;
const SLACK_MS = 3_000;
/** A token that ended works nowhere for longer. */
const REVOKED_MS = 1_000;
const LATE_MS = 1_500;
const PATIENCE_MS = 20_000;

const cut = (world: World, on: boolean): void => {
  for (const { peers } of world.nodes) peers.hold(on);
};

const farFrom = (world: World, owner: string | undefined): Node =>
  nodeOf(world, owner === NODES[0] ? NODES[1] : NODES[0]);

/** A change through the node that does not have the instance, and how often WhatsApp was told of it. */
interface Change {
  readonly called: Called;
  readonly key: string;
  readonly value: string;
  times: number;
  /** How often after its caller was told that it may have been made. */
  late: number;
}

/** Callers of one instance: through the node that has it, and through the other one. */
class Callers {
  readonly near: Called[] = [];
  readonly farReads: Called[] = [];
  readonly farChanges: Change[] = [];
  readonly #world: World;
  readonly #member: Member;
  readonly #nearUrl: string;
  readonly #farUrl: string;
  #isOver = false;
  readonly #whole = Promise.withResolvers<void>();
  readonly #running: Promise<unknown>;

  constructor(world: World, member: Member, owner: string) {
    this.#world = world;
    this.#member = member;
    this.#nearUrl = nodeOf(world, owner).service.url;
    this.#farUrl = farFrom(world, owner).service.url;
    const isOver = (): boolean => this.#isOver;
    this.#running = Promise.all([
      until(isOver, PAUSE_MS, async () => void this.near.push(await read(this.#nearUrl, member))),
      until(isOver, PAUSE_MS, async () => {
        this.near.push(await set(this.#nearUrl, member, 'lastSeen', otherOf(world, member, 'lastSeen')));
      }),
      until(isOver, PAUSE_MS, async () => void this.farReads.push(await read(this.#farUrl, member))),
      until(isOver, PAUSE_MS, () => this.#change()),
    ]);
  }

  /** The nodes reach each other again. */
  whole(): void {
    this.#whole.resolve();
  }

  async stop(): Promise<void> {
    this.#isOver = true;
    await this.#running;
  }

  async #change(): Promise<void> {
    const [world, member] = [this.#world, this.#member];
    const before = timesSet(world, member, 'status');
    const [key, value] = [randomUUID(), otherOf(world, member, 'status')];
    const called = await set(this.#farUrl, member, 'status', value, { key });
    const change: Change = { called, key, value, times: 0, late: 0 };
    this.farChanges.push(change);
    if (called.code === 'TIMEOUT') {
      const then = timesSet(world, member, 'status');
      await this.#whole.promise;
      // What was under way arrives once the nodes reach each other again: who was told can't take it back any more.
      await delay(LATE_MS);
      change.late = timesSet(world, member, 'status') - then;
      let again: Called;
      do again = await set(this.#farUrl, member, 'status', value, { key });
      while (!isDone(again) && again.beganAt - called.beganAt < PATIENCE_MS * 2);
      expect.soft(again).toMatchObject({ code: undefined });
    }
    change.times = timesSet(world, member, 'status') - before;
  }
}

/** The nodes can't reach each other for so long, in the middle of all those calls. */
async function apart(world: World, ms: number, meanwhile: () => Promise<void> = async () => undefined) {
  const owners = await world.owners();
  const all = world.members.map((member) => new Callers(world, member, owners.get(member.name) ?? ''));
  await delay(800);
  const cutAt = performance.now();
  cut(world, true);
  await Promise.all([delay(ms), meanwhile()]);
  cut(world, false);
  for (const callers of all) callers.whole();
  const wholeAt = performance.now();
  const isBack = ({ farReads }: Callers): boolean => farReads.some((one) => isDone(one) && one.beganAt >= wholeAt);
  await expect.poll(() => all.filter((one) => !isBack(one)).length, { timeout: PATIENCE_MS }).toBe(0);
  const backMs = all.map(({ farReads }) => {
    const first = farReads.find((one) => isDone(one) && one.beganAt >= wholeAt);
    return (first?.beganAt ?? 0) + (first?.tookMs ?? 0) - wholeAt;
  });
  await Promise.all(all.map((callers) => callers.stop()));
  const near = all.flatMap((one) => one.near);
  const farReads = all.flatMap((one) => one.farReads);
  const changes = all.flatMap((one) => one.farChanges);
  const farChanges = changes.map(({ called }) => called);
  const show = (calls: readonly Called[]): string =>
    `${JSON.stringify(tally(calls))} within ${seconds(longest(calls))} s`;
  tell(`apart for ${seconds(wholeAt - cutAt)} s`, {
    instances: all.length,
    'through the owner': show(near),
    'reads through the other': show(farReads),
    'changes through the other': show(farChanges),
    'made twice': changes.filter(({ times }) => times > 1).length,
    'made late': changes.filter(({ late }) => late > 0).length,
    'answer again after': `${seconds(Math.max(...backMs))} s`,
  });
  expect.soft(near.filter((one) => !isDone(one))).toEqual([]);
  expect.soft(longest(near)).toBeLessThan(SLACK_MS);
  expect.soft(longest([...farReads, ...farChanges])).toBeLessThan(IN_TIME_MS + SLACK_MS);
  // Each was done as often as its caller was told.
  expect.soft(changes.filter(({ late }) => late > 0)).toEqual([]);
  for (const { called, times } of changes) {
    if (called.code === undefined) expect.soft([isDone(called), times]).toEqual([true, 1]);
    else if (called.code === 'TIMEOUT')
      expect.soft([called.message, times]).toEqual([expect.stringContaining('not known'), 1]);
    else expect.soft([called.code, called.reason, times]).toEqual(['INSTANCE_NOT_CONNECTED', 'MOVING', 0]);
  }
  return { reads: tally(farReads), changes: tally(farChanges) };
}

/** How long after its answer a token that one node has replaced is refused by the other one, which works with it. */
async function revoked(world: World): Promise<number> {
  const [here, there] = NODES.map((node) => nodeOf(world, node).service.url);
  if (here === undefined || there === undefined) throw new Error('There are two nodes');
  const created = await call(here, world, 'mutation { createInstance(name: "replaced") { token } }');
  const made = created.data?.['createInstance'] as { readonly token: string } | null | undefined;
  if (!made) throw new Error(created.message);
  const ask = (): Promise<Called> => call(there, made, '{ instance(name: "replaced") { name } }');
  expect.soft(await ask()).toMatchObject({ data: { instance: { name: 'replaced' } } });
  await call(here, world, 'mutation { rotateInstanceToken(instance: "replaced") { token } }');
  const from = performance.now();
  while ((await ask()).code !== 'UNAUTHENTICATED' && performance.now() - from < PATIENCE_MS) await delay(50);
  const tookMs = performance.now() - from;
  await call(here, world, 'mutation { deleteInstance(instance: "replaced") { name } }');
  return tookMs;
}

/** All that a stream brings, until the test ends. */
function gather<T>(stream: EventStream<T>): { readonly seen: readonly T[]; readonly ended: () => string | undefined } {
  const seen: T[] = [];
  let ended: string | undefined;
  void (async () => {
    for (;;) seen.push(await stream.data());
  })().catch((error: unknown) => (ended = String(error)));
  return { seen, ended: () => ended };
}

test(
  'two nodes that can not reach each other: callers are told so in time, nothing is done twice, and nothing moves',
  { timeout: 180_000 },
  async () => {
    const world = await startWorld({ instances: 16, nodes: NODES, everyMs: 'never' });
    await spreadEvenly(world);
    const owners = await world.owners();
    const [logins, epochs] = [world.logins(), await world.epochs()];
    const [here, there] = NODES.map((node) => world.members.filter(({ name }) => owners.get(name) === node));
    const watched = there?.[0];
    if (!here || !watched) throw new Error('Each node has instances');
    const at = { url: nodeOf(world, 'node-a').service.url, token: world.token };

    // As long as a pause of a network that nobody notices.
    expect.soft(await apart(world, 1_500)).toEqual({
      reads: { answered: expect.any(Number) as number },
      changes: { answered: expect.any(Number) as number },
    });

    const state = gather(await openEventStream(at, InstanceChangesDocument, { name: watched.name }, PATIENCE_MS * 2));
    const settings = gather(
      await openEventStream(at, PrivacyChangesDocument, { instance: watched.name }, PATIENCE_MS * 2),
    );
    const everything = gather(await openEventStream(at, AllPrivacyDocument, {}, PATIENCE_MS * 2));
    const states = (): unknown[] => state.seen.map(({ instance }) => [instance?.state, instance?.reason?.code]);
    await expect.poll(() => settings.seen.length).toBeGreaterThan(0);
    const farUrl = ({ name }: Member): string => farFrom(world, owners.get(name)).service.url;
    const change = (one: Member): Promise<Called> => set(farUrl(one), one, 'profile', otherOf(world, one, 'profile'));
    const sentAnyway: Called[] = [];
    const between: Called[] = [];
    let revokedMs = Number.NaN;
    const told = await apart(world, 14_000, async () => {
      // Nobody knows yet that they are apart: these leave, and are on their way until they are not.
      const sending = world.members.map(change);
      await delay(4_000);
      // Who lists them is not kept waiting, and sees which ones can't be asked.
      const from = performance.now();
      expect.soft(await statesOf(at)).toEqual(
        new Map([
          ['OPEN', 8],
          ['RECONNECTING', 8],
        ]),
      );
      expect.soft(performance.now() - from).toBeLessThan(SLACK_MS);
      revokedMs = await revoked(world);
      const asking = world.members.flatMap((one) => [read(farUrl(one), one), change(one)]);
      sentAnyway.push(...(await Promise.all(sending)));
      between.push(...(await Promise.all(asking)));
    });
    tell('changes that were sent when they were just apart', {
      ...tally(sentAnyway),
      within: `${seconds(longest(sentAnyway))} s`,
    });
    expect.soft(revokedMs).toBeLessThan(REVOKED_MS + SLACK_MS);
    expect.soft(tally(sentAnyway)).toEqual({ TIMEOUT: world.members.length });
    tell('calls that began while they were apart', { ...tally(between), within: `${seconds(longest(between))} s` });
    tell('a token that was replaced at the one', { 'is refused at the other after': `${seconds(revokedMs)} s` });
    expect.soft(tally(between)).toEqual({ 'INSTANCE_NOT_CONNECTED MOVING': 2 * world.members.length });
    expect.soft(longest([...sentAnyway, ...between])).toBeLessThan(IN_TIME_MS + SLACK_MS);
    expect.soft(told.changes).toMatchObject({ TIMEOUT: expect.any(Number) as number });

    await expect.poll(states).toEqual([
      ['OPEN', undefined],
      ['RECONNECTING', 'MOVING'],
      ['OPEN', undefined],
    ]);
    // What was on its way did not arrive late: its callers had been told.
    expect.soft(world.members.map((one) => timesSet(world, one, 'profile'))).toEqual(world.members.map(() => 0));
    const caller = { url: nodeOf(world, 'node-b').service.url, token: watched.token };
    for (const value of ['NONE', 'ALL'] as const) {
      expect(isDone(await set(caller.url, watched, 'status', value))).toBe(true);
      await expect.poll(() => settings.seen.at(-1)?.privacy?.visibility.status).toBe(value);
    }
    const changesOf = (): unknown[] =>
      everything.seen.flatMap(({ privacyChanges: change }) =>
        change?.settings?.instance.name === watched.name ? [change.settings.visibility.status] : [],
      );
    await expect.poll(() => changesOf().at(-1)).toBe('ALL');
    expect.soft([state.ended(), settings.ended(), everything.ended()]).toEqual([undefined, undefined, undefined]);

    expect.soft([await world.owners(), await world.epochs(), world.logins()]).toEqual([owners, epochs, logins]);
    for (const { service } of world.nodes) expect.soft(service.stderr()).not.toMatch(/unhandled|lease of this node/i);
  },
);
