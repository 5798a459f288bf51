import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { end, endAll, track } from './children.ts';
import { within } from './deadline.ts';
import { Report, type Order, type Subject } from './memory-orders.ts';
import { startSimulator, type Address } from './simulator-process.ts';
import { rounded } from './stats.ts';
import { temporaryFolder } from './temporary-folder.ts';

const CHILD = fileURLToPath(new URL('memory-child.ts', import.meta.url));
const WARM_UP = 8;
const PARALLEL = 3;
const SETTLE_MS = 3_000;
/** On top of the time for pairing: the last ones under way, and the end. */
const GRACE_MS = 30_000;
const MEASURE_MS = 120_000;

/**
 * By default glibc keeps freed memory in an arena for each thread: 10 to 30 MB that differ from run to run, into which
 * new instances fit without a trace.
 */
const ALLOCATOR = { MALLOC_ARENA_MAX: '1', MALLOC_TRIM_THRESHOLD_: '65536' };

export interface MemoryOptions {
  readonly instances: number;
  /** No pairing begins after this long: on a busy machine fewer instances are measured, and the figures say so. */
  readonly pairingMs: number;
  readonly progress: (text: string) => void;
}

/** What an idle instance takes, beside bare Baileys sockets: each in processes of their own, and so the simulator. */
export async function measureMemory({ instances, pairingMs, progress }: MemoryOptions) {
  await using folder = await temporaryFolder();
  await using simulator = await startSimulator();
  const { address } = simulator;
  const pair = (kind: 'privet' | 'bare'): Promise<unknown> => {
    progress(`memory: pairing ${instances + WARM_UP} ${kind === 'privet' ? 'instances' : 'bare sockets'}`);
    const place = join(folder.path, kind);
    const order: Order = {
      task: 'pair',
      kind,
      address,
      folder: place,
      warmUp: WARM_UP,
      instances,
      parallel: PARALLEL,
      pairingMs,
    };
    return run(order, pairingMs + GRACE_MS);
  };
  const measure = async (subject: Subject): Promise<Report> => {
    progress(`memory: measuring ${subject}`);
    const place = join(folder.path, subject === 'privet' ? 'privet' : 'bare');
    return measureOne(subject, address, place);
  };
  // Side by side, as pairing is what takes long: memory, unlike time, is not disturbed by a neighbour.
  const [privet, bare] = await Promise.all([
    pair('privet').then(() => measure('privet')),
    pair('bare').then(async () => ({ light: await measure('bareLight'), byDefault: await measure('bareDefault') })),
  ]).catch(async (error: unknown) => {
    // The other row would work on in a folder that goes away.
    await endAll();
    throw error;
  });
  return {
    asked: instances,
    privet,
    bareLight: bare.light,
    bareDefault: bare.byDefault,
    privetPerBareLight: ratios(privet, bare.light),
    privetPerBareDefault: ratios(privet, bare.byDefault),
  };
}

async function measureOne(subject: Subject, address: Address, folder: string): Promise<Report> {
  return Report.parse(await run({ task: 'measure', subject, address, folder, settleMs: SETTLE_MS }, MEASURE_MS));
}

/** Has a process of its own do an order; resolves to what it tells. */
async function run(order: Order, ms: number): Promise<unknown> {
  const name = `the process to ${order.task} ${order.task === 'pair' ? order.kind : order.subject}`;
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
    return message;
  } finally {
    await end(child);
  }
}

/** How many times as much an instance takes as a bare socket: one with its keys in memory, and one without them. */
function ratios({ perInstance: privet }: Report, { perInstance, perInstanceWithoutKeys = perInstance }: Report) {
  const ratio = (part: keyof typeof privet, bare: typeof privet): number => rounded(privet[part] / bare[part], 2);
  return {
    heapUsed: ratio('heapUsedKb', perInstance),
    rss: ratio('rssKb', perInstance),
    heapUsedWithoutKeys: ratio('heapUsedKb', perInstanceWithoutKeys),
    rssWithoutKeys: ratio('rssKb', perInstanceWithoutKeys),
  };
}
