import { expect, test } from 'vitest';
import { Arrivals, Turns } from './turns.ts';

/** Operations that arrive together, each of which keeps the thread for so long; in which round of the loop each began. */
async function begin(count: number, takesMs: number): Promise<{ order: number[]; rounds: number[] }> {
  const clock = { now: 0, monotonic: () => clock.now };
  const turns = new Turns(clock, { areFirst: false });
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
  expect(new Turns({ monotonic: () => 0 }, { areFirst: false }).take()).toBeUndefined();
});

test('while connections are accepted nothing begins, and then something does: by turns, until none is left', async () => {
  const clock = { now: 0, monotonic: () => clock.now };
  const arrivals = new Arrivals(clock);
  const turns = new Turns(clock, arrivals);
  const accepted = { count: 0, before: [] as number[] };
  const wait = async (): Promise<void> => {
    await turns.take();
    clock.now += 4;
    accepted.before.push(accepted.count);
  };
  const operations: Promise<void>[] = [];
  for (; accepted.count < 100; accepted.count++) {
    arrivals.note();
    operations.push(wait());
    await new Promise((resolve) => setImmediate(resolve));
  }
  await Promise.all(operations);
  const [first = 0] = accepted.before;
  expect(first).toBeGreaterThan(30);
  const whileThey = accepted.before.filter((count) => count < 100);
  expect(whileThey.length).toBeGreaterThan(4);
  expect(whileThey.length).toBeLessThan(40);
  expect(turns.take()).toBeUndefined();
});
