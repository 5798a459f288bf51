import { expect, test } from 'vitest';
import { systemClock, type Clock } from '../../clock.ts';
import { HitLog } from './hit-log.ts';
import { RateLimitError, RateLimiter, WINDOW_MS } from './rate-limit.ts';

const START = Date.UTC(2026, 0, 31, 12);

/** A clock that stands still until it is told to go on. */
function standingClock(): { clock: Clock; pass(ms: number): void } {
  let ms = 0;
  const clock = { ...systemClock, now: () => START + ms, monotonic: () => ms };
  return { clock, pass: (more) => void (ms += more) };
}

const granted = async (calls: readonly Promise<unknown>[]): Promise<number> =>
  (await Promise.allSettled(calls)).filter(({ status }) => status === 'fulfilled').length;

test('of calls side by side exactly as many pass as the limit says', async () => {
  const limiter = new RateLimiter(100, standingClock().clock, 'too many');
  expect(await granted(Array.from({ length: 300 }, () => limiter.count('a')))).toBe(100);
  expect(await granted([limiter.count('a'), limiter.count('b')])).toBe(1);
});

test('any minute holds the limit, not only those that begin with the first call', async () => {
  const { clock, pass } = standingClock();
  const limiter = new RateLimiter(3, clock, 'too many');
  const served: number[] = [];
  for (let at = 0; at < 5 * WINDOW_MS; at += 7_000) {
    if ((await granted([limiter.count('a')])) === 1) served.push(at);
    pass(7_000);
  }
  for (const [index, at] of served.entries())
    expect(at - (served[index - 3] ?? -Infinity)).toBeGreaterThanOrEqual(WINDOW_MS);
  expect(served).toHaveLength(3 * 5);
});

test('an answer says what is left, and when there is more', async () => {
  const { clock, pass } = standingClock();
  const limiter = new RateLimiter(2, clock, 'too many');
  expect(await limiter.count('a')).toEqual({ limit: 2, remaining: 1, resetAt: START + WINDOW_MS });
  pass(10_000);
  expect(await limiter.count('a')).toEqual({ limit: 2, remaining: 0, resetAt: START + WINDOW_MS });
  pass(20_000);
  const refusal: unknown = await limiter.count('a').catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(RateLimitError);
  expect(refusal).toMatchObject({
    code: 'RATE_LIMITED',
    message: 'too many',
    retryAfterMs: 30_000,
    allowance: { limit: 2, remaining: 0, resetAt: START + WINDOW_MS },
  });
  pass(30_000);
  expect(await limiter.count('a')).toMatchObject({ remaining: 0, resetAt: START + 70_000 });
});

test('what is left can be read without a call being counted', async () => {
  const { clock, pass } = standingClock();
  const limiter = new RateLimiter(2, clock, 'too many');
  expect(limiter.allowance('a')).toEqual({ limit: 2, remaining: 2, resetAt: START });
  expect(limiter.size).toBe(0);
  const counted = await limiter.count('a');
  expect([limiter.allowance('a'), limiter.allowance('a')]).toEqual([counted, counted]);
  await limiter.count('a');
  pass(WINDOW_MS);
  expect(limiter.allowance('a')).toEqual({ limit: 2, remaining: 2, resetAt: START + WINDOW_MS });
});

test('refused calls do not put off the next one', async () => {
  const { clock, pass } = standingClock();
  const limiter = new RateLimiter(1, clock, 'too many');
  await limiter.count('a');
  for (let second = 0; second < 59; second++) {
    pass(1_000);
    await expect(limiter.count('a')).rejects.toThrow('too many');
  }
  pass(1_000);
  await limiter.count('a');
});

test('a wall clock that jumps changes nothing', async () => {
  const { clock, pass } = standingClock();
  const limiter = new RateLimiter(1, { ...clock, now: () => 0 }, 'too many');
  await limiter.count('a');
  await expect(limiter.count('a')).rejects.toThrow();
  pass(WINDOW_MS);
  await limiter.count('a');
});

test('callers that went quiet are forgotten, and those that were not keep their count', () => {
  const log = new HitLog(5, 1_000, 100_000);
  for (let at = 0; at < 10_000; at += 1) {
    log.record(`once-${at}`, at);
    if (at % 100 === 0) log.record('often', at);
  }
  expect(log.size).toBeLessThanOrEqual(2_001);
  expect(log.record('often', 9_999)).toMatchObject({ recorded: false, count: 5 });
});

test('more callers at once than there is room for are forgotten from the quiet end', () => {
  const log = new HitLog(1, 60_000, 100);
  for (let caller = 0; caller < 150; caller++) log.record(String(caller), 0);
  for (let caller = 50; caller < 150; caller++) expect(log.record(String(caller), 1).recorded).toBe(false);
  for (let caller = 1_000; caller < 2_000; caller++) log.record(String(caller), 2);
  expect(log.size).toBeLessThanOrEqual(200);
  expect(log.record('149', 3).recorded).toBe(true);
});
