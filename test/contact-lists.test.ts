import { afterAll, afterEach, describe, expect, test } from 'vitest';
import type { ExclusionChange } from '../src/privacy/lists/exclusions.ts';
import { atOnce, twoDevices } from './support/two-devices.ts';
import { byLid, byPhone, contactFleet } from './support/contact-fleet.ts';

const rig = await contactFleet();
const { simulator, fleet, reach, call, finished, shop, people } = rig;
afterAll(rig.end);
afterEach(() => simulator.clearFaults());

const KINDS = [
  ['a LID', true],
  ['its phone number alone', false],
] as const;

describe.each(KINDS)('an account that is known by %s', (_, lid) => {
  test('100 contacts are put on a list by a look-up, a read, a write and a read-back, and what holds is seen', async () => {
    const one = await shop(lid);
    const numbers = people(100);
    one.sent();
    const { list, outcomes, failures, stanzas } = await one.change({ add: numbers });
    expect(failures).toEqual([]);
    expect(new Set(outcomes.map(({ result }) => result))).toEqual(new Set(['ADDED']));
    expect(outcomes.map(({ contact }) => contact)).toEqual(numbers.map((each) => `+${each}`));
    expect(stanzas).toBe(4);
    expect(list).toMatchObject({ field: 'STATUS', active: true });
    expect(list?.contacts.map(({ phoneNumber }) => phoneNumber).toSorted()).toEqual(numbers.toSorted());
    expect([one.members(), one.held()]).toEqual([numbers.toSorted(), 'contact_blacklist']);
    expect(await one.read()).toEqual({ ...list, observedAt: expect.any(Number) as number });
    // The mode changed: the settings are read again for those who watch them.
    const sent: string[] = [];
    await expect.poll(() => sent.push(...one.sent()) && sent).toContain('privacy get');
    const changed = ['people get 100', 'exclusions get 0', 'exclusions set 100', 'exclusions get 0'];
    expect(sent.filter((each) => each !== 'privacy get')).toEqual([...changed, 'exclusions get 0']);

    // All are known and listed: the one read is the proof.
    one.sent();
    const again = await one.change({ add: numbers });
    expect(again).toMatchObject({ failures: [], stanzas: 1 });
    expect(new Set(again.outcomes.map(({ result }) => result))).toEqual(new Set(['ALREADY_LISTED']));
    expect(one.sent()).toEqual(['exclusions get 0']);
  });

  test('contacts are added and removed at once; one that is not on WhatsApp is a failure of its own', async () => {
    const one = await shop(lid);
    const [a = '', b = '', c = ''] = people(3);
    simulator.setExclusions(one.phoneNumber, 'last', { add: [a, b] });
    const nobody = '4930000000001';
    const done = await one.change({ add: [b, c, nobody], remove: [a, people(1)[0] ?? ''] }, 'LAST_SEEN');
    expect(done.outcomes.map(({ result }) => result)).toEqual([
      'ALREADY_LISTED',
      'ADDED',
      'FAILED',
      'REMOVED',
      'NOT_LISTED',
    ]);
    expect(done.failures).toEqual([
      { contact: `+${nobody}`, code: 'NOT_ON_WHATSAPP', retryable: false, message: expect.any(String) as string },
    ]);
    expect(one.members('last')).toEqual([b, c].toSorted());
    expect(finished.at(-1)?.slice(1)).toEqual([
      'LAST_SEEN',
      new Map([
        ['ALREADY_LISTED', 1],
        ['ADDED', 1],
        ['REMOVED', 1],
        ['NOT_LISTED', 1],
        ['NOT_ON_WHATSAPP', 1],
      ]),
      4,
    ]);
  });

  test('where there is no list, removing and replacing by nobody write nothing and give no list', async () => {
    const one = await shop(lid);
    const [a = ''] = people(1);
    one.sent();
    expect(await one.change({ remove: [a] })).toMatchObject({
      outcomes: [{ contact: `+${a}`, result: 'NOT_LISTED' }],
      failures: [],
      list: { active: false, contacts: [] },
    });
    expect(await one.replace([])).toMatchObject({ outcomes: [], failures: [], stanzas: 1, list: { active: false } });
    expect(one.sent()).toEqual(['people get 1', 'exclusions get 0', 'exclusions get 0']);
    expect(one.held()).toBe('all');
  });

  test('a contact is named by its LID where it has one, and found out by it', async () => {
    const one = await shop(lid);
    const [{ phoneNumber, lid: known = '' } = expect.unreachable(), hidden] = simulator.createContacts(2, {
      hidden: true,
    });
    const add = [byLid(known), byLid('10000000000009')];
    const change: ExclusionChange = { kind: 'change', add, remove: [] };
    const { outcome } = await fleet.contacts.updateExclusions(reach, one.name, 'STATUS', change, call());
    expect(outcome.failures.map(({ contact, code }) => [contact, code])).toEqual([
      // WhatsApp does not tell whose number that is, and this account can name nobody by LID.
      ...(lid ? [] : [[`${known}@lid`, 'UNRESOLVED']]),
      ['10000000000009@lid', 'NOT_ON_WHATSAPP'],
    ]);
    expect(one.members() ?? []).toEqual(lid ? [phoneNumber] : []);
    // Found by its number too, though the list does not show that; and named by LID where it goes.
    const added = await one.change({ add: [phoneNumber, hidden?.phoneNumber ?? ''] });
    expect(added.outcomes.map(({ result }) => result)).toEqual([lid ? 'ALREADY_LISTED' : 'ADDED', 'ADDED']);
    const { outcomes } = await one.replace([phoneNumber]);
    expect(outcomes.at(-1)).toEqual({
      contact: lid ? `${hidden?.lid}@lid` : `+${hidden?.phoneNumber}`,
      result: 'REMOVED',
    });
  });

  test('a list is replaced, and each contact that this takes off it has an outcome', async () => {
    const one = await shop(lid);
    const [a = '', b = '', c = ''] = people(3);
    simulator.setExclusions(one.phoneNumber, 'status', { add: [a, b] });
    const done = await one.replace([b, c]);
    expect(done.outcomes).toEqual([
      { contact: `+${b}`, result: 'ALREADY_LISTED' },
      { contact: `+${c}`, result: 'ADDED' },
      { contact: `+${a}`, result: 'REMOVED' },
    ]);
    expect(one.members()).toEqual([b, c].toSorted());
    expect(await one.replace([])).toMatchObject({ failures: [], list: { active: true, contacts: [] } });
    expect(one.members()).toEqual([]);
  });

  test('the list of a category that the account lacks is never written', async () => {
    const one = await shop(lid, { last: 'all', readreceipts: 'all' });
    const [a = ''] = people(1);
    one.sent();
    const { failures, stanzas } = await one.change({ add: [a] }, 'GROUP_ADD');
    expect([failures[0]?.code, stanzas, one.sent()]).toEqual(['UNSUPPORTED', 0, []]);
  });
});

