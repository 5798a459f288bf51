import { describe as suite, expect, test } from 'vitest';
import { describe, describeShort, type Harness, ONE_SERVICE } from './soak-run.ts';

/** Runs that many seeds, from this one on, and tells of the first one that breaks a promise how little it takes. */
export function runSeeds(from: number, count: number, harness: Harness = ONE_SERVICE, perTest = 100): void {
  suite(`the promises hold in ${count} runs of the service with faults on every side`, () => {
    const starts = Array.from({ length: count / perTest }, (_, n) => from + n * perTest);
    test.each(starts)(
      'from seed %i',
      async (first) => {
        for (let seed = first; seed < first + perTest; seed += 1) {
          const result = await harness.run(seed);
          if (result.violations.length === 0) continue;
          expect.fail(`${describe(result, harness)}\n${describeShort(await harness.short(result))}`);
        }
      },
      120_000,
    );
  });
}
