import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { FaultHandle } from '../simulator/simulator.ts';
import { PrivacyChangesDocument } from './gql/graphql.ts';
import { openEventStream } from './support/event-stream.ts';
import { sharedPrivet } from './support/shared-privet.ts';

const READ = { xmlns: 'privacy', type: 'get' };
/** As many as once ended the link. */
const REFUSALS = 3;

const privet = await sharedPrivet();
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
