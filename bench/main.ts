import { availableParallelism, cpus, loadavg } from 'node:os';
import { endAll } from './children.ts';
import { within } from './deadline.ts';
import { measureThroughput, THROUGHPUT_SERVERS } from './http-throughput.ts';
import { measureLists } from './list-update.ts';
import { measureMemory, memoryLimitMs } from './memory.ts';
import { measureNodes, nodesLimitMs } from './nodes.ts';
import { measureNeighbours, neighboursLimitMs } from './neighbours.ts';
import { HELP, readOptions, UsageError, type Options, type Part } from './options.ts';
import { rounded } from './stats.ts';
import { removeTemporaryFolders } from './temporary-folder.ts';
import { measureUpdates } from './update-latency.ts';

/** What each part may take in all, in milliseconds. */
const OVERHEAD_MS = 60_000;
/** Calls of a round, in round trips: the two of ours and the peers' two of eight, with something to spare. */
const ROUND_RTTS = 24;
/** Those about lists: of a round, but for the way that takes a round trip for each contact; and of that one in all. */
const LIST_ROUND_RTTS = 12;
const LIST_ONE_BY_ONE_RTTS = 450;
/** What one server may take to be warm, and autocannon beside each of its runs. */
const WARMING_MS = 90_000;
const RUN_MS = 5_000;

const progress = (text: string): void => void process.stderr.write(`${text}\n`);

function limitOf(part: Part, { samples, rttMs, instances, calls, rounds, seconds }: Options): number {
  if (part === 'memory') return OVERHEAD_MS + memoryLimitMs(instances);
  if (part === 'neighbours') return OVERHEAD_MS + neighboursLimitMs(instances, calls);
  if (part === 'nodes') return OVERHEAD_MS + nodesLimitMs(calls, rounds, seconds);
  if (part === 'lists') return OVERHEAD_MS + samples * (LIST_ROUND_RTTS * rttMs + 500) + LIST_ONE_BY_ONE_RTTS * rttMs;
  if (part === 'http') return OVERHEAD_MS + THROUGHPUT_SERVERS * (WARMING_MS + rounds * (seconds * 1000 + RUN_MS));
  return OVERHEAD_MS + samples * (ROUND_RTTS * rttMs + 500);
}

const MEASURES: Record<Part, (options: Options & { progress: typeof progress }) => Promise<object>> = {
  update: measureUpdates,
  lists: measureLists,
  memory: measureMemory,
  neighbours: measureNeighbours,
  http: measureThroughput,
  nodes: measureNodes,
};

async function measure(part: Part, options: Options): Promise<unknown> {
  const start = performance.now();
  const figures = await within(limitOf(part, options), `the ${part} part`, MEASURES[part]({ ...options, progress }));
  return { ...figures, seconds: rounded((performance.now() - start) / 1000, 0) };
}

/** Resolves to the exit code. */
async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  if (options.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const parts: Record<string, unknown> = {};
  let failed = false;
  // One after the other: latency is not measured while something else works.
  for (const part of options.parts) {
    try {
      parts[part] = await measure(part, options);
    } catch (error) {
      // What the other part has measured is not lost.
      await endAll();
      parts[part] = { error: String(error) };
      progress(`${part}: ${String(error instanceof Error ? error.stack : error)}`);
      failed = true;
    }
  }
  const load = loadavg().map((minutes) => rounded(minutes, 1));
  const machine = { node: process.version, cpu: cpus()[0]?.model, cores: availableParallelism(), load };
  process.stdout.write(`${JSON.stringify({ at: new Date().toISOString(), machine, ...parts }, null, 2)}\n`);
  return failed ? 1 : 0;
}

for (const [signal, exitCode] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  process.once(signal, () => void leave(exitCode));
}

/** Baileys keeps timers of its own, so that the process would not end by itself. */
async function leave(exitCode: number): Promise<void> {
  await endAll();
  removeTemporaryFolders();
  process.exit(exitCode);
}

try {
  await leave(await main());
} catch (error) {
  const text = error instanceof UsageError ? error.message : String(error instanceof Error ? error.stack : error);
  process.stderr.write(`bench: ${text}\n`);
  await leave(1);
}
