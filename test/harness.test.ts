import { describe as suite, expect, test } from 'vitest';
import { planRun } from './harness/plan.ts';
import { runPlan, runSeed } from './harness/run.ts';
import { shrink } from './harness/shrink.ts';
import { describe, describeShort } from './harness/soak-run.ts';

const SEEDS = 1_000;
const PER_TEST = 100;

suite(`the promises hold in ${SEEDS} runs of the service with faults on every side`, () => {
  const starts = Array.from({ length: SEEDS / PER_TEST }, (_, n) => 1 + n * PER_TEST);
  test.each(starts)(
    'from seed %i',
    async (from) => {
      for (let seed = from; seed < from + PER_TEST; seed += 1) {
        const plan = planRun(seed);
        const result = await runPlan(plan);
        if (result.violations.length === 0) continue;
        const short = await shrink(plan, result);
        expect.fail(`${describe(result)}\n${describeShort(short.result)}`);
      }
    },
    120_000,
  );
});

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
