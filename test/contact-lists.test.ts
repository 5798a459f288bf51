import { afterAll, afterEach, describe, expect, test } from 'vitest';
import type { ExclusionChange, ExclusionField } from '../src/privacy/lists/exclusions.ts';
import { byPhone, contactFleet, newAccount } from './support/contact-fleet.ts';

const { simulator, fleet, reach, device, call, finished, end } = await contactFleet();
afterAll(end);
afterEach(() => simulator.clearFaults());

const KINDS = [
  ['a LID', true],
  ['its phone number alone', false],
] as const;

/** One device of a new account, and people to be put on its lists. */
async function shop(lid: boolean, privacy?: Record<string, string>) {
  const phoneNumber = newAccount(simulator, lid, privacy);
  const name = await device(phoneNumber);
  const account = () => simulator.account(phoneNumber);
  let seen = account().stanzas.length;
  return {
    name,
    phoneNumber,
    members: (category = 'status') => account().exclusions[category]?.members.toSorted(),
    held: (category = 'status') => account().privacy[category],
    /** What was sent since this was asked last. */
    sent: () => {
      const all = account().stanzas.slice(seen);
      seen = account().stanzas.length;
      return all.flatMap(({ xmlns, type, category, list, members }) => {
        if (list) return `${list} ${type} ${members}`;
        return xmlns === 'privacy' ? `privacy ${type}${category === undefined ? '' : ` ${category}`}` : [];
      });
    },
    stanzas: () => account().stanzas,
    change: async (change: Partial<{ add: string[]; remove: string[] }>, field: ExclusionField = 'STATUS') => {
      const { add = [], remove = [] } = change;
      const asked: ExclusionChange = { kind: 'change', add: add.map(byPhone), remove: remove.map(byPhone) };
      return (await fleet.contacts.updateExclusions(reach, name, field, asked, call())).outcome;
    },
    replace: async (contacts: string[], field: ExclusionField = 'STATUS') => {
      const asked: ExclusionChange = { kind: 'replace', contacts: contacts.map(byPhone) };
      return (await fleet.contacts.updateExclusions(reach, name, field, asked, call())).outcome;
    },
    read: async (field: ExclusionField = 'STATUS') =>
      (await fleet.contacts.exclusions(reach, name, field, call())).list,
  };
}

const people = (count: number) => simulator.createContacts(count).map(({ phoneNumber }) => phoneNumber);

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

  test('contacts are added and removed at once; who is not on WhatsApp is a failure alone', async () => {
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

  test('a list is replaced, and tells of those whom that took off it', async () => {
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

/** Two devices of one account. */
async function twoDevices(lid: boolean) {
  const one = await shop(lid);
  const other = await device(one.phoneNumber);
  const change = async (name: string, asked: ExclusionChange) =>
    (await fleet.contacts.updateExclusions(reach, name, 'STATUS', asked, call())).outcome;
  return { one, first: one.name, other, change };
}

describe.each(KINDS)('two devices of an account that is known by %s', (_, lid) => {
  test('change one list at once, 50 times: nobody is lost or listed twice, and no conflict is seen', async () => {
    const { one, first, other, change } = await twoDevices(lid);
    const numbers = people(50);
    const [stays = '', goes = ''] = people(2);
    simulator.setExclusions(one.phoneNumber, 'status', { add: [stays, goes] });
    for (const [at, number] of numbers.entries()) {
      const before = numbers[at - 1];
      const done = await Promise.all([
        change(first, { kind: 'change', add: [byPhone(number)], remove: at === 0 ? [byPhone(goes)] : [] }),
        change(other, {
          kind: 'change',
          add: at % 2 === 0 ? [byPhone(number)] : [],
          remove: before !== undefined && at % 2 === 1 ? [byPhone(before)] : [],
        }),
      ]);
      expect(done.flatMap(({ failures }) => failures)).toEqual([]);
    }
    // Each second one was taken off again.
    const left = numbers.filter((_each, at) => at % 2 === 1);
    expect(one.members()).toEqual([stays, ...left].toSorted());
    const writes = one.stanzas().filter(({ list, type }) => list === 'exclusions' && type === 'set').length;
    // Each time one of them was refused, and wrote once more what was still to be written.
    expect(writes).toBeGreaterThan(100);
    const { contacts } = await one.read();
    expect(contacts.map(({ phoneNumber }) => phoneNumber).toSorted()).toEqual(one.members());
  });

  test('a replace that meets a change of the other one is told so, and writes nothing', async () => {
    const { one, first, change } = await twoDevices(lid);
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
