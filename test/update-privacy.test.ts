import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { PROFILE_FIELDS } from '../src/privacy/fields.ts';
import { ALL_CHANGED, ALL_CHANGED_WIRE } from './support/settings.ts';
import { sharedPrivet } from './support/shared-privet.ts';
import { codes, linkShop, PRIVACY, UPDATE } from './support/updating.ts';

const privet = await sharedPrivet();
/** For what sends nothing. */
const untouched = await linkShop(privet);

describe('without faults', () => {
  test('seven changed fields cost seven sets in order and one read; the same again costs one read', async () => {
    const shop = await linkShop(privet);
    const before = shop.sent().length;
    const first = await shop.update(ALL_CHANGED);
    expect(first.failures).toEqual([]);
    expect(first.stanzas).toBe(8);
    expect(first.outcomes.map(({ field, result }) => [field, result])).toEqual(
      PROFILE_FIELDS.map(({ field }) => [field, 'APPLIED']),
    );
    expect(shop.held()).toMatchObject(ALL_CHANGED_WIRE);
    expect(first.settings).toMatchObject(ALL_CHANGED);
    expect(shop.sent().slice(before)).toEqual([
      ...Object.entries(ALL_CHANGED_WIRE).map(([category, value]) => `${category}=${value}`),
      'read',
    ]);

    const again = await shop.update(ALL_CHANGED);
    expect(again.stanzas).toBe(1);
    expect(again.outcomes.map(({ result }) => result)).toEqual(PROFILE_FIELDS.map(() => 'ALREADY_SET'));
    expect(again.failures).toEqual([]);
    expect(shop.sent().slice(before + 8)).toEqual(['read']);
  });

  test('a set worked off later than the read behind it costs one more read and is APPLIED', async () => {
    const shop = await linkShop(privet);
    shop.addFault({ match: { xmlns: 'privacy', type: 'set' }, do: 'delay', delay: 'work', ms: 300 });
    const payload = await shop.update({ visibility: { status: 'NONE' } });
    expect(payload).toMatchObject({ failures: [], stanzas: 3, outcomes: [{ field: 'STATUS', result: 'APPLIED' }] });
    expect(shop.held()).toMatchObject({ status: 'none' });
  });

  test('what the version does not model is given as it is on the wire', async () => {
    const shop = await linkShop(privet);
    privet.simulator.setPrivacy(shop.phoneNumber, 'cover_photo', 'all', { notify: false });
    privet.simulator.setPrivacy(shop.phoneNumber, 'online', 'none', { notify: false });
    privet.simulator.setPrivacy(shop.phoneNumber, 'status', 'error', { notify: false });
    const { settings } = await shop.update({ visibility: { lastSeen: 'NONE' } });
    expect(settings?.visibility).toMatchObject({ lastSeen: 'NONE', online: null, status: null });
    expect(settings?.other).toContainEqual({ category: 'online', value: 'none' });
    expect(settings?.other).toContainEqual({ category: 'cover_photo', value: 'all' });
  });
});

