import { planRun } from './plan.ts';
import { runPlan, type RunResult } from './run.ts';
import { shrink } from './shrink.ts';

/** What runs a seed: the service alone, or several nodes of it. */
export interface Harness {
  run(seed: number): Promise<RunResult>;
  /** The same history made short, of a seed that breaks a promise. */
  short(broken: RunResult): Promise<RunResult>;
  /** What `npm run soak` is told besides the seed. */
  readonly flags: string;
}

export const ONE_SERVICE: Harness = {
  run: (seed) => runPlan(planRun(seed)),
  short: async (broken) => (await shrink(planRun(broken.seed), broken)).result,
  flags: '',
};

export interface SoakOptions {
  readonly harness: Harness;
  readonly from: number;
  readonly seeds: number;
  readonly showHistory: boolean;
  /** At the first seed that breaks a promise, or this one. */
  readonly stop: boolean | { readonly at: string };
  readonly say: (text: string) => void;
}

export interface SoakSummary {
  readonly seeds: number;
  readonly calls: number;
  readonly stanzas: number;
  readonly connections: number;
  readonly virtualHours: number;
  readonly seconds: number;
  readonly seedsPerSecond: number;
  readonly broken: readonly { readonly seed: number; readonly rules: readonly string[] }[];
}

const PROGRESS_MS = 10_000;
/** More seeds that break a promise than this say nothing new. */
const MOST_BROKEN = 20;
const MOST_LINES = 200;

export async function soak({ harness, from, seeds, showHistory, stop, say }: SoakOptions): Promise<SoakSummary> {
  const started = performance.now();
  let saidAt = started;
  const broken: { seed: number; rules: string[] }[] = [];
  const total = { seeds: 0, calls: 0, stanzas: 0, links: 0, virtualMs: 0 };
  for (let seed = from; seed < from + seeds; seed += 1) {
    const result = await harness.run(seed);
    total.seeds += 1;
    total.calls += result.calls;
    total.stanzas += result.stanzas;
    total.links += result.links;
    total.virtualMs += result.virtualMs;
    if (showHistory) say(result.history.join('\n'));
    if (result.violations.length > 0) {
      const rules = [...new Set(result.violations.map(({ rule }) => rule))];
      broken.push({ seed, rules });
      say(describe(result, harness));
      if (stop === true || (stop !== false && rules.includes(stop.at))) break;
      if (broken.length === 1 && stop === false && !showHistory) say(describeShort(await harness.short(result)));
    }
    if (stop === false && broken.length >= MOST_BROKEN) break;
    if (performance.now() - saidAt < PROGRESS_MS) continue;
    saidAt = performance.now();
    say(`${total.seeds} of ${seeds} seeds, ${broken.length} broken`);
  }
  const seconds = (performance.now() - started) / 1000;
  return {
    seeds: total.seeds,
    calls: total.calls,
    stanzas: total.stanzas,
    connections: total.links,
    virtualHours: Math.round(total.virtualMs / 360_000) / 10,
    seconds: Math.round(seconds * 10) / 10,
    seedsPerSecond: Math.round((total.seeds / seconds) * 10) / 10,
    broken,
  };
}

/** What a failing run says: its seed, what broke, and how to see it again. */
export function describe({ seed, violations }: RunResult, { flags }: Harness): string {
  const broken = violations.map(({ rule, text }) => `  ${rule}: ${text}`);
  return [`Seed ${seed} breaks a promise; npm run soak -- ${flags}--seed ${seed} shows it again:`, ...broken].join(
    '\n',
  );
}

export function describeShort({ history }: RunResult): string {
  const until = history.findIndex((line) => line.includes(' !   '));
  const lines = history.slice(0, until < 0 ? undefined : until + 1);
  return ['With every step left out that it does not take:', ...lines.slice(-MOST_LINES)].join('\n');
}
