import { afterEach, expect, test, vi } from 'vitest';
import { VirtualClock } from '../../../test/support/virtual-clock.ts';
import { deadlineIn } from '../../clock.ts';
import { InstanceNotConnectedError, PrivetError } from '../../errors.ts';
import { ElsewhereError } from '../../nodes/elsewhere.ts';
import type { Membership } from '../../nodes/membership.ts';
import { type PeerCall, PeerError, type Peers } from '../../peers/peers.ts';
import type { InstanceOwner, LeaseRow } from '../../storage/nodes/node-store.ts';
import type { Reach } from '../calls/reach.ts';
import { SettingsChangedError } from '../../privacy/policies/condition.ts';
import type { Near } from '../spread/near.ts';
import { ServedCalls } from '../spread/served.ts';
import { SpreadLifecycle } from '../spread/spread-calls.ts';
import { KnownOwners } from './known-owners.ts';
import { OwnerWatch } from './owner-watch.ts';
import { OutcomeUnknownError, Router, type RouterOptions } from './router.ts';

afterEach(() => vi.restoreAllMocks());

const rowOf = (incarnation: string): LeaseRow => ({
  id: incarnation,
  incarnation,
  url: `http://${incarnation}`,
  draining: false,
  startedAt: 0,
  isLive: true,
});

/** A router whose one instance is where the test says; undefined: here. */
const rig = () => {
  const clock = new VirtualClock();
  const state = {
    owner: { incarnation: 'b', epoch: 1 } as InstanceOwner | undefined,
    live: ['a', 'b', 'c'],
    claims: () => false,
  };
  const asked: string[] = [];
  /** How often it was looked up who has the instance: for a call, and for those that wait. */
  const looks = { forCalls: 0, forWaiting: 0 };
  const here = (): Promise<string> => {
    looks.forCalls += 1;
    const { owner } = state;
    return owner?.incarnation === 'a' ? Promise.resolve('done here') : Promise.reject(new ElsewhereError('i', owner));
  };
  const near = {
    sessions: { find: () => undefined },
    privacy: { timer: here, update: here },
    lifecycle: { delete: here },
  } as unknown as RouterOptions['near'];
  let answer: (to: string, call: PeerCall) => Promise<unknown> = (to) =>
    to === state.owner?.incarnation ? Promise.resolve(`done at ${to}`) : moved();
  const peers: Pick<Peers, 'ask'> = {
    ask: (peer, method, _, call) => {
      asked.push(`${method} ${peer.incarnation}`);
      const done = Promise.withResolvers<unknown>();
      call.signal.addEventListener('abort', () => done.reject(call.signal.reason));
      answer(peer.incarnation, call).then(done.resolve, done.reject);
      return done.promise;
    },
  };
  const membership: Pick<Membership, 'incarnation' | 'find'> = {
    incarnation: 'a',
    find: (incarnation) => Promise.resolve(state.live.includes(incarnation) ? rowOf(incarnation) : undefined),
  };
  const store = {
    ownersOf: (ids: readonly string[]) => {
      looks.forWaiting += 1;
      return Promise.resolve(new Map(ids.flatMap((id) => (state.owner ? [[id, state.owner]] : []))));
    },
  };
  const owners = new KnownOwners(clock);
  const watch = new OwnerWatch({ clock, membership, store, claim: () => Promise.resolve(state.claims()) });
  const router = new Router({ clock, near, peers: peers as Peers, membership, owners, watch });
  const caller = new AbortController();
  const call = { signal: caller.signal, deadline: deadlineIn(clock, 30_000) };
  const target = { reach: { accountId: 'x' }, name: 'shop' };
  const settled = <T>(work: Promise<T>): Promise<T> => (work.catch(() => undefined), work);
  return {
    clock,
    state,
    asked,
    looks,
    caller,
    answers: (next: typeof answer) => (answer = next),
    read: () => settled(router.run('timer', target, call, undefined)),
    update: () => settled(router.run('update', target, call, { changes: [] })),
    remove: () => settled(new SpreadLifecycle(router, near.lifecycle).delete({ accountId: 'x' }, 'shop', call)),
  };
};

const moved = () => Promise.reject(new PeerError('moved', 'It is not here'));
const lost = () => Promise.reject(new PeerError('lost', 'The connection ended'));
const never = () => new Promise<never>(() => undefined);

test('a read whose node is lost is sent again; a change not, until another node has the instance', async () => {
  const { clock, state, asked, answers, read, update } = rig();
  answers((to) => (asked.length === 1 ? lost() : Promise.resolve(`done at ${to}`)));
  const reading = read();
  await clock.advance(1_000);
  expect([await reading, asked]).toEqual(['done at b', ['timer b', 'timer b']]);

  asked.length = 0;
  const changing = update();
  await clock.advance(5_000);
  expect(asked).toEqual(['update b']);
  state.owner = { incarnation: 'c', epoch: 2 };
  await clock.advance(1_000);
  expect([await changing, asked]).toEqual(['done at c', ['update b', 'update c']]);
});

