import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Clock, systemClock } from '../src/clock.ts';
import { InstanceDocument, PrivacyDocument } from './gql/graphql.ts';
import { askFor } from './support/ask.ts';
import { bootPrivet, type TestPrivet } from './support/privet.ts';

const HOUR_MS = 3_600_000;

/** The wall clock may be set while the service runs. */
const wall = { setByMs: 0 };
const clock: Clock = { ...systemClock, now: () => systemClock.now() + wall.setByMs };

let privet: TestPrivet;
beforeAll(async () => {
  // The longest pauses there are: 1, 2, 4 s.
  privet = await bootPrivet({ clock, random: () => 1 });
});
afterAll(() => privet[Symbol.asyncDispose]());

test.each([-25, 25])(
  'a clock that is set by %d h: when the next attempt comes stays true, and calls wait for it',
  async (hours) => {
    const name = `set-by-${hours}`;
    const { phoneNumber } = await privet.link(name);
    const drop = async () => {
      await privet.simulator.disconnect(phoneNumber, 'close');
      await privet.waitForState(name, 'RECONNECTING');
    };
    await drop();
    await privet.waitForState(name, 'OPEN');
    await drop();
    wall.setByMs = hours * HOUR_MS;
    const { instance } = await askFor(privet, InstanceDocument, { name });
    expect(instance?.state).toBe('RECONNECTING');
    const retryInMs = Date.parse(instance?.reason?.retryAt ?? '') - clock.now();
    expect(retryInMs).toBeGreaterThan(-1_000);
    expect(retryInMs).toBeLessThanOrEqual(2_000);
    const { privacy } = await askFor(privet, PrivacyDocument, { instance: name });
    expect(privacy?.visibility.lastSeen).toBe('ALL');
    wall.setByMs = 0;
  },
);
