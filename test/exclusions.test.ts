import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  BlockDocument,
  ExclusionsDocument,
  UpdateExclusionsDocument,
  type ExclusionField,
  type UpdateExclusionsInput,
} from './gql/graphql.ts';
import { ask, askFor } from './support/ask.ts';
import { KINDS, linkAccount, type ListAccount, people, sentLists, shown, written } from './support/contact-lists.ts';
import { changeAtOnce } from './support/changes-at-once.ts';
import { scaledClock } from './support/scaled-clock.ts';
import { sharedPrivet } from './support/shared-privet.ts';

// Links that end are there again after a second of its clock.
const privet = await sharedPrivet({ clock: scaledClock(5) });
const { simulator } = privet;
/** All whom the tests name: nobody's number may be in the log. */
const named: string[] = [];
afterAll(() => {
  const log = privet.logs.join('');
  expect(log).toContain('"component"');
  expect(named.filter((number) => log.includes(number))).toEqual([]);
});

const CATEGORIES = { LAST_SEEN: 'last', STATUS: 'status', PROFILE: 'profile', GROUP_ADD: 'groupadd' } as const;
const FIELD_NAMES = { LAST_SEEN: 'lastSeen', STATUS: 'status', PROFILE: 'profile', GROUP_ADD: 'groupAdd' } as const;
const SETTINGS = 'visibility { lastSeen status profile } permissions { groupAdd }';
const FIELDS = Object.keys(CATEGORIES) as ExclusionField[];

