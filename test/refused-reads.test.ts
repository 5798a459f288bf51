import { setTimeout as delay } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import type { FaultHandle } from '../simulator/simulator.ts';
import { PrivacyChangesDocument, UpdatePrivacyDocument } from './gql/graphql.ts';
import { askFor } from './support/ask.ts';
import { openEventStream } from './support/event-stream.ts';
import { scaledClock } from './support/scaled-clock.ts';
import { sharedPrivet } from './support/shared-privet.ts';

const READ = { xmlns: 'privacy', type: 'get' };
/** As many as once ended the link. */
const REFUSALS = 3;

/** The service's time goes by so much faster: its pauses take seconds. */
const FACTOR = 4;

const privet = await sharedPrivet({ clock: scaledClock(FACTOR) });
const linked = await privet.link('shop');

const refuse = (times: number): FaultHandle =>
  privet.simulator.addFault({ phoneNumber: linked.phoneNumber, match: READ, do: 'error', code: 429, times });
const logins = (): number => privet.simulator.account(linked.phoneNumber).logins.length;

test('a read that WhatsApp refuses for now is asked again on the same link, and what it shows until then is old', async () => {
  const before = logins();
  const fault = refuse(REFUSALS);
  privet.simulator.setPrivacy(linked.phoneNumber, 'status', 'none');
  for (const limit = Date.now() + 10_000; fault.hits === 0 && Date.now() < limit;) await delay(5);
  const stream = await openEventStream(privet, PrivacyChangesDocument, { instance: linked.name });
  expect((await stream.data()).privacy).toMatchObject({ visibility: { status: 'ALL' }, stale: true });
  // The pauses grow: 2, 4 and 8 s.
  const shown = (await stream.data()).privacy;
  expect(shown).toMatchObject({ visibility: { status: 'NONE' }, stale: false });
  expect([fault.hits, logins() - before]).toEqual([REFUSALS, 0]);
}, 40_000);

test('so is the first read after a login', async () => {
  const before = logins();
  const fault = refuse(2);
  await privet.simulator.disconnect(linked.phoneNumber, 'stream:515');
  for (const limit = Date.now() + 20_000; fault.hits < 2 && Date.now() < limit;) await delay(5);
  await privet.waitForState(linked.name, 'OPEN');
  expect([fault.hits, logins() - before]).toEqual([2, 1]);
}, 40_000);

test('a write that lands long after its connection was lost arrives, although nobody announces it', async () => {
  const { name, phoneNumber, token } = await privet.link('branch');
  const stream = await openEventStream(privet, PrivacyChangesDocument, { instance: name });
  await stream.data();
  const match = { xmlns: 'privacy', type: 'set' };
  const late = { match, do: 'delay', delay: 'work', ms: 8_000 / FACTOR, survive: true, times: 1 } as const;
  const fault = privet.simulator.addFault(late);
  const input = { visibility: { lastSeen: 'NONE' } } as const;
  const update = askFor({ url: privet.url, token }, UpdatePrivacyDocument, { instance: name, input });
  await vi.waitFor(() => expect(fault.hits).toBe(1), { timeout: 2000, interval: 5 });
  await privet.simulator.disconnect(phoneNumber, 'reset');
  expect((await update).updatePrivacy?.failures).toMatchObject([{ code: 'CONNECTION_LOST', current: 'ALL' }]);
  expect((await stream.data()).privacy?.visibility.lastSeen).toBe('NONE');
});
