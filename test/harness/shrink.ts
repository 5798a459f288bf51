import type { Plan, Step } from './acts.ts';
import { runPlan, type RunResult } from './run.ts';
import type { Violation } from './trace.ts';

/** A run takes a few hundredths of a second, and a history is short long before it can't get shorter. */
const MOST_RUNS = 150;

interface Broken {
  readonly violations: readonly Violation[];
}

/** Leaves out steps as long as the same rule is still broken, so that what is left can be read. */
export const shrink = (plan: Plan, broken: RunResult): Promise<{ plan: Plan; result: RunResult }> =>
  shrinkBy(plan, broken, (steps) => ({ ...plan, steps, slots: slotsOf(plan, steps) }), runPlan);

/** The same for plans of any kind. @param withSteps the plan with these steps alone */
export async function shrinkBy<P extends { readonly steps: readonly unknown[] }, R extends Broken>(
  plan: P,
  broken: R,
  withSteps: (steps: P['steps']) => P,
  run: (plan: P) => Promise<R>,
): Promise<{ plan: P; result: R }> {
  const rules = new Set(broken.violations.map(({ rule }) => rule));
  let best = { plan, result: broken };
  let runs = 0;
  for (let size = Math.ceil(plan.steps.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let from = 0; from < best.plan.steps.length && runs < MOST_RUNS;) {
      const shorter = withSteps(best.plan.steps.toSpliced(from, size));
      runs += 1;
      const result = await run(shorter);
      if (result.violations.some(({ rule }) => rules.has(rule))) best = { plan: shorter, result };
      else from += size;
    }
  }
  return best;
}

const slotsOf = ({ slots }: Plan, steps: readonly Step[]): Plan['slots'] =>
  slots.filter(({ name }) => steps.some(({ slot }) => slot === name));
