import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { bootOutdated, REFUSED, seeHealthy } from './support/outdated-neighbours.ts';

test('three accounts whose client WhatsApp calls outdated: a healthy one waits for its turn, says so, and comes back', async () => {
  await using privet = await bootOutdated();
  const { healthy, simulator } = privet;
  const logins = simulator.account(healthy.phoneNumber).logins.length;
  await simulator.disconnect(healthy.phoneNumber, 'stream:515');
  const seen: string[] = [];
  await expect
    .poll(
      async () => {
        const { state, reason } = (await seeHealthy(privet)) ?? expect.unreachable();
        seen.push(`${state} ${reason?.code}`);
        await delay(100);
        return state === 'OPEN' && simulator.account(healthy.phoneNumber).logins.length > logins;
      },
      { timeout: 30_000 },
    )
    .toBe(true);
  expect(seen).toContain('RECONNECTING LOGINS_HELD_UP');
  expect(seen.join()).not.toContain('CLIENT_OUTDATED');
  // That they are known to be refused holds up nobody any more.
  await simulator.disconnect(healthy.phoneNumber, 'stream:515');
  await expect.poll(() => simulator.account(healthy.phoneNumber).logins.length, { timeout: 8_000 }).toBe(logins + 2);
  for (const name of REFUSED)
    expect((await privet.waitForState(name, 'CLIENT_OUTDATED')).reason?.code).toBe('CLIENT_OUTDATED');
}, 60_000);
