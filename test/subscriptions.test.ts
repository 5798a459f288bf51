import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { Nudges, Topic } from '../src/fleet/watching/nudges.ts';
import {
  CreateInstanceDocument,
  DeleteInstanceDocument,
  InstanceChangesDocument,
  PairInstanceDocument,
  PrivacyChangesDocument,
  UnlinkInstanceDocument,
  UpdatePrivacyDocument,
} from './gql/graphql.ts';
import { DEFAULT_PRIVACY } from '../simulator/privacy.ts';
import { askFor } from './support/ask.ts';
import { openEventStream } from './support/event-stream.ts';
import { bootPrivet, type LinkedInstance, type TestPrivet } from './support/privet.ts';
import { ALL_CHANGED } from './support/settings.ts';

let privet: TestPrivet;
let count = 0;

/** One whose settings are not the usual ones. */
const OTHER_PHONE = '4915550000123';

beforeAll(async () => {
  privet = await bootPrivet();
  privet.simulator.createAccount(OTHER_PHONE, {
    privacy: { ...DEFAULT_PRIVACY, last: 'none' },
  });
});
afterAll(() => privet[Symbol.asyncDispose]());
afterEach(() => {
  privet.simulator.clearFaults();
  privet.simulator.setRtt(0);
  vi.restoreAllMocks();
});

const fresh = (): Promise<LinkedInstance> => privet.link(`stream-${++count}`);
const watchPrivacy = (instance: string) => openEventStream(privet, PrivacyChangesDocument, { instance });
const watchInstance = (name: string) => openEventStream(privet, InstanceChangesDocument, { name });

/** How many subscribers the service has to its own events, counted from now on. */
function countSubscribers(): () => number {
  const begun = vi.spyOn(Topic.prototype, 'subscribe');
  const ended = vi.spyOn(Nudges.prototype, Symbol.dispose);
  return () => begun.mock.results.filter(({ value }) => !ended.mock.contexts.includes(value)).length;
}

describe('the privacy subscription', () => {
  test('gives the present settings first, then a change on the phone within 2 s', async () => {
    const { name, phoneNumber } = await fresh();
    const stream = await watchPrivacy(name);
    const first = (await stream.data()).privacy;
    expect(first?.visibility).toMatchObject({ lastSeen: 'ALL', status: 'ALL', profile: 'ALL', online: 'ALL' });

    const changed = performance.now();
    privet.simulator.setPrivacy(phoneNumber, 'readreceipts', 'none');
    const second = (await stream.data()).privacy;
    expect(performance.now() - changed).toBeLessThan(2000);
    expect(second).toEqual({
      ...first,
      privacy: { ...first?.privacy, readReceipts: 'NONE' },
      observedAt: second?.observedAt,
    });
    expect(Date.parse(second?.observedAt ?? '')).toBeGreaterThan(Date.parse(first?.observedAt ?? ''));
  });

  test('a change while the settings are being read is not lost', async () => {
    const { name, phoneNumber } = await fresh();
    const stream = await watchPrivacy(name);
    await stream.data();
    // The reply that is on its way when the second change comes still shows the first alone.
    const match = { xmlns: 'privacy', type: 'get' };
    const fault = privet.simulator.addFault({ match, do: 'delay', delay: 'reply', ms: 400, times: 1 });
    privet.simulator.setPrivacy(phoneNumber, 'status', 'none');
    await vi.waitFor(() => expect(fault.hits).toBe(1), { timeout: 2000, interval: 5 });
    privet.simulator.setPrivacy(phoneNumber, 'profile', 'none');
    const both = await stream.until(({ privacy }) => privacy?.visibility.profile === 'NONE');
    expect(both.privacy?.visibility.status).toBe('NONE');
  });

  test('many changes in a row end with the truth', async () => {
    const { name, phoneNumber } = await fresh();
    const stream = await watchPrivacy(name);
    await stream.data();
    privet.simulator.setRtt(20);
    const values = ['contacts', 'none', 'contact_blacklist', 'all'];
    for (let i = 0; i < 20; i += 1) privet.simulator.setPrivacy(phoneNumber, 'last', values[i % 4] ?? 'all');
    privet.simulator.setPrivacy(phoneNumber, 'groupadd', 'contacts');
    privet.simulator.setPrivacy(phoneNumber, 'last', 'none');
    const end = await stream.until(({ privacy }) => privacy?.visibility.lastSeen === 'NONE');
    expect(end.privacy?.permissions.groupAdd).toBe('CONTACTS');
  });

  test('a read that WhatsApp refuses is made good: the change still arrives', async () => {
    const { name, phoneNumber } = await fresh();
    const stream = await watchPrivacy(name);
    await stream.data();
    privet.simulator.addFault({ match: { xmlns: 'privacy', type: 'get' }, do: 'error', code: 500, times: 1 });
    privet.simulator.setPrivacy(phoneNumber, 'online', 'match_last_seen');
    expect((await stream.data()).privacy?.visibility.online).toBe('MATCH_LAST_SEEN');
  });

  test('a change that was made while the link was down arrives with the next one', async () => {
    const { name, phoneNumber } = await fresh();
    const stream = await watchPrivacy(name);
    await stream.data();
    await privet.simulator.disconnect(phoneNumber, 'close');
    privet.simulator.setPrivacy(phoneNumber, 'calladd', 'known');
    expect((await stream.data()).privacy?.permissions.callAdd).toBe('KNOWN');
  });

  test('an instance that is linked to another phone shows nothing of the one before', async () => {
    const { name } = await fresh();
    const first = await watchPrivacy(name);
    expect((await first.data()).privacy?.visibility.lastSeen).toBe('ALL');
    await askFor(privet, UnlinkInstanceDocument, { instance: name });
    const { pairInstance } = await askFor(privet, PairInstanceDocument, { instance: name });
    const stream = await watchPrivacy(name);
    const phoneNumber = await privet.simulator.scan(pairInstance?.pairing?.qr ?? '', OTHER_PHONE);
    expect((await stream.data()).privacy?.visibility.lastSeen).toBe('NONE');
    expect((await first.data()).privacy?.visibility.lastSeen).toBe('NONE');
    expect(phoneNumber).toBe(OTHER_PHONE);
  });

  test('an update is one change', async () => {
    const { name, token } = await fresh();
    const stream = await watchPrivacy(name);
    await stream.data();
    await askFor({ url: privet.url, token }, UpdatePrivacyDocument, { instance: name, input: ALL_CHANGED });
    expect((await stream.data()).privacy).toMatchObject(ALL_CHANGED);
    await askFor(privet, DeleteInstanceDocument, { instance: name });
    expect(await stream.next()).toBeUndefined();
  });
});

