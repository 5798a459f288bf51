import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, describe, expect, test } from 'vitest';
import { back, OLD, onSecondSet, THREE } from './support/policies.ts';
import { PairInstanceDocument } from './gql/graphql.ts';
import { askFor } from './support/ask.ts';
import { create, freePhone } from './support/life.ts';
import { bootPrivet } from './support/privet.ts';
import { scaledClock } from './support/scaled-clock.ts';
import { codes, linkShop, PRIVACY } from './support/updating.ts';

/** The service's time goes by so much faster: what it waits for in vain is not waited for here. */
const FACTOR = 5;
const CALL_MS = 30_000;
/** What the way there and back may take by itself, in real time. */
const OVERHEAD_MS = 2_000;

const SET_STATUS = { xmlns: 'privacy', type: 'set', category: 'status' };

const privet = await bootPrivet({ clock: scaledClock(FACTOR) });
afterAll(() => privet[Symbol.asyncDispose]());

// Both side by side: they wait.
describe.concurrent('what WhatsApp leaves unanswered', () => {
  test.concurrent('a swallowed reply to a set that took effect: APPLIED', async () => {
    const shop = await linkShop(privet);
    using _fault = shop.addFault({ match: SET_STATUS, do: 'silence', apply: true, times: 1 });
    expect(await shop.update({ visibility: { status: 'NONE' } })).toMatchObject({
      failures: [],
      outcomes: [{ result: 'APPLIED', current: 'NONE' }],
    });
  });

  test.concurrent('a swallowed set that took no effect: TIMED_OUT, and the link is not used for the next call', async () => {
    const shop = await linkShop(privet);
    using _fault = shop.addFault({ match: SET_STATUS, do: 'silence', apply: false, times: 1 });
    const payload = await shop.update({ visibility: { status: 'NONE', lastSeen: 'NONE' } });
    expect(codes(payload)).toEqual([['STATUS', 'TIMED_OUT']]);
    expect(payload.settings?.visibility).toMatchObject({ status: 'ALL', lastSeen: 'NONE' });
    const before = shop.sent().length;
    expect(await shop.update({ visibility: { status: 'NONE' } })).toMatchObject({ failures: [], stanzas: 2 });
    // The first read is that of the new connection.
    expect(shop.sent().slice(before)).toEqual(['read', 'status=none', 'read']);
  });

  test.concurrent('everything: the call ends within its deadline, without settings and without success', async () => {
    const shop = await linkShop(privet);
    using _fault = shop.addFault({ match: { xmlns: 'privacy' }, do: 'silence', apply: false });
    const started = performance.now();
    const payload = await shop.update({ visibility: { status: 'NONE', lastSeen: 'ALL' } });
    expect(performance.now() - started).toBeLessThan(CALL_MS / FACTOR + OVERHEAD_MS);
    expect(payload.settings).toBeNull();
    expect(codes(payload)).toEqual([
      ['LAST_SEEN', 'UNVERIFIED'],
      ['STATUS', 'TIMED_OUT'],
    ]);
  });
});

