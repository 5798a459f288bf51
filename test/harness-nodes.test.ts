import { expect, test } from 'vitest';
import { runNodesSeed } from './harness/nodes/run.ts';
import { THREE_NODES } from './harness/nodes/three-nodes.ts';
import { runSeeds } from './harness/seeds.ts';

runSeeds(1, 40, THREE_NODES, 20);

test.each([
  [
    205,
    'a claim that was held up by an outage of the database, and came once it was over: it took from who was cut off too',
  ],
])('seed %i broke a promise once: %s', async (seed) => {
  expect((await runNodesSeed(seed)).violations).toEqual([]);
});

test('a seed of several nodes gives the same history every time', async () => {
  for (const seed of [7, 4_711]) {
    const [first, second] = [await runNodesSeed(seed), await runNodesSeed(seed)];
    expect(second.history).toEqual(first.history);
    expect(first.history.length).toBeGreaterThan(40);
  }
});
