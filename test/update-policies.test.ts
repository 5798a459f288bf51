import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, describe, expect, test } from 'vitest';
import { back, OLD, onSecondSet, READ, refusalOf, setOf, THREE } from './support/policies.ts';
import { bootPrivet } from './support/privet.ts';
import { freePhone } from './support/life.ts';
import { codes, linkShop, PRIVACY, UPDATE, type Payload, type Shop } from './support/updating.ts';

/** Each test has a phone of its own, and so do its faults: all run side by side. */
const privet = await bootPrivet();
afterAll(() => privet[Symbol.asyncDispose]());

async function since(shop: Shop, work: () => Promise<unknown>): Promise<string[]> {
  const before = shop.sent().length;
  await work();
  return shop.sent().slice(before);
}

describe.each([
  ['a LID', true],
  ['none', false],
])('of an account with %s', (_, lid) => {
  const link = (): Promise<Shop> => {
    const phone = freePhone();
    privet.simulator.createAccount(phone, { lid });
    return linkShop(privet, phone);
  };

  test.concurrent('an update warns about the requested values, by what the account held before', async () => {
    const shop = await link();
    const input = {
      visibility: { status: 'CONTACT_BLACKLIST', online: 'MATCH_LAST_SEEN' },
      privacy: { readReceipts: 'ALL' },
    };
    const warned = async () => (await shop.update(input)).warnings.map(({ field, code }) => [field, code]);
    expect(await warned()).toEqual([
      ['STATUS', 'NOBODY_EXCLUDED'],
      ['ONLINE', 'MATCHES_EVERYONE'],
    ]);
    // It has that list already: whoever is on it stays.
    expect(await warned()).toEqual([['ONLINE', 'MATCHES_EVERYONE']]);
  });

  describe('STOP', () => {
    test.concurrent('behind a refused field nothing is sent, and what is skipped stays as it is', async () => {
      const shop = await link();
      shop.addFault({ match: setOf('status'), do: 'error', code: 403 });
      let payload: Payload | undefined;
      const sent = await since(shop, async () => (payload = await shop.update({ ...THREE, onFailure: 'STOP' })));
      expect(sent).toEqual(['last=none', 'status=none', 'read']);
      expect(payload).toMatchObject({ stanzas: 3, settings: { visibility: { lastSeen: 'NONE', profile: 'ALL' } } });
      expect(payload && codes(payload)).toEqual([
        ['STATUS', 'REJECTED'],
        ['PROFILE', 'SKIPPED'],
      ]);
      expect(shop.held()).toMatchObject({ last: 'none', status: 'all', profile: 'all' });
    });

    test.concurrent('without a failure all are written, one behind the reply to the other', async () => {
      const shop = await link();
      expect(await shop.update({ ...THREE, onFailure: 'STOP' })).toMatchObject({ failures: [], stanzas: 4 });
      expect(shop.held()).toMatchObject({ last: 'none', status: 'none', profile: 'none' });
    });
  });

  describe('ROLLBACK', () => {
    test.concurrent('what was changed is put back in reverse order, and read', async () => {
      const shop = await link();
      shop.addFault({ match: setOf('status'), do: 'error', code: 403 });
      let payload: Payload | undefined;
      const sent = await since(shop, async () => (payload = await shop.update({ ...THREE, onFailure: 'ROLLBACK' })));
      expect(sent).toEqual([
        'read',
        'last=none',
        'status=none',
        'profile=none',
        'read',
        'profile=all',
        'last=all',
        'read',
      ]);
      expect(payload?.stanzas).toBe(8);
      expect(payload?.failures).toMatchObject([
        { field: 'LAST_SEEN', code: 'ROLLED_BACK', requested: 'NONE', current: 'ALL', retryable: false },
        { field: 'STATUS', code: 'REJECTED', current: 'ALL' },
        { field: 'PROFILE', code: 'ROLLED_BACK', current: 'ALL' },
      ]);
      expect(payload && back(payload)).toEqual([
        ['LAST_SEEN', true],
        ['STATUS', null],
        ['PROFILE', true],
      ]);
      expect(shop.held()).toMatchObject(OLD);
      const { data } = await privet.graphql(PRIVACY, { instance: shop.name });
      expect(data).toMatchObject({ privacy: { visibility: { lastSeen: 'ALL', status: 'ALL' } } });
    });

    test.concurrent('without a failure all hold, and nothing had to be put back', async () => {
      const shop = await link();
      const payload = await shop.update({ ...THREE, onFailure: 'ROLLBACK' });
      expect(payload).toMatchObject({ failures: [], stanzas: 5 });
      expect(back(payload).flat()).toEqual(['LAST_SEEN', null, 'STATUS', null, 'PROFILE', null]);
      expect(shop.held()).toMatchObject({ last: 'none', status: 'none', profile: 'none' });
      expect(await shop.update({ ...THREE, onFailure: 'ROLLBACK' })).toMatchObject({ failures: [], stanzas: 1 });
    });

    test.concurrent('a write back that is refused is told: that field holds as requested, the others do not', async () => {
      const shop = await link();
      shop.addFault({ match: setOf('status'), do: 'error', code: 403 });
      onSecondSet(shop, 'last', { do: 'error', code: 500 });
      const payload = await shop.update({ ...THREE, onFailure: 'ROLLBACK' });
      expect(codes(payload)).toEqual([
        ['STATUS', 'REJECTED'],
        ['PROFILE', 'ROLLED_BACK'],
      ]);
      expect(payload.outcomes[0]).toMatchObject({ result: 'APPLIED', current: 'NONE', rolledBack: false });
      expect(shop.held()).toMatchObject({ last: 'none', status: 'all', profile: 'all' });
    });

    test.concurrent('a write back that is cut off is told by what the next connection shows', async () => {
      const shop = await link();
      shop.addFault({ match: setOf('status'), do: 'error', code: 403 });
      onSecondSet(shop, 'last', { do: 'close' });
      const payload = await shop.update({ ...THREE, onFailure: 'ROLLBACK' });
      expect(back(payload)).toEqual([
        ['LAST_SEEN', false],
        ['STATUS', null],
        ['PROFILE', true],
      ]);
      expect(shop.held()).toMatchObject({ last: 'none', status: 'all', profile: 'all' });
    });

    test.concurrent('a connection that goes between the writes and what puts them back is waited for', async () => {
      const shop = await link();
      shop.addFault({ match: setOf('profile'), do: 'close', apply: false, times: 1 });
      const payload = await shop.update({ ...THREE, onFailure: 'ROLLBACK' });
      expect(back(payload).flat()).toEqual(['LAST_SEEN', true, 'STATUS', true, 'PROFILE', true]);
      expect(shop.held()).toMatchObject(OLD);
    });

    test.concurrent('without its first read nothing is begun', async () => {
      const shop = await link();
      shop.addFault({ match: READ, do: 'error', code: 403, times: 1 });
      expect(await refusalOf(privet, shop, { ...THREE, onFailure: 'ROLLBACK' })).toMatchObject({
        extensions: { code: 'WHATSAPP_ERROR' },
      });
      expect(shop.held()).toMatchObject(OLD);
    });

    test.concurrent('nothing is put back over what the phone changed meanwhile', async () => {
      const shop = await link();
      shop.addFault({ match: setOf('status'), do: 'error', code: 403 });
      const slow = shop.addFault({ match: setOf('profile'), do: 'delay', ms: 400, times: 1 });
      const running = shop.update({ ...THREE, onFailure: 'ROLLBACK' });
      while (slow.hits === 0) await delay(5);
      privet.simulator.setPrivacy(shop.phoneNumber, 'last', 'contacts');
      const payload = await running;
      expect(payload.outcomes.map(({ current, rolledBack }) => [current, rolledBack])).toEqual([
        ['CONTACTS', false],
        ['ALL', null],
        ['NONE', false],
      ]);
      expect(shop.held()).toMatchObject({ last: 'contacts', status: 'all', profile: 'none' });
    });
  });

  test.concurrent('ROLLBACK puts an exclusion list back', async () => {
    const shop = await link();
    const phone = shop.phoneNumber;
    const friend = freePhone();
    privet.simulator.createAccount(friend);
    privet.simulator.setExclusions(phone, 'status', { add: [friend] }, { notify: false });
    shop.addFault({ match: setOf('profile'), do: 'error', code: 403 });
    const payload = await shop.update({ visibility: { status: 'NONE', profile: 'NONE' }, onFailure: 'ROLLBACK' });
    expect(back(payload)[0]).toEqual(['STATUS', true]);
    expect(shop.held()).toMatchObject({ status: 'contact_blacklist', profile: 'all' });
    expect(privet.simulator.account(phone).exclusions['status']?.members).toEqual([friend]);
  });

  describe('ifObservedAt', () => {
    const READ_AT = 'query ($instance: String!) { privacy(instance: $instance) { observedAt } }';
    const observed = async (shop: Shop): Promise<string> => {
      const { data } = await privet.graphql<{ privacy: { observedAt: string } }>(READ_AT, { instance: shop.name });
      return data?.privacy.observedAt ?? '';
    };
    const status = (value: string) => ({ visibility: { status: value } });

    test.concurrent('where the settings are those that the caller saw, the update is made, for one read more', async () => {
      const shop = await link();
      const ifObservedAt = await observed(shop);
      expect(await shop.update({ ...status('NONE'), ifObservedAt })).toMatchObject({ failures: [], stanzas: 3 });
      // What the caller saw is what it was made from, and not what came of it.
      expect(await refusalOf(privet, shop, { ...status('ALL'), ifObservedAt })).toMatchObject({
        extensions: { code: 'CONFLICT' },
      });
    });

    test.concurrent.each([true, false])(
      'the phone changed something since: CONFLICT, announced: %s',
      async (notify) => {
        const shop = await link();
        const ifObservedAt = await observed(shop);
        await delay(2);
        privet.simulator.setPrivacy(shop.phoneNumber, 'groupadd', 'contacts', { notify });
        const error = await refusalOf(privet, shop, { ...status('NONE'), ifObservedAt });
        expect(error?.extensions).toMatchObject({
          code: 'CONFLICT',
          current: {
            visibility: { lastSeen: 'ALL', status: 'ALL', profile: 'ALL', online: 'ALL' },
            privacy: { readReceipts: 'ALL' },
            permissions: { callAdd: 'ALL', groupAdd: 'CONTACTS' },
          },
        });
        expect(shop.held()).toMatchObject({ status: 'all' });
        const { current } = (error?.extensions ?? {}) as { current: { observedAt: string } };
        expect(await shop.update({ ...status('NONE'), ifObservedAt: current.observedAt })).toMatchObject({
          failures: [],
        });
      },
    );

    test.concurrent('of two at once that saw the same, one is made', async () => {
      const shop = await link();
      const ifObservedAt = await observed(shop);
      await delay(2);
      const both = await Promise.all(
        ['NONE', 'CONTACTS'].map((value) =>
          privet.graphql<{ updatePrivacy: Payload | null }>(UPDATE, {
            instance: shop.name,
            input: { ...status(value), ifObservedAt },
          }),
        ),
      );
      const made = both.filter(({ data }) => data?.updatePrivacy);
      expect(made).toHaveLength(1);
      expect(both.flatMap(({ errors }) => errors ?? [])).toMatchObject([{ extensions: { code: 'CONFLICT' } }]);
      expect(shop.held()['status']).toBe(
        String(made[0]?.data?.updatePrivacy?.outcomes[0]?.['requested']).toLowerCase(),
      );
    });

    test.concurrent('a time in the future is refused, and nothing is sent', async () => {
      const shop = await link();
      const ifObservedAt = new Date(Date.now() + 60_000).toISOString();
      const sent = await since(shop, async () => {
        expect(await refusalOf(privet, shop, { ...status('NONE'), ifObservedAt })).toMatchObject({
          extensions: { code: 'BAD_USER_INPUT' },
        });
      });
      expect(sent).toEqual([]);
    });
  });

  describe('planPrivacy', () => {
    const PLAN = `query ($instance: String!, $input: UpdatePrivacyInput!) {
    planPrivacy(instance: $instance, input: $input) {
      steps { field from to } unchanged stanzas warnings { code field message }
    }
  }`;
    const plan = (shop: Shop, input: object) => privet.graphql(PLAN, { instance: shop.name, input });

    test.concurrent.each([
      ['CONTINUE', 4],
      ['STOP', 4],
      ['ROLLBACK', 5],
    ])('with %s it says what the update sends, and sends nothing', async (onFailure, stanzas) => {
      const shop = await link();
      const input = { ...THREE, privacy: { readReceipts: 'ALL' }, onFailure };
      const sent = await since(shop, async () => {
        expect((await plan(shop, input)).data).toMatchObject({
          planPrivacy: {
            steps: [
              { field: 'LAST_SEEN', from: 'ALL', to: 'NONE' },
              { field: 'STATUS', from: 'ALL', to: 'NONE' },
              { field: 'PROFILE', from: 'ALL', to: 'NONE' },
            ],
            unchanged: ['READ_RECEIPTS'],
            stanzas,
            warnings: [{ code: 'HIDDEN_IN_TURN', field: 'LAST_SEEN' }],
          },
        });
      });
      expect(sent).toEqual([]);
      expect(await shop.update(input)).toMatchObject({ stanzas, warnings: [{ code: 'HIDDEN_IN_TURN' }] });
    });

    test.concurrent.each([
      ['CONTINUE', ['STATUS', 'GROUP_ADD'], 3],
      ['STOP', ['STATUS'], 2],
      ['ROLLBACK', [], 1],
    ])('with %s and a field that the account does not have', async (onFailure, steps, stanzas) => {
      const shop = await link();
      privet.simulator.setPrivacy(shop.phoneNumber, 'online', null, { notify: false });
      await privet.graphql(PRIVACY, { instance: shop.name });
      const input = { visibility: { status: 'NONE', online: 'ALL' }, permissions: { groupAdd: 'CONTACTS' }, onFailure };
      const { data } = await plan(shop, input);
      expect(data).toMatchObject({
        planPrivacy: {
          steps: steps.map((field) => ({ field })),
          stanzas,
          warnings: [{ code: 'UNSUPPORTED', field: 'ONLINE' }],
        },
      });
      const sent = await since(shop, () => shop.update(input));
      expect(sent).toHaveLength(stanzas);
    });

    test.concurrent('where what is known is outdated it reads first', async () => {
      const shop = await link();
      shop.addFault({ match: READ, do: 'delay', ms: 300, times: 1 });
      const sent = await since(shop, async () => {
        privet.simulator.setPrivacy(shop.phoneNumber, 'last', 'none');
        await delay(100);
        expect((await plan(shop, THREE)).data).toMatchObject({ planPrivacy: { unchanged: ['LAST_SEEN'], stanzas: 3 } });
      });
      expect(sent).toEqual(['read', 'read']);
    });

    test.concurrent('it conflicts as the update would', async () => {
      const shop = await link();
      const ifObservedAt = new Date(Date.now() - 60_000).toISOString();
      const { data, errors } = await plan(shop, { ...THREE, ifObservedAt });
      expect(data).toEqual({ planPrivacy: null });
      expect(errors?.[0]?.extensions).toMatchObject({
        code: 'CONFLICT',
        current: { privacy: { readReceipts: 'ALL' } },
      });
    });
  });
});
