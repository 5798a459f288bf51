import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { end, track } from './children.ts';
import { within } from './deadline.ts';
import { linkDevices, storePeers, storePrivet } from './fleet.ts';
import { Report, type Order, type Subject } from './memory-orders.ts';
import { startSimulator } from './simulator-process.ts';
import { rounded } from './stats.ts';
import { temporaryFolder } from './temporary-folder.ts';

const CHILD = fileURLToPath(new URL('memory-child.ts', import.meta.url));
const WARM_UP = 8;
const SETTLE_MS = 3_000;
/** What one process may take: the service lets 20 instances log in each second. */
const MEASURE_MS = 120_000;
const INSTANCE_MS = 150;

/** What the service promises beside bare sockets. */
const MOST_TIMES = 1.25;

/**
 * By default glibc keeps freed memory in an arena for each thread: 10 to 30 MB that differ from run to run, into which
 * new instances fit without a trace.
 */
const ALLOCATOR = { MALLOC_ARENA_MAX: '1', MALLOC_TRIM_THRESHOLD_: '65536' };

export interface MemoryOptions {
  readonly instances: number;
  readonly progress: (text: string) => void;
}

/** What the part may take beside the processes that measure, in milliseconds. */
export const memoryLimitMs = (instances: number): number => 3 * (MEASURE_MS + instances * INSTANCE_MS);

/** What an idle instance takes, beside bare Baileys sockets: each in a process of its own, and so the simulator. */
export async function measureMemory({ instances, progress }: MemoryOptions) {
  await using folder = await temporaryFolder();
  await using simulator = await startSimulator();
  const { address } = simulator;
  progress(`memory: linking ${instances + WARM_UP} devices`);
  const places = { privet: join(folder.path, 'privet'), bare: join(folder.path, 'bare') };
  for (const [part, prefix, count] of [
    ['warm-up', '4911', WARM_UP],
    ['fleet', '4912', instances],
  ] as const) {
    // The same for all: they are connected one after the other.
    const devices = await linkDevices(address, prefix, count);
    await storePrivet({ dataDir: join(places.privet, part) }, devices);
    await storePeers(join(places.bare, part), devices);
  }
  const measure = (subject: Subject): Promise<Report> => {
    progress(`memory: measuring ${subject}`);
    const place = subject === 'privet' ? places.privet : places.bare;
    const order: Order = { subject, address, folder: place, settleMs: SETTLE_MS };
    return run(order, MEASURE_MS + instances * INSTANCE_MS);
  };
  const privet = await measure('privet');
  const bareDefault = await measure('bareDefault');
  const bareLight = await measure('bareLight');
  const privetPerBareDefault = ratios(privet, bareDefault);
  const { heapUsed, rss } = privetPerBareDefault;
  return {
    asked: instances,
    privet,
    bareDefault,
    bareLight,
    privetPerBareDefault,
    privetPerBareLight: ratios(privet, bareLight),
    goals: { ofBare: { times: MOST_TIMES, met: heapUsed <= MOST_TIMES && rss <= MOST_TIMES } },
  };
}

/** Has a process of its own do an order; resolves to what it tells. */
async function run(order: Order, ms: number): Promise<Report> {
  const name = `the process to measure ${order.subject}`;
  const child = track(
    fork(CHILD, [JSON.stringify(order)], {
      execArgv: ['--expose-gc'],
      env: { ...process.env, ...ALLOCATOR },
      stdio: ['ignore', 2, 2, 'ipc'],
    }),
  );
  try {
    const died = once(child, 'exit').then(() => Promise.reject(new Error(`${name} ended early`)));
    const [message]: unknown[] = await within(ms, name, Promise.race([once(child, 'message'), died]));
    return Report.parse(message);
  } finally {
    await end(child);
  }
}

/** How many times as much an instance takes as a bare socket. */
function ratios({ perInstance: privet }: Report, { perInstance: bare }: Report) {
  const ratio = (part: keyof typeof privet): number => rounded(privet[part] / bare[part], 2);
  return { heapUsed: ratio('heapUsedKb'), rss: ratio('rssKb') };
}
