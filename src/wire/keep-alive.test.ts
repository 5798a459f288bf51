import { expect, test } from 'vitest';
import { VirtualClock } from '../../test/support/virtual-clock.ts';
import { KeepAlive } from './keep-alive.ts';

/** A link whose pings are answered until it is dead. An answer is read once the timers that are due have fired. */
function link() {
  const clock = new VirtualClock();
  const seen = { pings: [] as number[], silentAt: undefined as number | undefined, isDead: false };
  const ping = (): void => {
    seen.pings.push(clock.monotonic());
    if (!seen.isDead) setImmediate(() => keepAlive.heard());
  };
  const keepAlive = new KeepAlive(clock, ping, () => (seen.silentAt = clock.monotonic()));
  keepAlive.start();
  return { clock, seen, keepAlive };
}

test('a ping every 15 s, and one timer that goes with the link', async () => {
  const { clock, seen, keepAlive } = link();
  await clock.advance(60_000);
  expect(seen).toMatchObject({ pings: [15_000, 30_000, 45_000, 60_000], silentAt: undefined });
  expect(clock.pending).toBe(1);
  keepAlive[Symbol.dispose]();
  expect(clock.pending).toBe(0);
});

test.each([0, 1, 7_000, 14_999])(
  'a link that is dead %d ms after a ping is found silent 15 to 30 s later',
  async (ms) => {
    const { clock, seen } = link();
    await clock.advance(30_000 + ms);
    seen.isDead = true;
    const diedAt = clock.monotonic();
    await clock.advance(30_000);
    expect((seen.silentAt ?? 0) - diedAt).toBeGreaterThanOrEqual(15_000);
    expect((seen.silentAt ?? Infinity) - diedAt).toBeLessThanOrEqual(30_000);
    expect(clock.pending).toBe(0);
  },
);

test('anything that comes is a sign of life', async () => {
  const { clock, seen, keepAlive } = link();
  seen.isDead = true;
  for (let s = 0; s < 120; s += 12) {
    await clock.advance(12_000);
    keepAlive.heard();
  }
  expect(seen.silentAt).toBeUndefined();
});

test.each([[[25_000]], [[16_000]], [[9_000, 7_000]], [[25_000, 25_000, 25_000]], [[600_000]]])(
  'a process that is held up for %j ms right after a ping reads what has come before it judges',
  async (stalls) => {
    const { clock, seen } = link();
    await clock.advance(14_999);
    const held = [1, ...stalls].map((ms) => clock.stall(ms));
    expect(seen).toMatchObject({ pings: [15_000], silentAt: undefined });
    await Promise.all(held);
    await clock.advance(120_000);
    expect(seen.silentAt).toBeUndefined();
  },
);

test('one that is dead is found silent after a stall as well', async () => {
  const { clock, seen } = link();
  seen.isDead = true;
  await clock.advance(15_000);
  await clock.stall(25_000);
  await clock.advance(30_000);
  expect((seen.silentAt ?? Infinity) - 40_000).toBeLessThanOrEqual(30_000);
});

test('one that is dead is found silent by a process that is held up all the time', async () => {
  const { clock, seen } = link();
  seen.isDead = true;
  for (let stalls = 0; stalls < 20; stalls += 1) await clock.stall(7_000);
  expect(seen.silentAt).toBeLessThanOrEqual(90_000);
});
