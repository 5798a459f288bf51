/** A process of the memory measurement: does its one order, tells its parent, and ends. */
import { join } from 'node:path';
import { sleep } from './deadline.ts';
import { openPeerFleet, openPrivetFleet, pairPeers, pairPrivet, type Fleet } from './fleet.ts';
import { Order, type Report, type Subject } from './memory-orders.ts';
import type { Address } from './simulator-process.ts';
import { rounded } from './stats.ts';

type PairOrder = Extract<Order, { task: 'pair' }>;
type MeasureOrder = Extract<Order, { task: 'measure' }>;

/** With pauses: finalizers, and what is closed only then, let go of more between them. */
const COLLECTIONS = 10;
const PAUSE_MS = 250;

async function pair({ kind, address, folder, warmUp, instances, parallel, pairingMs }: PairOrder): Promise<void> {
  const work = kind === 'privet' ? pairPrivet : pairPeers;
  const until = performance.now() + pairingMs;
  const mayBegin = (): boolean => performance.now() < until;
  await work({ address, folder: join(folder, 'warm-up'), count: warmUp, parallel, mayBegin });
  await work({ address, folder: join(folder, 'fleet'), count: instances, parallel, mayBegin });
}

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

async function measure({ subject, address, folder, settleMs }: MeasureOrder): Promise<Report> {
  // Stays open: what all instances share, code above all, is there before the first reading.
  await using _warmUp = await open(subject, address, join(folder, 'warm-up'));
  await sleep(settleMs);
  const before = await reading();
  await using fleet = await open(subject, address, join(folder, 'fleet'));
  await sleep(settleMs);
  const after = await reading();
  const report = {
    instances: fleet.size,
    perInstance: difference(before, after, fleet.size),
    process: { before: megabytes(before), after: megabytes(after) },
  };
  if (!fleet.dropKeys) return report;
  fleet.dropKeys();
  return { ...report, perInstanceWithoutKeys: difference(before, await reading(), fleet.size) };
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
const order = Order.parse(JSON.parse(process.argv[2] ?? ''));
const answer = order.task === 'pair' ? await pair(order) : await measure(order);
process.send?.(answer ?? {}, () => process.exit(0));
