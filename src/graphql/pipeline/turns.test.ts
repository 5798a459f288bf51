import { expect, test } from 'vitest';
import { Turns } from './turns.ts';

/** Operations that arrive together, each of which keeps the thread for so long; in which round of the loop each began. */
async function begin(count: number, takesMs: number): Promise<{ order: number[]; rounds: number[] }> {
  const clock = { now: 0, monotonic: () => clock.now };
  const turns = new Turns(clock);
  const loop = { rounds: 0, isOver: false };
  const goRound = (): void => {
    loop.rounds += 1;
    if (!loop.isOver) setImmediate(goRound);
  };
  setImmediate(goRound);
  const order: number[] = [];
  const rounds: number[] = [];
  await Promise.all(
    Array.from({ length: count }, async (_, index) => {
      await turns.take();
      clock.now += takesMs;
      order.push(index);
      rounds.push(loop.rounds);
    }),
  );
  loop.isOver = true;
  return { order, rounds };
}

const most = (rounds: readonly number[]): number =>
  Math.max(...[...Map.groupBy(rounds, (round) => round).values()].map(({ length }) => length));

test('operations that take long begin one in each round of the event loop, once the first few have', async () => {
  const { order, rounds } = await begin(50, 20);
  expect(order).toEqual(order.toSorted((a, b) => a - b));
  expect(most(rounds.slice(8))).toBe(1);
});

test('others begin a few in each round', async () => {
  const { order, rounds } = await begin(50, 0.1);
  expect(order).toEqual(order.toSorted((a, b) => a - b));
  expect(most(rounds)).toBe(8);
  expect(new Set(rounds).size).toBeLessThan(12);
});

test('one that comes alone begins at once', () => {
  expect(new Turns({ monotonic: () => 0 }).take()).toBeUndefined();
});
