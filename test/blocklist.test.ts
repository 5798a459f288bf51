import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BlockDocument, BlockedDocument, UnblockDocument } from './gql/graphql.ts';
import { askFor } from './support/ask.ts';
import { KINDS, linkAccount, type ListAccount, people, sentLists, shown, written } from './support/contact-lists.ts';
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

describe.each(KINDS)('the blocklist of an account with contacts by %s', (kind) => {
  let account: ListAccount;
  beforeAll(async () => {
    account = await linkAccount(privet, kind);
  });
  const person = <N extends 1 | 2 | 3>(n: N) => {
    const some = people(simulator, n);
    named.push(...some.flatMap(({ phoneNumber, lid }) => [phoneNumber, lid ?? phoneNumber]));
    return some;
  };
  const caller = () => ({ url: privet.url, token: account.token });
  const read = async () => (await askFor(caller(), BlockedDocument, { instance: account.name })).blockedContacts;
  const block = async (...contacts: string[]) =>
    (await askFor(caller(), BlockDocument, { instance: account.name, contacts })).blockContacts;
  const unblock = async (...contacts: string[]) =>
    (await askFor(caller(), UnblockDocument, { instance: account.name, contacts })).unblockContacts;
  const held = () => simulator.account(account.phoneNumber).blocklist;
  const mark = () => simulator.account(account.phoneNumber).stanzas.length;
  const lists = (...members: Parameters<typeof shown>[1][]) => members.map((member) => shown(kind, member));
  /** On the phone: these alone. */
  const put = (...some: readonly { readonly phoneNumber: string }[]) => {
    const wanted = some.map(({ phoneNumber }) => phoneNumber);
    simulator.setBlocked(account.phoneNumber, {
      unblock: held().filter((number) => !wanted.includes(number)),
      block: wanted,
    });
  };

  test('is read by one stanza, and found again by its id', async () => {
    const [one, two] = person(2);
    put(one, two);
    const before = mark();
    const list = await read();
    expect(list).toMatchObject({ contacts: lists(one, two) });
    expect(Date.now() - Date.parse(String(list?.observedAt))).toBeLessThan(20_000);
    expect(sentLists(privet, account, before)).toEqual(['get blocked']);

    put(two);
    const query = 'query ($id: ID!) { node(id: $id) { id ... on BlockedContacts { contacts { phoneNumber lid } } } }';
    expect((await privet.graphql(query, { id: list?.id ?? '' })).data).toEqual({
      node: { id: list?.id, contacts: lists(two) },
    });
  });

  test('contacts are blocked and unblocked, each by a stanza of its own', async () => {
    const [one, two, three] = person(3);
    put(three);
    const before = mark();
    const done = await block(written(one), written(two), written(three));
    expect(done).toMatchObject({
      blocked: { contacts: expect.arrayContaining(lists(one, two, three)) as unknown },
      outcomes: [
        { contact: written(one), result: 'ADDED' },
        { contact: written(two), result: 'ADDED' },
        { contact: written(three), result: 'ALREADY_LISTED' },
      ],
      failures: [],
    });
    const sent = sentLists(privet, account, before);
    expect(sent.filter((label) => label === 'block')).toHaveLength(2);
    expect(done?.stanzas).toBe(sent.length);
    expect(held().toSorted()).toEqual([one, two, three].map(({ phoneNumber }) => phoneNumber).toSorted());

    const again = mark();
    expect(await unblock(written(one), written(three))).toMatchObject({
      blocked: { contacts: lists(two) },
      outcomes: [{ result: 'REMOVED' }, { result: 'REMOVED' }],
      failures: [],
    });
    expect(sentLists(privet, account, again).filter((label) => label === 'unblock')).toHaveLength(2);
    expect(held()).toEqual([two.phoneNumber]);
    expect((await read())?.contacts).toEqual(lists(two));

    const nothing = mark();
    expect((await unblock(written(one)))?.outcomes).toEqual([{ contact: written(one), result: 'NOT_LISTED' }]);
    expect(sentLists(privet, account, nothing)).toEqual(['get blocked']);
  });

  test('a number that is not on WhatsApp is a failure of its own', async () => {
    put();
    const [one] = person(1);
    const nobody = '+4915740077777';
    const done = await block(nobody, written(one));
    expect(done).toMatchObject({
      outcomes: [
        { contact: nobody, result: 'FAILED' },
        { contact: written(one), result: 'ADDED' },
      ],
      failures: [{ contact: nobody, code: 'NOT_ON_WHATSAPP', retryable: false }],
    });
    expect(held()).toEqual([one.phoneNumber]);
  });

  test('a contact that WhatsApp refuses to block is a failure of its own', async () => {
    put();
    const [one, two] = person(2);
    const match = { xmlns: 'blocklist', type: 'set' };
    simulator.addFault({ match, do: 'error', code: 403, times: 1, phoneNumber: account.phoneNumber });
    const done = await block(written(one), written(two));
    expect(done).toMatchObject({
      outcomes: [{ result: 'FAILED' }, { result: 'ADDED' }],
      failures: [{ contact: written(one), code: 'REJECTED' }],
    });
    expect(held()).toEqual([two.phoneNumber]);

    // Whether it is on WhatsApp still is asked anew; of the other one it is known.
    const again = mark();
    await block(written(one), written(two));
    expect(sentLists(privet, account, again)).toContain('usync 1');
  });

  test.each([true, false])('a link that ends with the write (worked off: %j) is told as it is', async (apply) => {
    put();
    const [one] = person(1);
    const match = { xmlns: 'blocklist', type: 'set' };
    using fault = simulator.addFault({ match, do: 'close', apply, times: 1, phoneNumber: account.phoneNumber });
    const done = await block(written(one));
    expect(fault.hits).toBe(1);
    expect(held()).toEqual(apply ? [one.phoneNumber] : []);
    expect(done?.failures.map(({ code }) => code)).toEqual(apply ? [] : ['CONNECTION_LOST']);
    expect(done?.blocked?.contacts).toEqual(apply ? lists(one) : []);
    expect((await read())?.contacts).toEqual(apply ? lists(one) : []);
  });

  test.each([
    [403, 'WHATSAPP_ERROR'],
    [429, 'OVERLOADED'],
    [503, 'OVERLOADED'],
  ])('a list that WhatsApp refuses to tell (%i) refuses the call as %s, and nothing is written', async (code, told) => {
    put();
    const [one] = person(1);
    for (const xmlns of ['blocklist', 'privacy']) {
      const match = { xmlns, type: 'get', list: true };
      simulator.addFault({
        match: xmlns === 'privacy' ? match : { xmlns, type: 'get' },
        do: 'error',
        code,
        phoneNumber: account.phoneNumber,
      });
    }
    const before = mark();
    const { data, errors = [] } = await privet.graphql(
      `mutation ($i: String!, $c: [String!]!) {
        blockContacts(instance: $i, contacts: $c) { stanzas }
        updatePrivacyExclusions(instance: $i, field: STATUS, input: { add: $c }) { stanzas }
      }`,
      { i: account.name, c: [written(one)] },
    );
    const reads = await privet.graphql(
      `query ($i: String!) { blockedContacts(instance: $i) { id } privacyExclusions(instance: $i, field: STATUS) { id } }`,
      { i: account.name },
    );
    expect([data, reads.data]).toEqual([
      { blockContacts: null, updatePrivacyExclusions: null },
      { blockedContacts: null, privacyExclusions: null },
    ]);
    const all = [...errors, ...(reads.errors ?? [])];
    expect(all.map(({ extensions }) => extensions['code'])).toEqual(Array(4).fill(told));
    if (told === 'OVERLOADED') for (const { extensions } of all) expect(extensions['retryAfterMs']).toBeGreaterThan(0);
    const writes = sentLists(privet, account, before).filter((label) => /^(set|block)/.test(label));
    expect([writes, held()]).toEqual([[], []]);
    simulator.clearFaults();
  });

  test('an instance that is stopped is told so', async () => {
    const stop = (name: string) => privet.graphql(`mutation { ${name}(instance: "${account.name}") { state } }`);
    await stop('stopInstance');
    for (const field of ['blockedContacts', 'privacyExclusions'])
      expect(
        (
          await privet.graphql(
            `{ ${field}(instance: "${account.name}"${field === 'blockedContacts' ? '' : ', field: STATUS'}) { id } }`,
          )
        ).errors,
      ).toMatchObject([{ extensions: { code: 'INSTANCE_NOT_CONNECTED', state: 'STOPPED' } }]);
    const { errors } = await privet.graphql(
      `mutation { blockContacts(instance: "${account.name}", contacts: ["+4915740055555"]) { stanzas } }`,
    );
    expect(errors).toMatchObject([{ extensions: { code: 'INSTANCE_NOT_CONNECTED' } }]);
    await stop('startInstance');
    await privet.waitForState(account.name, 'OPEN');
  });

  test('the same call again with its key is answered like the first, and not made', async () => {
    put();
    const [one, two] = person(2);
    const call = async (field: string, contact: string) => {
      const response = await fetch(`${privet.url}/graphql`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          authorization: `Bearer ${account.token}`,
          'idempotency-key': `key-${kind.replace(' ', '-')}`,
        },
        body: JSON.stringify({
          query: `mutation { list: ${field}(instance: "${account.name}", contacts: ["${contact}"]) { outcomes { contact result } stanzas } }`,
        }),
      });
      const { data, errors } = (await response.json()) as Answer;
      return errors?.[0]?.extensions.code ?? data?.list;
    };
    interface Answer {
      readonly data?: { readonly list: object | null };
      readonly errors?: readonly { readonly extensions: { readonly code: string } }[];
    }
    const first = await call('blockContacts', written(one));
    expect(first).toMatchObject({ outcomes: [{ contact: written(one), result: 'ADDED' }] });
    put();
    expect(await call('blockContacts', written(one))).toEqual(first);
    expect(held()).toEqual([]);
    for (const other of [await call('unblockContacts', written(one)), await call('blockContacts', written(two))])
      expect(other).toBe('BAD_USER_INPUT');
  });
});