describe.each(KINDS)('exclusion lists of an account with contacts by %s', (kind) => {
  let account: ListAccount;
  beforeAll(async () => {
    account = await linkAccount(privet, kind);
  });
  /** The tests take turns at the fields. */
  let next = 0;
  let field: ExclusionField = 'LAST_SEEN';
  let category = 'last';
  const beginWith = (value: string) => {
    field = FIELDS[next % FIELDS.length] ?? 'LAST_SEEN';
    category = CATEGORIES[field];
    next += 1;
    simulator.setPrivacy(account.phoneNumber, category, value);
  };
  const person = <N extends 1 | 2 | 3>(n: N) => {
    const some = people(simulator, n);
    named.push(...some.flatMap(({ phoneNumber, lid }) => [phoneNumber, lid ?? phoneNumber]));
    return some;
  };
  const caller = () => ({ url: privet.url, token: account.token });
  const read = async () =>
    (await askFor(caller(), ExclusionsDocument, { instance: account.name, field })).privacyExclusions;
  const update = async (input: UpdateExclusionsInput) =>
    (await askFor(caller(), UpdateExclusionsDocument, { instance: account.name, field, input }))
      .updatePrivacyExclusions;
  const refused = async (input: UpdateExclusionsInput) =>
    (await ask(caller(), UpdateExclusionsDocument, { instance: account.name, field, input })).errors;
  const held = () => simulator.account(account.phoneNumber).exclusions[category]?.members;
  const mode = () => simulator.account(account.phoneNumber).privacy[category];
  const mark = () => simulator.account(account.phoneNumber).stanzas.length;
  const sentSince = (from: number) => sentLists(privet, account, from);
  const lists = (...members: Parameters<typeof shown>[1][]) => members.map((member) => shown(kind, member));
  /** On the phone. */
  const put = (change: Parameters<typeof simulator.setExclusions>[2]) =>
    simulator.setExclusions(account.phoneNumber, category, change);
  /** The next read of a list is answered late: until then the list can change elsewhere. */
  const slowRead = () => {
    const match = { xmlns: 'privacy', type: 'get', list: true };
    const { phoneNumber } = account;
    return simulator.addFault({ match, do: 'delay', delay: 'reply', ms: 100, times: 1, phoneNumber });
  };
  const numbersOf = (some: readonly { readonly phoneNumber: string }[]) => some.map(({ phoneNumber }) => phoneNumber);

  test('the list kept on the phone is read, by one stanza, and found again by its id', async () => {
    beginWith('all');
    const [one, two] = person(2);
    put({ replace: numbersOf([one, two]) });
    const before = mark();
    const list = await read();
    expect(list).toMatchObject({ field, active: true, contacts: lists(one, two) });
    expect(Date.now() - Date.parse(String(list?.observedAt))).toBeLessThan(20_000);
    expect(sentSince(before)).toEqual([`get ${category}`]);

    put({ remove: numbersOf([one]) });
    const query =
      'query ($id: ID!) { node(id: $id) { id ... on PrivacyExclusions { active contacts { phoneNumber lid } } } }';
    expect((await privet.graphql(query, { id: list?.id ?? '' })).data).toEqual({
      node: { id: list?.id, active: true, contacts: lists(two) },
    });
  });

  test('a field with another value has no list', async () => {
    beginWith('contacts');
    expect(await read()).toMatchObject({ field, active: false, contacts: [] });
  });

  test('contacts that are added are looked up, and written with the mode in one stanza', async () => {
    beginWith('all');
    const [one, two] = person(2);
    const before = mark();
    const done = await update({ add: [written(one), written(two)] });
    expect(done).toMatchObject({
      exclusions: { field, active: true, contacts: lists(one, two) },
      outcomes: [one, two].map((each) => ({ contact: written(each), result: 'ADDED' })),
      failures: [],
      stanzas: 4,
    });
    expect(sentSince(before).toSorted()).toEqual([
      `get ${category}`,
      `get ${category}`,
      `set ${category} 2`,
      'usync 2',
    ]);
    expect([mode(), held()]).toEqual(['contact_blacklist', numbersOf([one, two])]);
    expect((await read())?.contacts).toEqual(lists(one, two));
    // WhatsApp's settings say so too.
    const { data } = await privet.graphql<{ privacy: Record<'visibility' | 'permissions', Record<string, string>> }>(
      `query ($i: String!) { privacy(instance: $i) { ${SETTINGS} } }`,
      { i: account.name },
    );
    expect({ ...data?.privacy.visibility, ...data?.privacy.permissions }[FIELD_NAMES[field]]).toBe('CONTACT_BLACKLIST');
  });

  /** Sets the field to CONTACT_BLACKLIST by its value. */
  const setMode = async () => {
    const value = `${FIELD_NAMES[field]}: CONTACT_BLACKLIST`;
    const input = field === 'GROUP_ADD' ? `permissions: { ${value} }` : `visibility: { ${value} }`;
    const mutation = `mutation { updatePrivacy(instance: "${account.name}", input: { ${input} }) { outcomes { result } failures { code } } }`;
    return (await privet.graphql<{ updatePrivacy: unknown }>(mutation)).data?.updatePrivacy;
  };

  test('a list whose field is set to CONTACT_BLACKLIST right behind keeps its members', async () => {
    beginWith('all');
    const [one] = person(1);
    await read();
    const match = { xmlns: 'privacy', type: 'get', list: false };
    const { phoneNumber } = account;
    simulator.addFault({ match, do: 'delay', delay: 'reply', ms: 200, times: 1, phoneNumber });
    await update({ add: [written(one)] });
    expect(await setMode()).toEqual({ outcomes: [{ result: 'ALREADY_SET' }], failures: [] });
    expect(held()).toEqual(numbersOf([one]));
  });

  test('settings are stale at once where a change of a list has changed one of them', async () => {
    beginWith('all');
    const [one] = person(1);
    const last = async () => {
      const query = `{ instance(name: "${account.name}") { lastSettings { stale ${SETTINGS} } } }`;
      return JSON.stringify((await privet.graphql(query)).data);
    };
    await expect.poll(last).toContain('"stale":false');
    const match = { xmlns: 'privacy', type: 'set', list: true };
    const { phoneNumber } = account;
    simulator.addFault({ match, do: 'delay', delay: 'reply', ms: 300, times: 1, phoneNumber });
    const done = await update({ add: [written(one)] });
    expect(done?.outcomes).toEqual([{ contact: written(one), result: 'ADDED' }]);
    expect(await last()).toContain('"stale":true');
    await expect.poll(last).toMatch(/"stale":false.*CONTACT_BLACKLIST/);
  });

  test('add and remove go in one write, and a contact that is there or gone already is told so', async () => {
    beginWith('all');
    const [one, two, three] = person(3);
    put({ replace: numbersOf([one, two]) });
    const before = mark();
    const input = { add: [written(three), written(one)], remove: [written(two), '+4915740099999'] };
    const done = await update(input);
    expect(done?.outcomes).toEqual([
      { contact: written(three), result: 'ADDED' },
      { contact: written(one), result: 'ALREADY_LISTED' },
      { contact: written(two), result: 'REMOVED' },
      { contact: '+4915740099999', result: 'FAILED' },
    ]);
    expect(sentSince(before).filter((label) => label.startsWith('set'))).toEqual([`set ${category} 2`]);
    expect(held()).toEqual(numbersOf([one, three]));
    expect((await read())?.contacts).toEqual(lists(one, three));

    // Again: all of it holds, and nothing is written.
    const again = mark();
    const { outcomes } = (await update({ add: [written(three)], remove: [written(two)] })) ?? {};
    expect(outcomes?.map(({ result }) => result)).toEqual(['ALREADY_LISTED', 'NOT_LISTED']);
    expect(sentSince(again).filter((label) => label.startsWith('set'))).toEqual([]);
  });

  test('replace makes the list hold these alone, and an empty one empties it', async () => {
    beginWith('all');
    const [one, two, three] = person(3);
    put({ replace: numbersOf([one, two]) });
    const done = await update({ replace: [written(two), written(three)] });
    expect(done).toMatchObject({ exclusions: { contacts: lists(two, three) }, failures: [] });
    expect(done?.outcomes.slice(0, 2)).toEqual([
      { contact: written(two), result: 'ALREADY_LISTED' },
      { contact: written(three), result: 'ADDED' },
    ]);
    expect(held()).toEqual(numbersOf([two, three]));

    expect(await update({ replace: [] })).toMatchObject({ exclusions: { active: true, contacts: [] }, failures: [] });
    expect([mode(), held()]).toEqual(['contact_blacklist', []]);
    expect((await read())?.contacts).toEqual([]);
  });

  test('a contact is known by its JIDs too', async () => {
    beginWith('none');
    const [one, two] = person(2);
    const add = [`${one.phoneNumber}@s.whatsapp.net`, ...(kind === 'LID' ? [`${two.lid}@lid`] : [])];
    expect((await update({ add }))?.outcomes).toEqual(add.map((contact) => ({ contact, result: 'ADDED' })));
    expect(held()).toEqual(numbersOf([one, ...(kind === 'LID' ? [two] : [])]));
  });

  if (kind === 'LID')
    test('a contact that is listed without a phone number is shown by LID, and taken off by it', async () => {
      beginWith('all');
      const [hidden, other] = simulator.createContacts(2, { hidden: true });
      if (!hidden || !other) throw new Error('nobody');
      named.push(hidden.phoneNumber, other.phoneNumber);
      put({ replace: numbersOf([hidden, other]) });
      const lid = ({ lid: digits }: typeof hidden) => `${digits}@lid`;
      const left = (...some: (typeof hidden)[]) => some.map((each) => ({ phoneNumber: null, lid: lid(each) }));
      expect((await read())?.contacts).toEqual(left(hidden, other));
      expect(await update({ remove: [lid(hidden)] })).toMatchObject({
        exclusions: { contacts: left(other) },
        outcomes: [{ contact: lid(hidden), result: 'REMOVED' }],
      });
      // Whom the caller did not name is named as the list has it.
      expect((await update({ replace: [] }))?.outcomes).toEqual([{ contact: lid(other), result: 'REMOVED' }]);
      expect(held()).toEqual([]);
    });

  test('a number that is not on WhatsApp is a failure of its own', async () => {
    beginWith('all');
    const [one] = person(1);
    const nobody = '+4915740088888';
    const done = await update({ add: [nobody, written(one)] });
    expect(done).toMatchObject({
      exclusions: { contacts: lists(one) },
      outcomes: [
        { contact: nobody, result: 'FAILED' },
        { contact: written(one), result: 'ADDED' },
      ],
      failures: [{ contact: nobody, code: 'NOT_ON_WHATSAPP', retryable: false }],
    });
    expect(held()).toEqual(numbersOf([one]));
  });

  test('a list that changes elsewhere before the write is read again, and add and remove apply to it as it is', async () => {
    beginWith('all');
    const [one, two, three] = person(3);
    put({ replace: numbersOf([one, two]) });
    using fault = slowRead();
    const before = mark();
    const updating = update({ add: [written(three)], remove: [written(one)] });
    await expect.poll(() => fault.hits).toBe(1);
    const [other] = person(1);
    put({ add: numbersOf([other]) });
    expect(await updating).toMatchObject({ failures: [], exclusions: { contacts: lists(two, other, three) } });
    expect(held()).toEqual(numbersOf([two, other, three]));
    expect(sentSince(before).filter((label) => label.startsWith('set'))).toHaveLength(2);
  });

  test('a replace whose list changes elsewhere meanwhile is refused as CONFLICT, and writes nothing', async () => {
    beginWith('all');
    const [one, two, three] = person(3);
    put({ replace: numbersOf([one, two]) });
    using fault = slowRead();
    const updating = refused({ replace: [written(three)] });
    await expect.poll(() => fault.hits).toBe(1);
    put({ remove: numbersOf([one]) });
    expect(await updating).toMatchObject([{ code: 'CONFLICT' }]);
    await delay(50);
    expect(held()).toEqual(numbersOf([two]));
  });

  test('1,000 contacts: one look-up, one read, one write and one read-back; known ones are not looked up again', async () => {
    beginWith('all');
    const many = simulator.createContacts(1000);
    const before = mark();
    const done = await update({ add: many.map(written) });
    expect([done?.stanzas, done?.failures, done?.exclusions?.contacts.length]).toEqual([4, [], 1000]);
    expect(sentSince(before).toSorted()).toEqual([
      `get ${category}`,
      `get ${category}`,
      `set ${category} 1000`,
      'usync 1000',
    ]);
    expect(held()).toHaveLength(1000);

    const again = mark();
    const gone = await update({ remove: many.map(written) });
    expect([gone?.stanzas, gone?.failures, gone?.exclusions?.contacts]).toEqual([3, [], []]);
    expect(sentSince(again)).not.toContain('usync 1000');
  });

  test('what the account does not have is never written', async () => {
    const { name, token, phoneNumber } = await linkAccount(privet, kind, { last: 'all', readreceipts: 'all' });
    const [one] = person(1);
    const variables = { instance: name, field: 'STATUS' as const, input: { add: [written(one)] } };
    const done = await askFor({ url: privet.url, token }, UpdateExclusionsDocument, variables);
    expect(done.updatePrivacyExclusions?.failures).toMatchObject([{ contact: written(one), code: 'UNSUPPORTED' }]);
    expect(simulator.account(phoneNumber).privacy).toEqual({ last: 'all', readreceipts: 'all' });
    const labels = simulator
      .account(phoneNumber)
      .stanzas.flatMap(({ type, list }) => (type === 'set' && list ? [list] : []));
    expect(labels).toEqual([]);
  });

  /** What goes wrong with the stanzas of one call: before the write, with it, behind it. */
  const READ = { xmlns: 'privacy', type: 'get', list: true };
  const WRITE = { xmlns: 'privacy', type: 'set', list: true };
  const once = { times: 1 };
  /** The read before the write passes. */
  const PASS = { match: READ, do: 'delay', ms: 0, ...once } as const;
  type Wrong = Parameters<typeof simulator.addFault>[0];
  type Told = readonly [result: string, code?: string];
  const FAULTS: readonly (readonly [what: string, faults: readonly Wrong[], told: Told])[] = [
    [
      'the look-up is refused',
      [{ match: { xmlns: 'usync' }, do: 'error', code: 500, ...once }],
      ['FAILED', 'UNRESOLVED'],
    ],
    ['the look-up ends the link', [{ match: { xmlns: 'usync' }, do: 'close', ...once }], ['ADDED']],
    ['the first read ends the link', [{ match: READ, do: 'close', ...once }], ['ADDED']],
    ['the write is refused', [{ match: WRITE, do: 'error', code: 403, ...once }], ['FAILED', 'REJECTED']],
    [
      'the write is refused, and worked off',
      [{ match: WRITE, do: 'error', code: 403, apply: true, ...once }],
      ['ALREADY_LISTED'],
    ],
    ['the write ends the link, worked off', [{ match: WRITE, do: 'close', apply: true, ...once }], ['ADDED']],
    ['the write ends the link, lost', [{ match: WRITE, do: 'close', ...once }], ['FAILED', 'CONNECTION_LOST']],
    ['the write is acknowledged, and lost once', [{ match: WRITE, do: 'empty', ...once }], ['ADDED']],
    ['the write is acknowledged, and lost each time', [{ match: WRITE, do: 'empty' }], ['FAILED', 'MISMATCH']],
    ['the write is not answered, but worked off', [{ match: WRITE, do: 'silence', apply: true, ...once }], ['ADDED']],
    ['the read-back is refused once', [PASS, { match: READ, do: 'error', code: 500, ...once }], ['ADDED']],
    ['the read-back is refused', [PASS, { match: READ, do: 'error', code: 500 }], ['FAILED', 'UNVERIFIED']],
    ['the read-back is empty', [PASS, { match: READ, do: 'empty' }], ['FAILED', 'UNVERIFIED']],
    ['the read-back ends the link', [PASS, { match: READ, do: 'close', ...once }], ['ADDED']],
  ];

  test.each(FAULTS)('%s: what is told is what holds', async (_what, faults, [result, code]) => {
    beginWith('all');
    const [one, two] = person(2);
    put({ replace: numbersOf([one]) });
    for (const fault of faults) simulator.addFault({ ...fault, phoneNumber: account.phoneNumber });
    const done = await update({ add: [written(two)] });
    simulator.clearFaults();
    expect(done?.outcomes).toEqual([{ contact: written(two), result }]);
    expect(done?.failures.map((failure) => failure.code)).toEqual(code === undefined ? [] : [code]);
    const now = held()?.includes(two.phoneNumber) ? lists(one, two) : lists(one);
    if (code === undefined) expect(now).toEqual(lists(one, two));
    if (code === 'UNVERIFIED') expect(done?.exclusions).toBe(null);
    else expect(done?.exclusions?.contacts).toEqual(now);
    await privet.waitForState(account.name, 'OPEN');
    expect((await read())?.contacts).toEqual(now);
  });

  test('a list that can not be read is refused as a whole, and nothing is written', async () => {
    beginWith('all');
    const [one, two] = person(2);
    put({ replace: numbersOf([one]) });
    simulator.addFault({ match: READ, do: 'error', code: 403, phoneNumber: account.phoneNumber });
    const before = mark();
    expect(await refused({ add: [written(two)] })).toMatchObject([{ code: 'WHATSAPP_ERROR' }]);
    expect(sentSince(before).filter((label) => label.startsWith('set'))).toEqual([]);
    expect(held()).toEqual(numbersOf([one]));
  });

  test('the same call again with its key is answered like the first, and not made', async () => {
    beginWith('all');
    const [one, two] = person(2);
    interface Sent {
      readonly data?: { readonly list: object | null };
      readonly errors?: readonly { readonly extensions: { readonly code: string } }[];
    }
    const call = async (text: string) => {
      const response = await fetch(`${privet.url}/graphql`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          authorization: `Bearer ${account.token}`,
          'idempotency-key': 'contacts',
        },
        body: JSON.stringify({ query: `mutation { list: ${text} }` }),
      });
      const { data, errors } = (await response.json()) as Sent;
      return errors?.[0]?.extensions.code ?? data?.list;
    };
    const change = (of: string, input: string) =>
      `updatePrivacyExclusions(instance: "${account.name}", field: ${of}, input: ${input}) {
        exclusions { id active contacts { phoneNumber lid } observedAt } outcomes { contact result } failures { code } stanzas
      }`;
    const first = await call(change(field, `{ add: ["${written(one)}"] }`));
    expect(first).toMatchObject({ outcomes: [{ result: 'ADDED' }], stanzas: 4 });
    put({ replace: [] });
    expect(await call(change(field, `{ add: ["${written(one)}"] }`))).toEqual(first);
    expect(held()).toEqual([]);
    const others = [
      change(field, `{ add: ["${written(two)}"] }`),
      change(field, `{ replace: ["${written(one)}"] }`),
      change(field === 'STATUS' ? 'PROFILE' : 'STATUS', `{ add: ["${written(one)}"] }`),
      `blockContacts(instance: "${account.name}", contacts: ["${written(one)}"]) { stanzas }`,
      `updatePrivacy(instance: "${account.name}", input: { privacy: { readReceipts: NONE } }) { stanzas }`,
    ];
    for (const other of others) expect(await call(other), other).toBe('BAD_USER_INPUT');
  });

  test('its line in the log counts stanzas and failures, and names nobody', async () => {
    beginWith('all');
    const [one] = person(1);
    await update({ add: [written(one), '+4915740066666'] });
    const line = privet.logs
      .map((text) => JSON.parse(text) as Record<string, unknown>)
      .findLast(({ operation }) => operation === 'UpdateExclusions');
    expect(line).toMatchObject({ outcome: 'ok', stanzas: 4, failures: 1, instanceName: account.name });
    expect(JSON.stringify(line)).not.toContain(one.phoneNumber);
  });

  test('changes of one instance wait for each other, whatever they change', async () => {
    beginWith('all');
    const [one] = person(1);
    using slow = slowRead();
    const before = mark();
    const first = update({ add: [written(one)] });
    await expect.poll(() => slow.hits).toBe(1);
    const value = simulator.account(account.phoneNumber).privacy['readreceipts'] === 'all' ? 'NONE' : 'ALL';
    const settings = privet.graphql(
      `mutation { updatePrivacy(instance: "${account.name}", input: { privacy: { readReceipts: ${value} } }) { failures { code } } }`,
    );
    const blocking = askFor(caller(), BlockDocument, { instance: account.name, contacts: [written(one)] });
    expect((await first)?.failures).toEqual([]);
    expect((await settings).data).toEqual({ updatePrivacy: { failures: [] } });
    expect((await blocking).blockContacts?.failures).toEqual([]);
    // No write before the read-back of the one that went first.
    const sent = simulator.account(account.phoneNumber).stanzas.slice(before);
    const readBack = sent.findLastIndex(({ list, type }) => list === 'exclusions' && type === 'get');
    const writes = sent.flatMap(({ type, list }, at) => (type === 'set' && list !== 'exclusions' ? [at] : []));
    expect(writes).toHaveLength(2);
    expect(Math.min(...writes)).toBeGreaterThan(readBack);
  });

  test('two devices change one list at once, ten times: nobody is lost, and nobody hears of a conflict', async () => {
    await changeAtOnce(privet, kind, 10);
  });
});
