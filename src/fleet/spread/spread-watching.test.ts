import { expect, onTestFinished, test } from 'vitest';
import { drain, VirtualClock } from '../../../test/support/virtual-clock.ts';
import type { InstanceState, InstanceView } from '../../instance/state.ts';
import { ElsewhereError } from '../../nodes/elsewhere.ts';
import type { Membership } from '../../nodes/membership.ts';
import type { Peers } from '../../peers/peers.ts';
import type { NodeRow } from '../../storage/nodes/node-store.ts';
import { type Nudge, Topic } from '../watching/nudges.ts';
import { FarViews } from './far-views.ts';
import { Feed, type TopicName } from './feed.ts';
import { Legs } from './legs.ts';
import type { Near } from './near.ts';
import { KnownOwners } from '../routing/known-owners.ts';
import { SpreadWatching } from './spread-watching.ts';

const viewOf = (name: string, state: InstanceState, since = 0): InstanceView => ({
  id: `id-${name}`,
  accountId: 'x',
  name,
  createdAt: 0,
  state,
  since,
});

/** What another node tells, as long as the test does not end it. */
class Told {
  readonly #values: unknown[] = [];
  #wake = Promise.withResolvers<void>();
  #isOver = false;

  tell(value: unknown): void {
    this.#values.push(value);
    this.#wake.resolve();
  }

  end(): void {
    this.#isOver = true;
    this.#wake.resolve();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator {
    for (;;) {
      while (this.#values.length > 0) yield this.#values.shift();
      if (this.#isOver) return;
      await this.#wake.promise;
      this.#wake = Promise.withResolvers<void>();
    }
  }
}

/** This node is a, and has nothing; b and c have what the test says. */
const rig = () => {
  const clock = new VirtualClock();
  const live = new Set(['a', 'b', 'c']);
  const owners = new Map<string, string | null>();
  /** As nodes show them. */
  const shown = new Map<string, InstanceView>();
  const streams = new Map<string, Told>();
  const listeners = new Set<() => void>();
  const over = new AbortController();
  onTestFinished(() => over.abort());
  const node = (id: string): NodeRow => {
    const isLive = live.has(id);
    return { id, incarnation: id, url: '', draining: false, startedAt: 0, isLive, instances: 0 };
  };
  const membership = {
    incarnation: 'a',
    get nodes() {
      return ['a', 'b', 'c'].map(node);
    },
    find: (id: string) => Promise.resolve(node(id)),
    onChange: (listener: () => void) => {
      listeners.add(listener);
      return { [Symbol.dispose]: () => void listeners.delete(listener) };
    },
  } satisfies Partial<Membership>;
  const peers: Peers = {
    ask: (_peer, _method, ids) =>
      Promise.resolve(
        new Map([...shown.values()].filter(({ id }) => (ids as string[]).includes(id)).map((v) => [v.id, v])),
      ),
    stream: async function* (peer, method, body, signal) {
      const key = method === 'told' ? `told ${String(body)} ${peer.incarnation}` : `${method} ${peer.incarnation}`;
      const told = new Told();
      streams.set(key, told);
      const values = told[Symbol.asyncIterator]();
      const aborted = new Promise<never>((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error));
      });
      aborted.catch(() => undefined);
      for (;;) {
        const { done, value } = await Promise.race([values.next(), aborted]);
        if (done) return;
        yield value;
      }
    },
  };
  const rows = () =>
    [...owners].map(([name, owner]) => ({
      view: viewOf(name, 'STOPPED'),
      record: { owner, wanted: 'running', hasCredentials: true, epoch: 1 },
    }));
  const elsewhere = (name: string) => {
    const owner = owners.get(name);
    return Promise.reject(new ElsewhereError(`id-${name}`, owner ? { incarnation: owner, epoch: 1 } : undefined));
  };
  const near = {
    sessions: { byId: () => undefined },
    rows: {
      find: (_: unknown, name: string) => Promise.resolve(rows().find(({ view }) => view.name === name)),
      get: (_: unknown, id: string) => Promise.resolve(rows().find(({ view }) => view.id === id)),
      list: (_: unknown, { afterName }: { afterName: string }) => Promise.resolve(afterName === '' ? rows() : []),
    },
    watching: {
      instances: new Topic(),
      settings: new Topic(),
      watchInstance: (_: unknown, name: string) => elsewhere(name),
    },
  } as unknown as Near;
  const options = { clock, near, peers, membership: membership as unknown as Membership };
  const legs = new Legs(options.membership);
  const views = new FarViews(options);
  const watching = new SpreadWatching({ ...options, legs, views });
  const known = new KnownOwners(clock);
  const onMissed = (topic: TopicName): void => watching.missed(topic);
  const feed = new Feed({ ...options, watching: near.watching, owners: known, onMissed });
  onTestFinished(() => feed[Symbol.dispose]());
  return {
    clock,
    live,
    owners,
    shown,
    streams,
    watching,
    signal: over.signal,
    renewed: () => listeners.forEach((listener) => listener()),
  };
};