describe('when WhatsApp does not do as asked', () => {
  test('a refused field fails with its code, and the other six are applied', async () => {
    const shop = await linkShop(privet);
    const match = { xmlns: 'privacy', type: 'set', category: 'status' };
    shop.addFault({ match, do: 'error', code: 403 });
    const payload = await shop.update(ALL_CHANGED);
    expect(payload.failures).toEqual([
      {
        field: 'STATUS',
        requested: 'CONTACTS',
        current: 'ALL',
        code: 'REJECTED',
        message: expect.stringContaining('403') as string,
        retryable: false,
      },
    ]);
    expect(shop.held()).toMatchObject({ ...ALL_CHANGED_WIRE, status: 'all' });
    expect(payload.settings?.visibility).toMatchObject({ status: 'ALL', lastSeen: 'NONE' });
    expect(payload.outcomes.filter(({ result }) => result === 'APPLIED')).toHaveLength(6);
  });

  test('another client changes the field in the middle: nothing is APPLIED that a read did not show', async () => {
    const shop = await linkShop(privet);
    const match = { xmlns: 'privacy', type: 'get' };
    // The read-back is worked off late, behind the other client's change.
    shop.addFault({ match, do: 'delay', delay: 'work', ms: 300, times: 1 });
    const running = shop.update({ visibility: { status: 'NONE' } });
    await delay(100);
    privet.simulator.setPrivacy(shop.phoneNumber, 'status', 'contacts');
    const payload = await running;
    expect(payload.failures).toMatchObject([{ field: 'STATUS', code: 'MISMATCH', current: 'CONTACTS' }]);
    expect(shop.held()).toMatchObject({ status: 'contacts' });
  });

  test('a category that the account does not have is never written', async () => {
    const phoneNumber = '491700000042';
    const { calladd: _, ...privacy } = { ...ALL_CHANGED_WIRE, messages: 'all' };
    privet.simulator.createAccount(phoneNumber, { privacy });
    const shop = await linkShop(privet, phoneNumber);
    const before = shop.sent().length;
    const payload = await shop.update({ permissions: { callAdd: 'KNOWN' } });
    expect(codes(payload)).toEqual([['CALL_ADD', 'UNSUPPORTED']]);
    expect(shop.sent().slice(before)).toEqual(['read']);
    expect(payload.settings?.permissions).toMatchObject({ callAdd: null });
  });
});

describe('when the call can not be made', () => {
  test('an instance that is stopped: INSTANCE_NOT_CONNECTED', async () => {
    const shop = await linkShop(privet);
    await privet.graphql('mutation ($i: String!) { stopInstance(instance: $i) { state } }', { i: shop.name });
    const { errors } = await privet.graphql(UPDATE, { instance: shop.name, input: ALL_CHANGED });
    expect(errors?.[0]).toMatchObject({
      message: 'Instance is not connected to WhatsApp',
      extensions: { code: 'INSTANCE_NOT_CONNECTED' },
    });
  });

  test.each([[{}], [{ visibility: {} }], [{ visibility: { lastSeen: null }, privacy: null }]])(
    'nothing asked for in %j: BAD_USER_INPUT',
    async (input) => {
      const { errors } = await privet.graphql(UPDATE, { instance: untouched.name, input });
      expect(errors?.[0]).toMatchObject({
        message: 'At least one privacy setting must be provided',
        extensions: { code: 'BAD_USER_INPUT' },
      });
    },
  );

  test('a value that the field does not take: the message names the field and what it takes', async () => {
    const before = untouched.sent().length;
    const input = { visibility: { status: 'NONE' }, permissions: { callAdd: 'CONTACTS' } };
    const { errors } = await privet.graphql(UPDATE, { instance: untouched.name, input });
    expect(errors?.[0]?.message).toContain('callAdd');
    expect(errors?.[0]?.message).toContain('ALL, KNOWN');
    expect(errors?.[0]?.extensions['code']).toBe('BAD_USER_INPUT');
    expect(untouched.sent().slice(before)).toEqual([]);
  });
});

describe('several calls at once', () => {
  test('updates of one instance come one after the other, and each tells what it brought about', async () => {
    const shop = await linkShop(privet);
    const [a, b] = await Promise.all([
      shop.update({ visibility: { status: 'NONE' } }),
      shop.update({ visibility: { status: 'CONTACTS' } }),
    ]);
    expect(a.outcomes).toMatchObject([{ result: 'APPLIED', current: 'NONE' }]);
    expect(b.outcomes).toMatchObject([{ result: 'APPLIED', previous: 'NONE', current: 'CONTACTS' }]);
  });

  test('readers share a read that was not sent yet', async () => {
    const shop = await linkShop(privet);
    const before = shop.sent().length;
    // While the first read is on its way, all the others come.
    shop.addFault({
      match: { xmlns: 'privacy', type: 'get' },
      do: 'delay',
      delay: 'reply',
      ms: 2_000,
      times: 1,
    });
    // As many as one token may have at a time.
    await Promise.all(Array.from({ length: 10 }, () => privet.graphql(PRIVACY, { instance: shop.name })));
    expect(shop.sent().length - before).toBe(2);
  });
});
