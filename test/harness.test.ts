import { expect, test } from 'vitest';
import { runSeed } from './harness/run.ts';
import { runSeeds } from './harness/seeds.ts';
import { ONE_SERVICE } from './harness/soak-run.ts';

runSeeds(1, 50, ONE_SERVICE, 50);

test('a seed gives the same history every time', async () => {
  for (const seed of [3, 77, 4_711]) {
    const [first, second] = [await runSeed(seed), await runSeed(seed)];
    // The names of instances are random; nothing depends on them.
    const hide = (lines: readonly string[]): string[] =>
      lines.map((line) => line.replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'id'));
    expect(hide(second.history)).toEqual(hide(first.history));
    expect(first.history.length).toBeGreaterThan(50);
  }
});