test('a change whose node was lost, and that nobody can tell more of, ends as one that may have been made', async () => {
  const { clock, asked, answers, update } = rig();
  answers(lost);
  const changing = update();
  await clock.advance(9_000);
  await expect(changing).rejects.toThrow(OutcomeUnknownError);
  await expect(changing).rejects.toMatchObject({ code: 'TIMEOUT' });
  expect(asked).toEqual(['update b']);
});

test('what the next node refuses is not told as if nothing had been done before', async () => {
  const { clock, state, answers, update } = rig();
  const seen = { categories: new Map(), observedAt: 1, sequence: 1 };
  answers((to) => (to === 'b' ? lost() : Promise.reject(new SettingsChangedError(seen))));
  const changing = update();
  state.owner = { incarnation: 'c', epoch: 2 };
  await clock.advance(1_000);
  await expect(changing).rejects.toThrow(OutcomeUnknownError);
});

test('an instance that the lost node has deleted is deleted', async () => {
  const { clock, state, answers, remove } = rig();
  answers((to) => (to === 'b' ? lost() : Promise.reject(new PrivetError('NOT_FOUND', 'There is none'))));
  const removing = remove();
  state.owner = { incarnation: 'c', epoch: 2 };
  await clock.advance(1_000);
  expect(await removing).toBeUndefined();
});

test('a node that is paused is not waited for once another one has the instance', async () => {
  const { clock, state, asked, answers, read } = rig();
  answers((to) => (to === 'b' ? never() : Promise.resolve(`done at ${to}`)));
  const reading = read();
  await clock.advance(3_000);
  state.owner = { incarnation: 'a', epoch: 2 };
  await clock.advance(1_000);
  expect([await reading, asked]).toEqual(['done here', ['timer b']]);
  expect(clock.pending).toBe(0);
});

test('a change that only waited at a node that gives the instance away has not been made: that node says so in time', async () => {
  const { clock, state, asked, answers, update } = rig();
  const says = Promise.withResolvers<void>();
  const standing = { state: 'RECONNECTING', reason: { code: 'connection_lost', message: '' } };
  answers((to) => (to === 'b' ? says.promise.then(moved) : Promise.reject(new InstanceNotConnectedError(standing))));
  const changing = update();
  await clock.advance(3_000);
  state.owner = { incarnation: 'c', epoch: 2 };
  // So long the other node is waited for.
  await clock.advance(2_000);
  expect(asked).toEqual(['update b']);
  says.resolve();
  await clock.advance(500);
  await expect(changing).rejects.toMatchObject({ code: 'INSTANCE_NOT_CONNECTED', state: 'RECONNECTING' });
  expect(asked).toEqual(['update b', 'update c']);
});

test.for([
  { what: 'lives, and does not say for long', live: ['a', 'b', 'c'], ms: 3_000 },
  { what: 'is gone', live: ['a', 'c'], ms: 500 },
])('a change goes to the next node where the one that had the instance $what', async ({ live, ms }) => {
  const { clock, state, asked, answers, update } = rig();
  answers((to) => (to === 'b' ? never() : Promise.resolve(`done at ${to}`)));
  const changing = update();
  await clock.advance(3_000);
  state.owner = { incarnation: 'c', epoch: 2 };
  state.live = live;
  await clock.advance(ms);
  expect([await changing, asked]).toEqual(['done at c', ['update b', 'update c']]);
  await clock.advance(500);
  expect(clock.pending).toBe(0);
});

test('where nobody has the instance a call waits as for one that connects, and then says why', async () => {
  const { clock, state, read, asked } = rig();
  state.live = ['a', 'c'];
  const reading = read();
  await clock.advance(7_500);
  state.owner = { incarnation: 'c', epoch: 2 };
  await clock.advance(500);
  expect(await reading).toBe('done at c');

  state.owner = undefined;
  const inVain = read();
  await clock.advance(9_000);
  await expect(inVain).rejects.toMatchObject({
    code: 'INSTANCE_NOT_CONNECTED',
    state: 'RECONNECTING',
    reason: { code: 'moving' },
    retryAt: expect.any(Number) as number,
  });
  // The second one where it was asked for a moment ago.
  expect(asked).toEqual(['timer c', 'timer c']);
});

test('a node that can not be reached, or does not have it any more, did nothing: the change goes where it is then', async () => {
  for (const fault of ['unreachable', 'moved'] as const) {
    const { clock, state, asked, answers, update } = rig();
    answers((to) => (to === 'b' ? Promise.reject(new PeerError(fault, '')) : Promise.resolve(`done at ${to}`)));
    const changing = update();
    await clock.advance(100);
    state.owner = { incarnation: 'c', epoch: 2 };
    await clock.advance(500);
    expect([await changing, asked]).toEqual(['done at c', ['update b', 'update c']]);
  }
});

