import type { Plan, Step } from './acts.ts';
import { runPlan, type RunResult } from './run.ts';

/** A run takes a few hundredths of a second, and a history is short long before it can't get shorter. */
const MOST_RUNS = 150;

/** Leaves out steps as long as the same rule is still broken, so that what is left can be read. */
export async function shrink(plan: Plan, broken: RunResult): Promise<{ plan: Plan; result: RunResult }> {
  const rules = new Set(broken.violations.map(({ rule }) => rule));
  let best = { plan, result: broken };
  let runs = 0;
  for (let size = Math.ceil(plan.steps.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let from = 0; from < best.plan.steps.length && runs < MOST_RUNS;) {
      const steps = best.plan.steps.toSpliced(from, size);
      const shorter = { ...best.plan, steps, slots: slotsOf(best.plan, steps) };
      runs += 1;
      const result = await runPlan(shorter);
      if (result.violations.some(({ rule }) => rules.has(rule))) best = { plan: shorter, result };
      else from += size;
    }
  }
  return best;
}

const slotsOf = ({ slots }: Plan, steps: readonly Step[]): Plan['slots'] =>
  slots.filter(({ name }) => steps.some(({ slot }) => slot === name));