describe.each(KINDS)('two devices of an account that is known by %s', (_, lid) => {
  test('change one list at once, 10 times: nobody is lost or listed twice, and no conflict is seen', async () => {
    await atOnce(rig, lid, 10);
  });

  test('a replace that meets a change of the other one is told so, and writes nothing', async () => {
    const { one, first, change } = await twoDevices(rig, lid);
    const [a = '', b = '', c = ''] = people(3);
    simulator.setExclusions(one.phoneNumber, 'status', { add: [a] });
    // The phone changes the list behind the read.
    simulator.addFault({ do: 'delay', match: { xmlns: 'usync' }, ms: 200, phoneNumber: one.phoneNumber, times: 1 });
    const replaced = change(first, { kind: 'replace', contacts: [byPhone(b)] });
    await expect.poll(() => one.sent()).toContain('exclusions get 0');
    simulator.setExclusions(one.phoneNumber, 'status', { add: [c] });
    await expect(replaced).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(one.members()).toEqual([a, c].toSorted());
  });
});

describe.each(KINDS)('the blocklist of an account that is known by %s', (_, lid) => {
  const block = async (name: string, action: 'block' | 'unblock', numbers: string[]) =>
    (await fleet.contacts.changeBlocked(reach, name, action, numbers.map(byPhone), call())).outcome;

  test('contacts are blocked and unblocked by one write each, back to back, and what holds is seen', async () => {
    const one = await shop(lid);
    const numbers = people(20);
    const [a = '', b = ''] = numbers;
    const nobody = '4930000000002';
    simulator.setBlocked(one.phoneNumber, { block: [b] }, { notify: false });
    one.sent();
    const { list, outcomes, failures, stanzas } = await block(one.name, 'block', [...numbers, nobody]);
    expect(failures).toMatchObject([{ contact: `+${nobody}`, code: 'NOT_ON_WHATSAPP' }]);
    expect(outcomes.map(({ result }) => result)).toEqual(
      [...numbers, nobody].map((each) => (each === b ? 'ALREADY_LISTED' : each === nobody ? 'FAILED' : 'ADDED')),
    );
    const writes = Array.from({ length: 19 }, () => 'blocklist set 1');
    expect(one.sent()).toEqual(['people get 21', 'blocklist get 0', ...writes, 'blocklist get 0']);
    expect(stanzas).toBe(22);
    expect(list?.contacts.map(({ phoneNumber }) => phoneNumber).toSorted()).toEqual(numbers.toSorted());
    expect(simulator.account(one.phoneNumber).blocklist.toSorted()).toEqual(numbers.toSorted());
    expect((await fleet.contacts.blocked(reach, one.name, call())).list.contacts).toEqual(list?.contacts);

    const [stranger = ''] = people(1);
    const back = await block(one.name, 'unblock', [a, b, stranger]);
    expect(back.outcomes.map(({ result }) => result)).toEqual(['REMOVED', 'REMOVED', 'NOT_LISTED']);
    expect(simulator.account(one.phoneNumber).blocklist.toSorted()).toEqual(numbers.slice(2).toSorted());
  });

  test('a contact whose write is refused is a failure of its own; an answer without a list proves nothing', async () => {
    const one = await shop(lid);
    const { phoneNumber } = one;
    const [a = '', b = ''] = people(2);
    const match = { xmlns: 'blocklist', type: 'set' };
    simulator.addFault({ do: 'error', match, code: 403, times: 1, phoneNumber });
    const done = await block(one.name, 'block', [a, b]);
    expect(done.failures).toMatchObject([{ contact: `+${a}`, code: 'REJECTED', retryable: false }]);
    expect(simulator.account(phoneNumber).blocklist).toEqual([b]);

    simulator.addFault({ do: 'empty', match: { xmlns: 'blocklist', type: 'get' }, phoneNumber });
    await expect(block(one.name, 'block', [a])).rejects.toMatchObject({ code: 'WHATSAPP_ERROR' });
    await expect(fleet.contacts.blocked(reach, one.name, call())).rejects.toMatchObject({ code: 'WHATSAPP_ERROR' });
    expect(simulator.account(phoneNumber).blocklist).toEqual([b]);
  });
});

