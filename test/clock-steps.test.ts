import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { InstanceDocument, PrivacyDocument } from './gql/graphql.ts';
import { ask, askFor } from './support/ask.ts';
import { bootPrivet, type LinkedInstance, type TestPrivet } from './support/privet.ts';
import { SettableClock } from './support/settable-clock.ts';

const HOUR_MS = 3_600_000;
/** So long after it has happened a link that was given up is not OPEN any more. */
const SEEN_MS = 200;

const clock = new SettableClock();
let privet: TestPrivet;
beforeAll(async () => {
  // What reads the wall clock itself, or ticks by timers of its own.
  vi.useFakeTimers({ toFake: ['Date', 'setInterval', 'clearInterval'], shouldAdvanceTime: true });
  // The longest pauses there are: 1, 2, 4 s.
  privet = await bootPrivet({ clock, random: () => 1 });
});
afterAll(async () => {
  await privet[Symbol.asyncDispose]();
  vi.useRealTimers();
});

/** Waits for its next attempt. */
async function dropped(name: string, phoneNumber: string): Promise<void> {
  await privet.simulator.disconnect(phoneNumber, 'close');
  await privet.waitForState(name, 'RECONNECTING');
}

describe.each([-25, 25])('a clock that is set by %d h while an instance waits for its next attempt', (hours) => {
  afterEach(() => void (clock.setBy = 0));

  test('when that comes stays true', async () => {
    const name = `shown-${hours}`;
    const { phoneNumber } = await privet.link(name);
    await dropped(name, phoneNumber);
    await privet.waitForState(name, 'OPEN');
    await dropped(name, phoneNumber);
    clock.setBy = hours * HOUR_MS;
    const { instance } = await askFor(privet, InstanceDocument, { name });
    expect(instance?.state).toBe('RECONNECTING');
    const retryInMs = Date.parse(instance?.reason?.retryAt ?? '') - clock.now();
    expect(retryInMs).toBeGreaterThan(-1_000);
    expect(retryInMs).toBeLessThanOrEqual(2_000);
  });

  test('calls wait for it, and are not refused', async () => {
    const name = `called-${hours}`;
    const { phoneNumber } = await privet.link(name);
    await dropped(name, phoneNumber);
    clock.setBy = hours * HOUR_MS;
    expect(await ask(privet, PrivacyDocument, { instance: name })).toMatchObject({
      data: { privacy: { visibility: { lastSeen: 'ALL' } } },
      errors: [],
    });
  });
});

const logins = ({ phoneNumber }: LinkedInstance): number => privet.simulator.account(phoneNumber).logins.length;

/** It is OPEN, by the link that it was OPEN by. */
async function expectSame(linked: LinkedInstance, loginsBefore: number): Promise<void> {
  await delay(SEEN_MS);
  const { privacy } = await askFor(privet, PrivacyDocument, { instance: linked.name });
  expect([privacy?.visibility.lastSeen, logins(linked)]).toEqual(['ALL', loginsBefore]);
}

test.each([30_000, HOUR_MS, -25 * HOUR_MS])('a clock that is set by %d ms ends no link', async (ms) => {
  const linked = await privet.link(`kept-${ms}`);
  const before = logins(linked);
  vi.setSystemTime(Date.now() + ms);
  vi.advanceTimersByTime(20_000);
  await expectSame(linked, before);
});

test('a process that is held up for 25 s right after a ping loses no link', async () => {
  const linked = await privet.link('held-up');
  const before = logins(linked);
  const pings = () => privet.simulator.account(linked.phoneNumber).stanzas.filter(({ xmlns }) => xmlns === 'w:p');
  clock.stall(10_000);
  clock.stall(5_000);
  clock.stall(25_000);
  vi.advanceTimersByTime(40_000);
  await expectSame(linked, before);
  expect(pings()).toHaveLength(1);
  clock.stall(5_000);
  await expectSame(linked, before);
  expect(pings()).toHaveLength(2);
});
