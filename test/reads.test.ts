import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { Disconnect, FaultHandle } from '../simulator/simulator.ts';
import {
  PrivacyChangesDocument,
  PrivacyDocument,
  StartInstanceDocument,
  StopInstanceDocument,
  UnlinkInstanceDocument,
  UpdatePrivacyDocument,
} from './gql/graphql.ts';
import { ask, askFor } from './support/ask.ts';
import { openEventStream } from './support/event-stream.ts';
import { sharedPrivet } from './support/shared-privet.ts';

const READ = { xmlns: 'privacy', type: 'get' };
/** Of a long text its beginning. */
const TOLD = /^WhatsApp refused the .*: 406 x{99}…$/;

const privet = await sharedPrivet();
const linked = await privet.link('shop');

const variables = (): { instance: string } => ({ instance: linked.name });
const watch = () => openEventStream(privet, PrivacyChangesDocument, variables());
const reads = (): number =>
  privet.simulator
    .account(linked.phoneNumber)
    .stanzas.filter(({ xmlns, type }) => xmlns === 'privacy' && type === 'get').length;

async function struck(fault: FaultHandle): Promise<void> {
  for (const limit = Date.now() + 10_000; fault.hits === 0; await delay(1)) {
    if (Date.now() > limit) throw new Error('The stanza did not come');
  }
}

test('what WhatsApp says of a refusal is told, up to a length', async () => {
  const text = 'x'.repeat(50_000);
  const refusals = (['get', 'set'] as const).map((type) =>
    privet.simulator.addFault({
      phoneNumber: linked.phoneNumber,
      match: { xmlns: 'privacy', type },
      do: 'error',
      code: 406,
      text,
      times: 1,
    }),
  );
  const read = await ask(privet, PrivacyDocument, variables());
  expect(read.errors).toMatchObject([{ code: 'WHATSAPP_ERROR', message: expect.stringMatching(TOLD) as string }]);
  const update = await ask(privet, UpdatePrivacyDocument, {
    ...variables(),
    input: { visibility: { lastSeen: 'NONE' } },
  });
  expect(update.data?.updatePrivacy?.failures).toMatchObject([
    { code: 'REJECTED', message: expect.stringMatching(TOLD) as string },
  ]);
  expect(refusals.map(({ hits }) => hits)).toEqual([1, 1]);
});

describe('a read whose link ends under it is asked again on the next one', () => {
  const endUnder = async <T>(way: Disconnect, call: () => Promise<T>): Promise<T> => {
    await privet.waitForState(linked.name, 'OPEN');
    const { phoneNumber } = linked;
    const fault = privet.simulator.addFault({ phoneNumber, match: READ, do: 'silence', times: 1 });
    const called = call();
    await struck(fault);
    privet.simulator.disconnect(phoneNumber, way).catch(() => undefined);
    return called;
  };

  test.each(['stream:503', 'xmlstreamend', 'close', 'reset'] as const)('%s', async (way) => {
    const { privacy } = await endUnder(way, () => askFor(privet, PrivacyDocument, variables()));
    expect(privacy).toMatchObject({ visibility: { lastSeen: 'ALL' }, stale: false });
  });

  test('over REST too', async () => {
    const get = () => fetch(`${privet.url}/api/profile/privacy/${linked.name}`, { headers: { token: privet.token } });
    expect((await endUnder('stream:500', get)).status).toBe(200);
  });
});

describe('what WhatsApp refuses as a whole, or answers with nothing to be used, is not said to be for want of a connection', () => {
  test.each([
    ['refused', { do: 'error', code: 403 }, '403'],
    ['answered without settings', { do: 'empty' }, 'without any settings'],
    ['answered with neither a result nor an error', { do: 'odd' }, 'without any settings'],
  ] as const)('a read that is %s: WHATSAPP_ERROR, and 502 over REST', async (_how, fault, message) => {
    await privet.waitForState(linked.name, 'OPEN');
    const { phoneNumber } = linked;
    using _ = privet.simulator.addFault({ phoneNumber, match: READ, ...fault });
    const { errors } = await ask(privet, PrivacyDocument, variables());
    expect(errors).toEqual([{ code: 'WHATSAPP_ERROR', message: expect.stringContaining(message) as string }]);
    for (const path of [`/api/profile/privacy/${linked.name}`, '/users/me/privacy']) {
      const response = await fetch(`${privet.url}${path}`, { headers: { token: linked.token } });
      expect([path, response.status]).toEqual([path, 502]);
    }
    expect(await privet.waitForState(linked.name, 'OPEN')).toMatchObject({ reason: null });
  });

  test('a logout: WHATSAPP_ERROR, and the instance stays OPEN', async () => {
    const { phoneNumber } = linked;
    using _ = privet.simulator.addFault({ phoneNumber, match: { xmlns: 'md' }, do: 'error', code: 403 });
    const { errors } = await ask(privet, UnlinkInstanceDocument, variables());
    expect(errors).toMatchObject([{ code: 'WHATSAPP_ERROR' }]);
    expect(await privet.waitForState(linked.name, 'OPEN')).toMatchObject({ reason: null });
  });
});

