import { afterEach, expect, test, vi } from 'vitest';
import { VirtualClock } from '../../../test/support/virtual-clock.ts';
import { deadlineIn } from '../../clock.ts';
import { PrivetError } from '../../errors.ts';
import { ElsewhereError } from '../../nodes/elsewhere.ts';
import type { Membership } from '../../nodes/membership.ts';
import { type PeerCall, PeerError, type Peers } from '../../peers/peers.ts';
import type { InstanceOwner, NodeRow } from '../../storage/nodes/node-store.ts';
import type { FleetCalls } from '../calls/fleet-calls.ts';
import { SettingsChangedError } from '../../privacy/policies/condition.ts';
import { OutcomeUnknownError, Router } from './router.ts';
import { SpreadLifecycle } from './spread-calls.ts';

afterEach(() => vi.restoreAllMocks());

const rowOf = (incarnation: string): NodeRow => ({
  id: incarnation,
  incarnation,
  url: `http://${incarnation}`,
  draining: false,
  startedAt: 0,
  isLive: true,
  instances: 1,
});

/** A router whose one instance is where the test says; undefined: here. */
const rig = () => {
  const clock = new VirtualClock();
  const state = { owner: { incarnation: 'b', epoch: 1 } as InstanceOwner | undefined, live: ['a', 'b', 'c'] };
  const asked: string[] = [];
  const here = (): Promise<string> => {
    const { owner } = state;
    return owner?.incarnation === 'a' ? Promise.resolve('done here') : Promise.reject(new ElsewhereError('i', owner));
  };
  const near = {
    privacy: { timer: here, update: here },
    lifecycle: { delete: here },
  } as unknown as FleetCalls;
  let answer: (to: string, call: PeerCall) => Promise<unknown> = (to) => Promise.resolve(`done at ${to}`);
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
  const router = new Router({
    clock,
    near,
    peers: peers as Peers,
    membership: membership as Membership,
    store: { ownerOf: () => Promise.resolve(state.owner) },
    claim: () => Promise.resolve(false),
  });
  const caller = new AbortController();
  const call = { signal: caller.signal, deadline: deadlineIn(clock, 30_000) };
  const target = { reach: { accountId: 'x' }, name: 'shop' };
  const settled = <T>(work: Promise<T>): Promise<T> => (work.catch(() => undefined), work);
  return {
    clock,
    state,
    asked,
    caller,
    answers: (next: typeof answer) => (answer = next),
    read: () => settled(router.run('timer', target, call, undefined)),
    update: () => settled(router.run('update', target, call, { changes: [] })),
    remove: () => settled(new SpreadLifecycle(router, near.lifecycle).delete({ accountId: 'x' }, 'shop', call)),
  };
};

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
  expect(asked).toEqual(['timer c']);
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
