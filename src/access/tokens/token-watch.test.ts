import { expect, test } from 'vitest';
import { VirtualClock } from '../../../test/support/virtual-clock.ts';
import { TokenWatch } from './token-watch.ts';

const setUp = () => {
  const clock = new VirtualClock();
  const ended = new Set<string>();
  const state = { looks: 0, broken: false, warnings: 0, ended, told: [] as string[], asked: [] as string[] };
  const watch = new TokenWatch({
    clock,
    log: { warn: () => void state.warnings++ },
    endedAmong: async (ids) => {
      state.looks++;
      state.asked.push(...ids);
      if (state.broken) throw new Error('no database');
      return ids.filter((id) => ended.has(id));
    },
  });
  const hold = (tokenId: string, name = tokenId, accountId = 'account'): Disposable =>
    watch.hold({ tokenId, accountId }, () => state.told.push(name));
  const lookAt = (...tokenIds: string[]) => watch.lookAt({ accountId: 'account', tokenIds });
  return { clock, state, hold, lookAt };
};

test('each is told once, within a second, and nobody else', async () => {
  const { clock, state, hold } = setUp();
  hold('a', 'one');
  hold('a', 'two');
  using _other = hold('b');
  state.ended.add('a');
  await clock.advance(999);
  expect(state.told).toEqual(['one', 'two']);
  await clock.advance(10_000);
  expect(state.told).toEqual(['one', 'two']);
});

test('who knows that it ended is not kept waiting for the next look, and nobody else is looked at', async () => {
  const { state, hold, lookAt } = setUp();
  hold('a');
  hold('b')[Symbol.dispose]();
  hold('c');
  state.ended.add('a');
  await lookAt('a', 'b');
  expect([state.told, state.asked]).toEqual([['a'], ['a']]);
  await lookAt('a', 'b');
  expect(state.looks).toBe(1);
});

test('where nobody can say which have ended, those of that account are looked at that something goes on under', async () => {
  const { state, hold, lookAt } = setUp();
  for (const id of ['a', 'b']) hold(id);
  hold('c')[Symbol.dispose]();
  hold('d', 'd', 'another account');
  state.ended.add('b');
  await lookAt();
  expect([state.told, state.asked]).toEqual([['b'], ['a', 'b']]);
});

test('it looks while there is somebody to tell, and soon leaves no timer behind', async () => {
  const { clock, state, hold } = setUp();
  for (let call = 0; call < 1_000; call++) {
    using _held = hold('a');
    expect(clock.pending).toBe(1);
  }
  await clock.advance(250);
  expect(clock.pending).toBe(0);
  await clock.advance(10_000);
  expect(state.looks).toBe(0);

  const held = hold('a');
  await clock.advance(1_000);
  expect(state.looks).toBe(4);
  held[Symbol.dispose]();
  held[Symbol.dispose]();
  await clock.advance(250);
  expect([clock.pending, state.looks]).toEqual([0, 4]);
});

test('whichever leaves, the others are told', async () => {
  const { clock, state, hold } = setUp();
  const [, second, , fourth] = ['first', 'second', 'third', 'fourth'].map((name) => hold('a', name));
  second?.[Symbol.dispose]();
  hold('a', 'fifth');
  fourth?.[Symbol.dispose]();
  second?.[Symbol.dispose]();
  state.ended.add('a');
  await clock.advance(999);
  expect(state.told.toSorted()).toEqual(['fifth', 'first', 'third']);
});

test('one that was told and then leaves takes nobody with it', async () => {
  const { clock, state, hold, lookAt } = setUp();
  const first = hold('a', 'first');
  state.ended.add('a');
  await lookAt('a');
  state.ended.clear();
  hold('a', 'second');
  first[Symbol.dispose]();
  state.ended.add('a');
  await clock.advance(999);
  expect(state.told).toEqual(['first', 'second']);
  expect(clock.pending).toBe(0);
});

test('a database that does not answer ends nothing, and is told of once', async () => {
  const { clock, state, hold } = setUp();
  hold('a');
  state.ended.add('a');
  state.broken = true;
  await clock.advance(5_000);
  expect([state.told, state.warnings]).toEqual([[], 1]);
  state.broken = false;
  await clock.advance(999);
  expect(state.told).toEqual(['a']);
});