test('a start answers the state that it brought about', async () => {
  await askFor(privet, StopInstanceDocument, variables());
  const { startInstance } = await askFor(privet, StartInstanceDocument, variables());
  expect(['CONNECTING', 'RECONNECTING']).toContain(startInstance?.state);
  await privet.waitForState(linked.name, 'OPEN');
});

test('a burst of announcements costs a read a second, and none is lost', async () => {
  const stream = await watch();
  const before = reads();
  const from = performance.now();
  for (let n = 1; n <= 100; n += 1) {
    privet.simulator.setPrivacy(linked.phoneNumber, 'status', n % 2 === 0 ? 'none' : 'contacts');
    await delay(10);
  }
  privet.simulator.setPrivacy(linked.phoneNumber, 'profile', 'contacts');
  await stream.until(({ privacy }) => privacy?.visibility.profile === 'CONTACTS');
  // One at once, and one more where a second has just begun.
  expect(reads() - before).toBeLessThanOrEqual(2 + Math.ceil((performance.now() - from) / 1_000));
});

test('observedAt is when the settings were last confirmed, also for a stream that opens later', async () => {
  const first = (await (await watch()).data()).privacy;
  const { privacy } = await askFor(privet, PrivacyDocument, variables());
  expect(Date.parse(privacy?.observedAt ?? '')).toBeGreaterThan(Date.parse(first?.observedAt ?? ''));
  expect((await (await watch()).data()).privacy).toEqual(privacy);
});

test('a late answer of an older read is not newer than that of a later one', async () => {
  const { phoneNumber } = linked;
  const fault = privet.simulator.addFault({
    phoneNumber,
    match: READ,
    do: 'delay',
    delay: 'reply',
    ms: 1_500,
    times: 1,
  });
  const older = askFor(privet, PrivacyDocument, variables());
  await struck(fault);
  const input = { visibility: { lastSeen: 'NONE' } } as const;
  const { updatePrivacy } = await askFor(privet, UpdatePrivacyDocument, { ...variables(), input });
  const newer = updatePrivacy?.settings;
  const late = (await older).privacy;
  expect([late?.visibility.lastSeen, newer?.visibility.lastSeen]).toEqual(['ALL', 'NONE']);
  expect(Date.parse(late?.observedAt ?? '')).toBeLessThanOrEqual(Date.parse(newer?.observedAt ?? ''));
});

test('a subscription that opens during an outage says that what it shows is old, and what holds once it is known', async () => {
  const { phoneNumber } = linked;
  const { privacy } = await askFor(privet, PrivacyDocument, variables());
  const refused = privet.simulator.addFault({ phoneNumber, do: 'failure', code: 503 });
  await privet.simulator.disconnect(phoneNumber, 'close');
  await privet.waitForState(linked.name, 'RECONNECTING', 'CONNECTING');
  const stream = await watch();
  expect((await stream.data()).privacy).toEqual({ ...privacy, stale: true });
  refused[Symbol.dispose]();
  const back = (await stream.data()).privacy;
  expect(back).toEqual({ ...privacy, observedAt: back?.observedAt, stale: false });
  expect(Date.parse(back?.observedAt ?? '')).toBeGreaterThan(Date.parse(privacy?.observedAt ?? ''));
});

test('what seemed to hold already is written once a read shows otherwise, though something was announced meanwhile', async () => {
  const { phoneNumber } = linked;
  privet.simulator.setPrivacy(phoneNumber, 'groupadd', 'contacts');
  const stream = await watch();
  await stream.until(({ privacy }) => privacy?.permissions.groupAdd === 'CONTACTS');
  // Nobody is told of this one.
  privet.simulator.setPrivacy(phoneNumber, 'groupadd', 'all', { notify: false });
  const fault = privet.simulator.addFault({ phoneNumber, match: READ, do: 'delay', delay: 'reply', ms: 500, times: 1 });
  const input = { permissions: { groupAdd: 'CONTACTS' } } as const;
  const updating = askFor(privet, UpdatePrivacyDocument, { ...variables(), input });
  await struck(fault);
  privet.simulator.setPrivacy(phoneNumber, 'status', 'all');
  const { updatePrivacy } = await updating;
  expect(updatePrivacy?.failures).toEqual([]);
  expect(updatePrivacy?.outcomes).toMatchObject([{ result: 'APPLIED', current: 'CONTACTS' }]);
  expect(privet.simulator.account(phoneNumber).privacy).toMatchObject({ groupadd: 'contacts' });
});
