import { shrinkBy } from '../shrink.ts';
import type { Harness } from '../soak-run.ts';
import { planNodes } from './plan.ts';
import { runNodes } from './run.ts';

/** Three nodes on one database. */
export const THREE_NODES: Harness = {
  run: (seed) => runNodes(planNodes(seed)),
  async short(broken) {
    const plan = planNodes(broken.seed);
    return (await shrinkBy(plan, broken, (steps) => ({ ...plan, steps }), runNodes)).result;
  },
  flags: '--nodes ',
};