describe.concurrent('what WhatsApp leaves unanswered of an update with a policy', () => {
  test.concurrent('STOP: nothing is sent behind it, and the link is not used for the next call', async () => {
    const shop = await linkShop(privet);
    using _fault = shop.addFault({ match: SET_STATUS, do: 'silence', apply: false, times: 1 });
    const before = shop.sent().length;
    const payload = await shop.update({ ...THREE, onFailure: 'STOP' });
    expect(codes(payload)).toEqual([
      ['STATUS', 'TIMED_OUT'],
      ['PROFILE', 'SKIPPED'],
    ]);
    expect(shop.held()).toMatchObject({ last: 'none', status: 'all', profile: 'all' });
    await shop.update({ visibility: { status: 'NONE' } });
    // The read in the middle is that of the new connection.
    expect(shop.sent().slice(before)).toEqual(['last=none', 'status=none', 'read', 'read', 'status=none', 'read']);
  });

  test.concurrent.each([true, false])('ROLLBACK, and the set took effect: %s: all are put back', async (apply) => {
    const shop = await linkShop(privet);
    using _fault = shop.addFault({ match: SET_STATUS, do: 'silence', apply, times: 1 });
    const payload = await shop.update({ ...THREE, onFailure: 'ROLLBACK' });
    if (apply) expect(payload.failures).toEqual([]);
    else
      expect(codes(payload).map(String)).toEqual(['LAST_SEEN,ROLLED_BACK', 'STATUS,TIMED_OUT', 'PROFILE,ROLLED_BACK']);
    expect(back(payload).flat()).toEqual(
      ['LAST_SEEN', 'STATUS', 'PROFILE'].flatMap((field) => [field, apply ? null : true]),
    );
    expect(shop.held()).toMatchObject(apply ? { last: 'none', status: 'none', profile: 'none' } : OLD);
  });

  test.concurrent('ROLLBACK, and what puts it back is swallowed: it is told, and the link is not used again', async () => {
    const shop = await linkShop(privet);
    using _refused = shop.addFault({ match: SET_STATUS, do: 'error', code: 403 });
    onSecondSet(shop, 'last', { do: 'silence' });
    const payload = await shop.update({ ...THREE, onFailure: 'ROLLBACK' });
    expect(back(payload)).toEqual([
      ['LAST_SEEN', false],
      ['STATUS', null],
      ['PROFILE', true],
    ]);
    expect(payload.outcomes[0]).toMatchObject({ result: 'APPLIED', current: 'NONE' });
    expect(shop.held()).toMatchObject({ last: 'none', status: 'all', profile: 'all' });
    const { logins } = privet.simulator.account(shop.phoneNumber);
    expect(await shop.update({ visibility: { profile: 'NONE' } })).toMatchObject({ failures: [] });
    expect(privet.simulator.account(shop.phoneNumber).logins.length).toBe(logins.length + 1);
  });

  test.concurrent('ROLLBACK, and everything is swallowed from then on: nothing is known, and it ends in time', async () => {
    const shop = await linkShop(privet);
    using _refused = shop.addFault({ match: SET_STATUS, do: 'error', code: 403 });
    onSecondSet(shop, 'last', { do: 'silence' });
    const reads = shop.addFault({ match: { xmlns: 'privacy', type: 'get' }, do: 'delay', ms: 0, times: 2 });
    using _silent = shop.addFault({ match: { xmlns: 'privacy', type: 'get' }, do: 'silence' });
    const started = performance.now();
    const payload = await shop.update({ ...THREE, onFailure: 'ROLLBACK' });
    expect(performance.now() - started).toBeLessThan(CALL_MS / FACTOR + OVERHEAD_MS);
    expect(reads.hits).toBe(2);
    expect(payload.settings).toBeNull();
    expect(codes(payload).map(String)).toEqual(['LAST_SEEN,UNVERIFIED', 'STATUS,REJECTED', 'PROFILE,UNVERIFIED']);
    expect(back(payload).flat()).toEqual(['LAST_SEEN', false, 'STATUS', null, 'PROFILE', false]);
  });
});

test('a pairing code that WhatsApp does not confirm is not shown', async () => {
  const instance = await create(privet);
  using fault = privet.simulator.addFault({ match: { xmlns: 'md', type: 'set' }, do: 'silence' });
  const { pairInstance } = await askFor(privet, PairInstanceDocument, { instance, phoneNumber: freePhone() });
  expect(fault.hits).toBe(1);
  expect(pairInstance).toMatchObject({ state: 'UNPAIRED', pairing: null, reason: { code: 'PAIRING_UNANSWERED' } });
});

describe('a socket that closes in the middle', () => {
  test.concurrent.each([
    ['applied', true, []],
    ['lost', false, [['STATUS', 'CONNECTION_LOST']]],
  ] as const)('the set is %s: the truth is read after the reconnect', async (_, apply, failed) => {
    const shop = await linkShop(privet);
    using _fault = shop.addFault({ match: SET_STATUS, do: 'close', apply, times: 1 });
    const payload = await shop.update({ visibility: { lastSeen: 'NONE', status: 'NONE' } });
    expect(codes(payload)).toEqual(failed);
    expect(payload.settings?.visibility).toMatchObject({ lastSeen: 'NONE', status: apply ? 'NONE' : 'ALL' });
    const { data } = await privet.graphql(PRIVACY, { instance: shop.name });
    expect(data).toMatchObject({ privacy: { visibility: { lastSeen: 'NONE', status: apply ? 'NONE' : 'ALL' } } });
  });
});

test('the server goes away for good in the middle: the call ends by failures', async () => {
  const shop = await linkShop(privet);
  using fault = shop.addFault({ match: SET_STATUS, do: 'silence', apply: true });
  const running = shop.update({ visibility: { lastSeen: 'NONE', status: 'NONE' } });
  while (fault.hits === 0) await delay(10);
  await privet.simulator.pause();
  const payload = await running;
  await privet.simulator.resume();
  // The read behind the writes may have been answered before; what it showed is the truth, the rest is a failure.
  for (const outcome of payload.outcomes) {
    if (outcome['result'] === 'APPLIED') expect(outcome['current']).toBe('NONE');
    else expect(payload.failures.map(({ field }) => field)).toContain(outcome['field']);
  }
  await privet.waitForState(shop.name, 'OPEN');
});
