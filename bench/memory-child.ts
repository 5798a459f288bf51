/** A process of the memory measurement: does its one order, tells its parent, and ends. */
import { join } from 'node:path';
import { sleep } from './deadline.ts';
import { openPeerFleet, openPrivetFleet, type Fleet } from './fleet.ts';
import { Order, type Report, type Subject } from './memory-orders.ts';
import type { Address } from './simulator-process.ts';
import { rounded } from './stats.ts';

/** With pauses: finalizers, and what is closed only then, let go of more between them. */
const COLLECTIONS = 10;
const PAUSE_MS = 250;

function open(subject: Subject, address: Address, folder: string): Promise<Fleet> {
  switch (subject) {
    case 'privet':
      return openPrivetFleet(address, folder);
    case 'bareLight':
      return openPeerFleet(address, folder, 'light');
    case 'bareDefault':
      return openPeerFleet(address, folder, 'default');
  }
}

async function measure({ subject, address, folder, settleMs }: Order): Promise<Report> {
  // Stays open: what all instances share, code above all, is there before the first reading.
  await using _warmUp = await open(subject, address, join(folder, 'warm-up'));
  await sleep(settleMs);
  const before = await reading();
  const from = performance.now();
  await using fleet = await open(subject, address, join(folder, 'fleet'));
  const openSeconds = rounded((performance.now() - from) / 1000, 1);
  await sleep(settleMs);
  const after = await reading();
  return {
    instances: fleet.size,
    openSeconds,
    perInstance: difference(before, after, fleet.size),
    process: { before: megabytes(before), after: megabytes(after) },
  };
}

/** The least of several: garbage of whatever the sockets just did only ever adds. */
async function reading(): Promise<NodeJS.MemoryUsage> {
  if (!globalThis.gc) throw new Error('Run with --expose-gc');
  let least: NodeJS.MemoryUsage | undefined;
  for (let i = 0; i < COLLECTIONS; i += 1) {
    // V8 keeps pages for what may come; only in this flavour it gives them back, so that RSS means something.
    globalThis.gc({ type: 'major', execution: 'sync', flavor: 'last-resort' });
    await sleep(PAUSE_MS);
    const usage = process.memoryUsage();
    if (!least || usage.rss < least.rss) least = usage;
  }
  return least ?? process.memoryUsage();
}

function difference(before: NodeJS.MemoryUsage, after: NodeJS.MemoryUsage, instances: number) {
  const kb = (part: 'heapUsed' | 'external' | 'rss'): number =>
    rounded((after[part] - before[part]) / 1024 / Math.max(1, instances), 1);
  return { heapUsedKb: kb('heapUsed'), externalKb: kb('external'), rssKb: kb('rss') };
}

function megabytes({ heapTotal, heapUsed, external, rss }: NodeJS.MemoryUsage): Record<string, number> {
  const mb = (bytes: number): number => rounded(bytes / 1024 ** 2, 1);
  return { heapTotalMb: mb(heapTotal), heapUsedMb: mb(heapUsed), externalMb: mb(external), rssMb: mb(rss) };
}

// A parent that is gone has no use for the figures.
process.once('disconnect', () => process.exit(1));
const report = await measure(Order.parse(JSON.parse(process.argv[2] ?? '')));
process.send?.(report, () => process.exit(0));