/** Lets all that follows from what was told come to its end: each question to a node waits for others of the same turn. */
const settle = async (): Promise<void> => {
  for (let n = 0; n < 30; n += 1) await drain();
};

/** Reads a stream as it goes, into a list. */
const into = <T, U>(values: AsyncIterable<T>, show: (value: T) => U): { seen: U[]; isOver: () => boolean } => {
  const seen: U[] = [];
  let isOver = false;
  void (async () => {
    for await (const value of values) seen.push(show(value));
    isOver = true;
  })();
  return { seen, isOver: () => isOver };
};
const shortly = ({ state, reason }: InstanceView): string => (reason ? `${state} ${reason.code}` : state);

test('a stream about an instance does not end and does not hang with its node, and moves with the instance', async () => {
  const { clock, live, owners, streams, watching, signal, renewed } = rig();
  owners.set('shop', 'b');
  const { seen, isOver } = into(await watching.watchInstance({ accountId: 'x' }, 'shop', signal), shortly);
  await drain();
  streams.get('watchInstance b')?.tell(viewOf('shop', 'OPEN', 5));
  await clock.advance(100);
  expect(seen).toEqual(['OPEN']);
  // It is paused: its connection stays, and its lease ends.
  live.delete('b');
  renewed();
  await clock.advance(1_000);
  expect(seen).toEqual(['OPEN', 'RECONNECTING moving']);

  owners.set('shop', 'c');
  await clock.advance(1_000);
  streams.get('watchInstance c')?.tell(viewOf('shop', 'CONNECTING', 8));
  streams.get('watchInstance c')?.tell(viewOf('shop', 'OPEN', 9));
  await clock.advance(100);
  expect(seen.slice(2)).toEqual(['CONNECTING', 'OPEN']);

  // The connection between the nodes breaks: what comes again is not sent again.
  streams.get('watchInstance c')?.end();
  await clock.advance(1_000);
  streams.get('watchInstance c')?.tell(viewOf('shop', 'OPEN', 9));
  await clock.advance(100);
  expect([seen.length, isOver()]).toEqual([4, false]);
  owners.delete('shop');
  streams.get('watchInstance c')?.end();
  await clock.advance(1_000);
  expect([seen.length, isOver()]).toEqual([4, true]);
});

test('what happens while nodes can not tell each other is told once they can, and nothing else again', async () => {
  const { clock, owners, shown, streams, watching, signal } = rig();
  for (const name of ['one', 'two', 'three']) {
    owners.set(name, 'b');
    shown.set(name, viewOf(name, 'OPEN'));
  }
  const { seen } = into(watching.watchInstances({ accountId: 'x' }, signal), ({ value, deletedId, caughtUp }) =>
    value ? `${value.name} ${value.state}` : (deletedId ?? caughtUp),
  );
  await settle();
  streams.get('told instances b')?.tell('ready');
  await settle();
  expect(seen).toEqual(['one OPEN', 'two OPEN', 'three OPEN', true]);
  shown.set('one', viewOf('one', 'STOPPED', 1));
  streams.get('told instances b')?.tell({ id: 'id-one', accountId: 'x', name: 'one' } satisfies Nudge);
  await settle();
  expect(seen.slice(4)).toEqual(['one STOPPED']);

  streams.get('told instances b')?.end();
  shown.set('two', viewOf('two', 'RECONNECTING', 2));
  owners.delete('three');
  shown.delete('three');
  await clock.advance(1_000);
  await settle();
  expect(seen.slice(5)).toEqual([]);
  streams.get('told instances b')?.tell('ready');
  await settle();
  expect(seen.slice(5)).toEqual(['two RECONNECTING', 'id-three']);
});

test('what a dead node had is shown as moving', async () => {
  const { live, owners, shown, watching, signal, renewed } = rig();
  owners.set('one', 'b');
  shown.set('one', viewOf('one', 'OPEN'));
  const { seen } = into(watching.watchInstances({ accountId: 'x' }, signal), ({ value }) => value && shortly(value));
  await settle();
  live.delete('b');
  renewed();
  await settle();
  expect(seen).toEqual(['OPEN', undefined, 'RECONNECTING moving']);
});
