import { expect, test } from 'vitest';
import { runNodesSeed } from './harness/nodes/run.ts';
import { THREE_NODES } from './harness/nodes/three-nodes.ts';
import { runSeeds } from './harness/seeds.ts';

runSeeds(1, 20, THREE_NODES, 20);

test.each([[22, 'a machine that was suspended while it logged in, and woke once another node had the instance']])(
  'seed %i broke a promise once: %s',
  async (seed) => {
    expect((await runNodesSeed(seed)).violations).toEqual([]);
  },
);

test('a claim that neither its own lease nor its time bounds takes from nodes that may live', async () => {
  const rules = (await runNodesSeed(114, ['own lease', 'time'])).violations.map(({ rule }) => rule);
  expect(rules).toContain('no claim within the grace');
});

test('a seed of several nodes gives the same history every time', async () => {
  for (const seed of [7, 4_711]) {
    const [first, second] = [await runNodesSeed(seed), await runNodesSeed(seed)];
    expect(second.history).toEqual(first.history);
    expect(first.history.length).toBeGreaterThan(40);
  }
});
