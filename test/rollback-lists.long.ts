import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, describe, expect, test } from 'vitest';
import { back, OLD, onSecondSet, READ, refusalOf, setOf, THREE } from './support/policies.ts';
import { bootPrivet } from './support/privet.ts';
import { linkShop, PRIVACY, type Shop } from './support/updating.ts';

/** Each test has a phone of its own, and so do its faults: all run side by side. */
const privet = await bootPrivet();
afterAll(() => privet[Symbol.asyncDispose]());
let phones = 0;

describe.each([true, false])('ROLLBACK of a field with a list, of an account with a LID: %s', (lid) => {
  // Without a LID of its own the account names the same people in another way.
  const FRIENDS = ['4915200000001', '4915200000002'];
  for (const friend of FRIENDS) if (lid) privet.simulator.createAccount(friend);

  /** Its status is for all contacts but these. */
  async function withList(members = FRIENDS): Promise<Shop> {
    const phone = `49160${String((phones += 1)).padStart(7, '0')}`;
    privet.simulator.createAccount(phone, { lid });
    const shop = await linkShop(privet, phone);
    privet.simulator.setExclusions(phone, 'status', { replace: members }, { notify: false });
    await privet.graphql(PRIVACY, { instance: shop.name });
    return shop;
  }
  const leftOut = ({ phoneNumber }: Shop) => privet.simulator.account(phoneNumber).exclusions['status']?.members;
  const input = { ...THREE, onFailure: 'ROLLBACK' };

  test.concurrent('the members of the list are back, by the write that puts its value back', async () => {
    const shop = await withList();
    shop.addFault({ match: setOf('profile'), do: 'error', code: 403 });
    const { data } = await privet.graphql<{ planPrivacy: { stanzas: number } }>(
      'query ($instance: String!, $input: UpdatePrivacyInput!) { planPrivacy(instance: $instance, input: $input) { stanzas } }',
      { instance: shop.name, input },
    );
    expect(data?.planPrivacy.stanzas).toBe(6);
    const payload = await shop.update(input);
    expect(back(payload)).toEqual([
      ['LAST_SEEN', true],
      ['STATUS', true],
      ['PROFILE', null],
    ]);
    expect(payload.outcomes[1]).toMatchObject({ previous: 'CONTACT_BLACKLIST', current: 'CONTACT_BLACKLIST' });
    expect(shop.held()).toMatchObject({ ...OLD, status: 'contact_blacklist' });
    expect(leftOut(shop)).toEqual(FRIENDS);
    // Two reads before, three writes and a read, two writes, a read and one of the list.
    expect(payload.stanzas).toBe(10);
  });

  test.concurrent('an empty list is put back as one', async () => {
    const shop = await withList([]);
    shop.addFault({ match: setOf('profile'), do: 'error', code: 403 });
    expect(back(await shop.update(input))[1]).toEqual(['STATUS', true]);
    expect(leftOut(shop)).toEqual([]);
  });

  test.concurrent.each([true, false])('the connection goes with the write, which took effect: %s', async (apply) => {
    const shop = await withList();
    shop.addFault({ match: setOf('status'), do: 'close', apply, times: 1 });
    shop.addFault({ match: setOf('profile'), do: 'error', code: 403 });
    const payload = await shop.update({ ...input, visibility: { status: 'NONE', profile: 'NONE' } });
    if (payload.outcomes[0]?.['rolledBack'] !== null) expect(back(payload)[0]).toEqual(['STATUS', true]);
    expect(shop.held()).toMatchObject({ status: 'contact_blacklist', profile: 'all' });
    expect(leftOut(shop)).toEqual(FRIENDS);
  });

  test.concurrent('what is refused is told, and leaves no list that is empty', async () => {
    const shop = await withList();
    shop.addFault({ match: setOf('profile'), do: 'error', code: 403 });
    onSecondSet(shop, 'status', { do: 'error', code: 500 });
    const payload = await shop.update(input);
    expect(payload.outcomes[1]).toMatchObject({ result: 'APPLIED', current: 'NONE', rolledBack: false });
    expect(shop.held()).toMatchObject({ last: 'all', status: 'none', profile: 'all' });
  });

  test.concurrent('where the list can not be read nothing is begun', async () => {
    const shop = await withList();
    shop.addFault({ match: { ...READ, category: 'status' }, do: 'error', code: 403 });
    expect(await refusalOf(privet, shop, input)).toMatchObject({ extensions: { code: 'WHATSAPP_ERROR' } });
    expect(shop.held()).toMatchObject({ ...OLD, status: 'contact_blacklist' });
    expect(leftOut(shop)).toEqual(FRIENDS);
  });

  test.concurrent('a list that comes back otherwise is told as not put back', async () => {
    const shop = await withList();
    shop.addFault({ match: setOf('profile'), do: 'error', code: 403 });
    // What is read behind the writes comes late enough for the phone to take somebody off.
    shop.addFault({ match: { ...READ, category: 'status' }, do: 'delay', ms: 0, times: 1 });
    const slow = shop.addFault({ match: { ...READ, category: 'status' }, do: 'delay', delay: 'work', ms: 200 });
    const running = shop.update(input);
    while (slow.hits === 0) await delay(5);
    privet.simulator.setExclusions(shop.phoneNumber, 'status', { remove: FRIENDS.slice(1) }, { notify: false });
    const payload = await running;
    expect(payload.outcomes[1]).toMatchObject({ current: 'CONTACT_BLACKLIST', rolledBack: false });
    expect(payload.failures[1]).toMatchObject({ code: 'ROLLED_BACK' });
    expect(payload.failures[1]?.['message']).toContain('no read shows the same contacts');
  });
});