describe('the instance subscription', () => {
  test('shows how an instance is paired, and ends when it is deleted', async () => {
    const name = `stream-${++count}`;
    await askFor(privet, CreateInstanceDocument, { name });
    const stream = await watchInstance(name);
    expect((await stream.data()).instance).toMatchObject({ state: 'UNPAIRED', pairing: null, phoneNumber: null });

    await askFor(privet, PairInstanceDocument, { instance: name });
    const waiting = (await stream.until(({ instance }) => Boolean(instance?.pairing?.qr))).instance;
    expect(waiting?.state).toBe('PAIRING');
    expect(Date.parse(waiting?.pairing?.expiresAt ?? '')).toBeGreaterThan(Date.now());

    const phoneNumber = await privet.simulator.scan(waiting?.pairing?.qr ?? '');
    const seen: (string | undefined)[] = [];
    const last = await stream.until(({ instance }) => {
      if (seen.at(-1) !== instance?.state) seen.push(instance?.state);
      return instance?.state === 'OPEN';
    });
    expect(seen).toEqual(['CONNECTING', 'OPEN']);
    expect(last.instance).toMatchObject({ phoneNumber, pairing: null });

    await askFor(privet, DeleteInstanceDocument, { instance: name });
    let event = await stream.next();
    for (let more = 5; event && more > 0; more -= 1) event = await stream.next();
    expect(event).toBeUndefined();
  });

  test('shows why a link was lost, and its return', async () => {
    const { name, phoneNumber } = await fresh();
    const stream = await watchInstance(name);
    expect((await stream.data()).instance?.state).toBe('OPEN');
    await privet.simulator.disconnect(phoneNumber, 'stream:503');
    const lost = await stream.until(({ instance }) => instance?.state === 'RECONNECTING');
    expect(lost.instance?.reason).toMatchObject({
      code: 'STREAM_ERROR',
      status: 503,
      retryAt: expect.any(String) as string,
    });
    const back = await stream.until(({ instance }) => instance?.state === 'OPEN');
    expect(back.instance?.reason).toBeNull();
  });
});

describe('the end of a stream', () => {
  test.each(['of nobody', '../x'])(
    'an instance that is not there: NOT_FOUND, and the stream is over (%j)',
    async (name) => {
      for (const stream of [await watchPrivacy(name), await watchInstance(name)]) {
        const result = await stream.next();
        expect(result?.errors).toMatchObject([{ extensions: { code: 'NOT_FOUND' } }]);
        expect(await stream.next()).toBeUndefined();
      }
    },
  );

  test('a client that goes away leaves no subscriber behind', async () => {
    const { name } = await fresh();
    const subscribers = countSubscribers();
    const streams = await Promise.all(
      Array.from({ length: 10 }, (_, i) => (i % 2 === 0 ? watchPrivacy(name) : watchInstance(name))),
    );
    await Promise.all(streams.map((stream) => stream.next()));
    expect(subscribers()).toBe(10);
    for (const stream of streams) stream.close();
    await vi.waitFor(() => expect(subscribers()).toBe(0), { timeout: 5000, interval: 10 });
  });

  test('a service that stops cuts streams short: nothing of what they watch is over', async () => {
    const { name } = await fresh();
    const streams = [await watchPrivacy(name), await watchInstance(name)];
    for (const stream of streams) await stream.next();
    const began = performance.now();
    const restarted = privet.restart();
    const untilCut = async ({ next }: (typeof streams)[number]): Promise<void> => {
      while (await next());
    };
    for (const stream of streams) await expect(untilCut(stream)).rejects.toThrow(/terminated|without "complete"/);
    expect(performance.now() - began).toBeLessThan(5000);
    await restarted;
    await privet.waitForState(name, 'OPEN');
  });
});
