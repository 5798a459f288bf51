import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { behindTheBack } from '../src/storage/storage.fixture.ts';
import { PairInstanceDocument, UnlinkInstanceDocument } from './gql/graphql.ts';
import { ask, askFor } from './support/ask.ts';
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

test('one that gets no connection for five minutes is unlinked here alone, and linked anew', async () => {
  // It has not been OPEN for a while before its link ends: it has tried since it was linked.
  const from = clock.monotonic();
  const { phoneNumber } = await privet.link('stuck');
  const { simulator } = privet;
  const devices = (): number => simulator.account(phoneNumber).linkedDevices;
  const fault = simulator.addFault({ phoneNumber, match: { xmlns: 'privacy', type: 'get' }, do: 'error', code: 403 });
  const unlink = async () => (await ask(privet, UnlinkInstanceDocument, { instance: 'stuck' })).data?.unlinkInstance;
  // The clock goes on in leaps, whoever waits for it.
  await simulator.disconnect(phoneNumber, 'reset');
  await privet.waitForState('stuck', 'CONNECTING', 'RECONNECTING');
  let unlinked = await unlink();
  for (; !unlinked && clock.monotonic() - from < 10 * MINUTES_MS; await delay(5)) unlinked = await unlink();
  expect(clock.monotonic() - from).toBeGreaterThanOrEqual(300_000);
  expect(unlinked).toMatchObject({ state: 'LOGGED_OUT', reason: { code: 'UNLINKED_HERE', retryAt: null } });
  expect(unlinked?.reason?.message).toMatch(/WhatsApp was not told.* remove it there/);
  expect(devices()).toBe(1);
  await privet.restart();
  expect(await privet.waitForState('stuck', 'LOGGED_OUT')).toMatchObject({ reason: { code: 'UNLINKED_HERE' } });
  const archives = await behindTheBack(privet.dataDir, 'select instance_id from archives');
  expect(archives).toHaveLength(1);

  fault[Symbol.dispose]();
  const { pairInstance } = await askFor(privet, PairInstanceDocument, { instance: 'stuck' });
  await simulator.scan(pairInstance?.pairing?.qr ?? '', phoneNumber);
  await privet.waitForState('stuck', 'OPEN');
  expect(devices()).toBe(2);
});