test('a call that is withdrawn begins nothing more there, and what had begun is answered', async () => {
  const { clock, caller, asked, answers, update } = rig();
  const done = Promise.withResolvers<unknown>();
  answers(() => done.promise);
  const changing = update();
  await clock.advance(10);
  caller.abort(new PrivetError('UNAUTHENTICATED', 'The token has ended'));
  await clock.advance(10);
  expect(asked).toEqual(['update b', 'withdraw b']);
  done.resolve('done at b');
  expect(await changing).toBe('done at b');
});

test('who had the instance a moment ago is asked without a look, for a second; who does not have it any more is not waited for', async () => {
  const { clock, state, asked, looks, read, update } = rig();
  await read();
  expect([await read(), await update(), looks.forCalls]).toEqual(['done at b', 'done at b', 1]);

  asked.length = 0;
  state.owner = { incarnation: 'c', epoch: 2 };
  // No time passes.
  expect([await update(), asked, looks.forCalls]).toEqual(['done at c', ['update b', 'update c'], 2]);
  await read();
  expect(looks.forCalls).toBe(2);
  await clock.advance(1_001);
  expect([await read(), looks.forCalls]).toEqual(['done at c', 3]);

  state.owner = { incarnation: 'a', epoch: 3 };
  expect([await read(), asked.at(-1)]).toEqual(['done here', 'timer c']);
});

test('a node that is gone, or that can not be reached, is not asked because it had the instance a moment ago', async () => {
  const { state, asked, answers, looks, read, update } = rig();
  await read();
  state.owner = { incarnation: 'c', epoch: 2 };
  state.live = ['a', 'c'];
  expect([await update(), asked]).toEqual(['done at c', ['timer b', 'update c']]);

  state.live = ['a', 'b', 'c'];
  state.owner = { incarnation: 'b', epoch: 3 };
  answers((to) => (to === 'c' ? Promise.reject(new PeerError('unreachable', '')) : Promise.resolve(`done at ${to}`)));
  looks.forCalls = 0;
  expect([await update(), asked.slice(2), looks.forCalls]).toEqual(['done at b', ['update c', 'update b'], 1]);
});

test('a change that the node may have made that had the instance a moment ago is not sent to it again', async () => {
  const { clock, state, asked, answers, read, update } = rig();
  await read();
  answers(lost);
  const changing = update();
  await clock.advance(2_000);
  expect(asked).toEqual(['timer b', 'update b']);
  answers((to) => Promise.resolve(`done at ${to}`));
  state.owner = { incarnation: 'c', epoch: 2 };
  await clock.advance(200);
  expect([await changing, asked.at(-1)]).toEqual(['done at c', 'update c']);
});

test('another instance that has taken the name is found at once', async () => {
  const { state, answers, read, update } = rig();
  await read();
  answers((to) => (to === 'b' ? Promise.reject(new PrivetError('NOT_FOUND', '')) : Promise.resolve(`done at ${to}`)));
  state.owner = { incarnation: 'c', epoch: 1 };
  expect(await update()).toBe('done at c');
  state.owner = { incarnation: 'b', epoch: 1 };
  answers(() => Promise.reject(new PrivetError('NOT_FOUND', '')));
  await expect(update()).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

test('calls that wait for a node are looked after together, and end once this node has claimed what they wait for', async () => {
  const { clock, state, looks, answers, read } = rig();
  answers((to) => (to === 'b' ? never() : Promise.resolve(`done at ${to}`)));
  const reading = Promise.all(Array.from({ length: 500 }, read));
  await clock.advance(1_900);
  expect([looks.forCalls, looks.forWaiting]).toEqual([500, 6]);
  state.live = ['a', 'c'];
  state.claims = () => {
    state.owner = { incarnation: 'a', epoch: 2 };
    return true;
  };
  await clock.advance(250);
  expect(new Set(await reading)).toEqual(new Set(['done here']));
  await clock.advance(1_000);
  expect([looks.forWaiting, clock.pending]).toEqual([7, 0]);
});

test('what is asked of a node that has the instance anew is not done under another epoch than the asker knows', async () => {
  const clock = new VirtualClock();
  let done = 0;
  const near = {
    sessions: { byId: () => ({ life: { epoch: 3 } }) },
    privacy: {
      update: ({ onFound }: Reach) => {
        onFound?.({ id: 'i', name: 'shop' });
        return Promise.resolve((done += 1));
      },
    },
  } as unknown as Near;
  const served = new ServedCalls(near, clock);
  const ask = (epoch?: number) => {
    const sent = { id: '1', accountId: 'x', instanceId: 'i', epoch, name: 'shop', args: { changes: [] } };
    return served.ask('update', sent, { signal: new AbortController().signal, remainingMs: 1_000 });
  };
  await expect(ask(1)).rejects.toMatchObject({ fault: 'moved' });
  expect(done).toBe(0);
  expect([await ask(3), await ask()]).toEqual([1, 2]);
});