describe('what goes wrong', () => {
  const lid = true;
  const write = { xmlns: 'privacy', type: 'set', list: true };
  const read = { xmlns: 'privacy', type: 'get', list: true };

  test('a look-up that WhatsApp refuses is a failure of those who needed it: the others go on', async () => {
    const one = await shop(lid);
    const { phoneNumber } = one;
    const [a = '', b = '', c = ''] = people(3);
    simulator.setExclusions(phoneNumber, 'status', { add: [a] });
    expect(await one.change({ add: [b] })).toMatchObject({ failures: [] });
    simulator.addFault({ do: 'error', match: { xmlns: 'usync' }, code: 429, phoneNumber });
    const done = await one.change({ add: [c], remove: [a, b] });
    expect(done.failures).toMatchObject([{ contact: `+${c}`, code: 'UNRESOLVED', retryable: true }]);
    expect(done.outcomes.map(({ result }) => result)).toEqual(['FAILED', 'REMOVED', 'REMOVED']);
    // Who is to stay is not known: nobody is taken off.
    simulator.setExclusions(phoneNumber, 'status', { add: [a] });
    const replaced = await one.replace([c, b]);
    expect(replaced.failures.map(({ contact, code }) => [contact, code])).toEqual([
      [`+${c}`, 'UNRESOLVED'],
      [`+${a}`, 'SKIPPED'],
    ]);
    expect(one.members()).toEqual([a, b].toSorted());
  });

  test('a refused write is told, and so is what WhatsApp shows all the same', async () => {
    const one = await shop(lid);
    const { phoneNumber } = one;
    const [a = '', b = ''] = people(2);
    simulator.addFault({ do: 'error', match: write, code: 403, phoneNumber, times: 1 });
    expect(await one.change({ add: [a] })).toMatchObject({
      failures: [{ contact: `+${a}`, code: 'REJECTED', retryable: false }],
      list: { active: false, contacts: [] },
    });
    simulator.addFault({ do: 'error', match: write, code: 503, phoneNumber, times: 1, apply: true });
    expect(await one.change({ add: [b] })).toMatchObject({ failures: [], outcomes: [{ result: 'ALREADY_LISTED' }] });
  });

  test('an acknowledged write that changes nothing is written once more, and then a mismatch', async () => {
    const one = await shop(lid);
    const { phoneNumber } = one;
    const [a = ''] = people(1);
    simulator.addFault({ do: 'empty', match: write, phoneNumber });
    one.sent();
    const done = await one.change({ add: [a] });
    expect(done).toMatchObject({ failures: [{ code: 'MISMATCH', retryable: true }], list: { active: false } });
    expect(one.sent().filter((each) => each.startsWith('exclusions set'))).toHaveLength(2);
    simulator.clearFaults();
    expect(await one.change({ add: [a] })).toMatchObject({ failures: [] });
  });

  test('a write that is worked off behind the read-back costs one more read', async () => {
    const one = await shop(lid);
    const { phoneNumber } = one;
    const [a = ''] = people(1);
    simulator.addFault({ do: 'delay', match: write, ms: 100, delay: 'work', phoneNumber });
    expect(await one.change({ add: [a] })).toMatchObject({ outcomes: [{ result: 'ADDED' }], stanzas: 5 });
  });

  test('a write whose link ends under it is proven by a read on the next one', async () => {
    const one = await shop(lid);
    const { phoneNumber } = one;
    const [a = ''] = people(1);
    simulator.addFault({ do: 'close', match: write, phoneNumber, times: 1, apply: true });
    expect(await one.change({ add: [a] })).toMatchObject({ failures: [], outcomes: [{ result: 'ADDED' }] });
    simulator.addFault({ do: 'close', match: write, phoneNumber, times: 1 });
    const [b = ''] = people(1);
    expect(await one.change({ add: [b] })).toMatchObject({
      failures: [{ code: 'CONNECTION_LOST', retryable: true }],
      list: { active: true },
    });
  });

  test('a list that can not be read is not written', async () => {
    const one = await shop(lid);
    const { phoneNumber } = one;
    const [a = ''] = people(1);
    simulator.addFault({ do: 'error', match: read, code: 500, phoneNumber });
    one.sent();
    await expect(one.change({ add: [a] })).rejects.toMatchObject({ code: 'OVERLOADED' });
    await expect(one.read()).rejects.toMatchObject({ code: 'OVERLOADED' });
    expect(one.sent().filter((each) => each.includes('set'))).toEqual([]);
  });
});
