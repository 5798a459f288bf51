import { describe as suite, expect, test } from 'vitest';
import { planRun } from './plan.ts';
import { runPlan } from './run.ts';
import { shrink } from './shrink.ts';
import { describe, describeShort } from './soak-run.ts';

const PER_TEST = 100;

/** Runs that many seeds, from this one on, and tells of the first one that breaks a promise how little it takes. */
export function runSeeds(from: number, count: number): void {
  suite(`the promises hold in ${count} runs of the service with faults on every side`, () => {
    const starts = Array.from({ length: count / PER_TEST }, (_, n) => from + n * PER_TEST);
    test.each(starts)(
      'from seed %i',
      async (first) => {
        for (let seed = first; seed < first + PER_TEST; seed += 1) {
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
}
