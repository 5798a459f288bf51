import { afterAll, beforeAll, expect, test } from 'vitest';
import { node, plain } from './support/hostile-frames.ts';
import { bootPrivet, type TestPrivet } from './support/privet.ts';
import { skippingClock } from './support/skipping-clock.ts';

const MINUTES_MS = 120_000;

const clock = skippingClock();
let privet: TestPrivet;
beforeAll(async () => {
  privet = await bootPrivet({ clock, random: Math.random });
});
afterAll(() => privet[Symbol.asyncDispose]());

test('a link that is OPEN and then brings what nobody can read is logged in less and less often', async () => {
  const { phoneNumber } = await privet.link('loop');
  const { simulator } = privet;
  const logins = (): number => simulator.account(phoneNumber).logins.length;
  // WhatsApp sends anew what was not acknowledged.
  const unreadable = { as: 'sealed', data: Buffer.alloc(64, 1) } as const;
  const from = clock.monotonic();
  const before = logins();
  while (clock.monotonic() - from < MINUTES_MS) {
    const seen = logins();
    await privet.waitForState('loop', 'OPEN');
    expect(simulator.sendFrames(phoneNumber, [unreadable])).toBe(1);
    await expect.poll(logins, { interval: 5 }).toBeGreaterThan(seen);
  }
  expect(logins() - before).toBeGreaterThanOrEqual(3);
  expect(logins() - before).toBeLessThanOrEqual(20);
  // Nothing hampers the instance itself.
  await privet.waitForState('loop', 'OPEN');
  expect(simulator.sendFrames(phoneNumber, [plain(node('ib', { from: '@s.whatsapp.net' }))])).toBe(1);
});
