import { openStorage } from '../../src/storage/storage.ts';
import { drain, VirtualClock } from '../support/virtual-clock.ts';
import type { Plan } from './acts.ts';
import { checkQuiet } from './checks/quiet.ts';
import { finish } from './finale.ts';
import { WhatsApp } from './model/whatsapp.ts';
import { planRun } from './plan.ts';
import { Random } from './random.ts';
import { inFolder } from './run-folder.ts';
import { crash, perform, start } from './steps.ts';
import { installSqlFaults } from './sql-faults.ts';
import { Trace, type Violation } from './trace.ts';
import type { Slot, World } from './world.ts';

export interface RunResult {
  readonly seed: number;
  readonly violations: readonly Violation[];
  readonly history: readonly string[];
  readonly calls: number;
  readonly stanzas: number;
  readonly links: number;
  /** How long the run was on its own clock, in milliseconds. */
  readonly virtualMs: number;
}

export const runSeed = (seed: number): Promise<RunResult> => runPlan(planRun(seed));

/** One whole run: the same plan gives the same events in the same order. */
export async function runPlan(plan: Plan): Promise<RunResult> {
  const clock = new VirtualClock();
  const trace = new Trace(clock);
  return inFolder('privet-harness-', trace, async (folder) => {
    const storage = await openStorage({ dataDir: folder, clock });
    await using _ = storage;
    const random = new Random(plan.seed ^ 0x5eed);
    const account = await storage.accounts.create({ label: 'harness' });
    const slots = new Map(plan.slots.map((slot) => [slot.name, newSlot(slot, account.id)]));
    const whatsApp = new WhatsApp(clock, random.fork(), trace);
    for (const { name, latencyMs, ...parts } of plan.slots) {
      whatsApp.createAccount({ slot: name, lid: undefined, ...parts }).latencyMs = latencyMs;
    }
    using sql = installSqlFaults((statement) => {
      trace.note('*', `a statement fails: ${statement.slice(0, 60)}`);
      for (const slot of slots.values()) slot.struck += 1;
    });
    const world: World = {
      sql,
      clock,
      trace,
      random,
      whatsApp,
      storage,
      slots,
      service: undefined,
      ending: undefined,
      incarnations: 0,
      serviceChangedAt: 0,
      crash: (downMs) => crash(world, downMs),
    };
    await start(world);
    for (const step of plan.steps) {
      await clock.advance(Math.max(0, step.at - clock.monotonic()));
      checkQuiet(world);
      perform(world, step);
      await drain();
    }
    await finish(world);
    return {
      seed: plan.seed,
      violations: trace.violations,
      history: trace.history(),
      calls: trace.calls.length,
      stanzas: trace.requests.length,
      links: trace.links.length,
      virtualMs: clock.monotonic(),
    };
  });
}

function newSlot(plan: Slot['plan'], accountId: string): Slot {
  return {
    name: plan.name,
    plan,
    accountId,
    id: undefined,
    stored: undefined,
    archivedSeq: 0,
    parked: false,
    pairings: 0,
    bornAt: 0,
    storeFaults: [],
    isUncertain: false,
    struck: 0,
    hangsUntil: 0,
  };
}
