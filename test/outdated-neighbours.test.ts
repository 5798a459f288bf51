import { expect, test } from 'vitest';
import { bootOutdated, REFUSED, seeHealthy } from './support/outdated-neighbours.ts';

// That it comes back by itself takes half a minute: outdated-neighbours.long.ts.
test('three accounts whose client WhatsApp calls outdated: a healthy one waits for its turn, and says until when', async () => {
  await using privet = await bootOutdated();
  for (const name of REFUSED) {
    expect((await privet.waitForState(name, 'CLIENT_OUTDATED')).reason?.code).toBe('CLIENT_OUTDATED');
  }
  await privet.simulator.disconnect(privet.healthy.phoneNumber, 'stream:515');
  const seen: (string | undefined)[] = [];
  await expect
    .poll(
      async () => {
        const { state, reason } = (await seeHealthy(privet)) ?? expect.unreachable();
        seen.push(state);
        return state === 'RECONNECTING' && reason?.code === 'LOGINS_HELD_UP' ? Date.parse(reason.retryAt ?? '') : 0;
      },
      { timeout: 10_000 },
    )
    .toBeGreaterThan(Date.now() - 60_000);
  expect(seen).not.toContain('CLIENT_OUTDATED');
}, 30_000);
