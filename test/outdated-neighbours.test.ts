import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { bootPrivet } from './support/privet.ts';

const REFUSED = ['one', 'two', 'three'];
const QUERY = `{ instance(name: "healthy") { state reason { code message retryAt } } }`;

interface Seen {
  instance: { state: string; reason: { code: string; retryAt: string | null } | null };
}

test('three accounts whose client WhatsApp calls outdated: a healthy one waits for its turn, says so, and comes back', async () => {
  await using privet = await bootPrivet();
  const { simulator } = privet;
  const refused = await Promise.all(REFUSED.map((name) => privet.link(name)));
  const healthy = await privet.link('healthy');
  for (const { phoneNumber } of refused) simulator.addFault({ do: 'failure', code: 405, phoneNumber });
  await Promise.all(refused.map(({ phoneNumber }) => simulator.disconnect(phoneNumber, 'close')));
  for (const { name } of refused) {
    const { reason } = await privet.waitForState(name, 'CLIENT_OUTDATED');
    expect(reason?.code).toBe('CLIENT_OUTDATED');
  }
  const logins = simulator.account(healthy.phoneNumber).logins.length;
  await simulator.disconnect(healthy.phoneNumber, 'stream:515');
  const seen: Seen['instance'][] = [];
  await expect
    .poll(
      async () => {
        const { data } = await privet.graphql<Seen>(QUERY);
        if (data) seen.push(data.instance);
        await delay(100);
        return seen.at(-1)?.state === 'OPEN' && simulator.account(healthy.phoneNumber).logins.length > logins;
      },
      { timeout: 30_000 },
    )
    .toBe(true);
  expect(seen.map(({ state }) => state)).not.toContain('CLIENT_OUTDATED');
  const held = seen.filter(({ state, reason }) => state === 'RECONNECTING' && reason?.code === 'LOGINS_HELD_UP');
  expect(held.length).toBeGreaterThan(0);
  for (const { reason } of held) {
    expect(Date.parse(reason?.retryAt ?? '')).toBeGreaterThan(Date.now() - 60_000);
  }
  // That they are known to be refused holds up nobody any more.
  await simulator.disconnect(healthy.phoneNumber, 'stream:515');
  await expect.poll(() => simulator.account(healthy.phoneNumber).logins.length, { timeout: 8_000 }).toBe(logins + 2);
  for (const { name } of refused)
    expect((await privet.waitForState(name, 'CLIENT_OUTDATED')).reason?.code).toBe('CLIENT_OUTDATED');
}, 60_000);
