import { expect, test } from 'vitest';
import { VirtualClock } from '../../test/support/virtual-clock.ts';
import { Receiving } from './receiving.ts';

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
