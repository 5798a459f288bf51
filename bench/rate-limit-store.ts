import { setImmediate as turn } from 'node:timers/promises';
import { RateLimiter } from '../src/access/limits/rate-limit.ts';
import { systemClock } from '../src/clock.ts';
import { rounded } from './stats.ts';

/**
 * What a call of the rate limiter costs while it remembers many callers, printed as JSON: `node --expose-gc bench/rate-limit-store.ts`.
 * Promised is less than 0.1 ms with 100,000 callers.
 */
const LIMIT = 100;
const CALLERS = [1_000, 30_000, 100_000];
/** Each caller calls so often: the later rounds find it among the others. */
const ROUNDS = 5;

async function measure(callers: number): Promise<object> {
  const limiter = new RateLimiter(LIMIT, systemClock, 'too many');
  const times = new Float64Array(callers * ROUNDS);
  const before = memory();
  for (let call = 0; call < times.length; call++) {
    // Not in the order in which they came, so that each one is looked for.
    const caller = `token-${(call * 7_919) % callers}`;
    const began = performance.now();
    await limiter.count(caller);
    times[call] = performance.now() - began;
    if (call % 10_000 === 0) await turn();
  }
  const sorted = times.toSorted();
  const at = (share: number): number => rounded(sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN, 5);
  const mean = rounded(times.reduce((sum, ms) => sum + ms, 0) / times.length, 5);
  const ms = { mean, median: at(0.5), p99: at(0.99), p999: at(0.999), max: at(1) };
  const bytes = memory() - before;
  return { callers: limiter.size, calls: times.length, ms, bytesPerCaller: Math.round(bytes / callers) };
}

function memory(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

const results: object[] = [];
for (const callers of CALLERS) results.push(await measure(callers));
process.stdout.write(`${JSON.stringify({ node: process.version, limit: LIMIT, results }, null, 2)}\n`);
