import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { fakeGate, FakeFleet, serveFake } from './graphql-fakes.ts';

const UPDATE = `mutation ($input: UpdateExclusionsInput!) {
  updatePrivacyExclusions(instance: "demo", field: PROFILE, input: $input) {
    exclusions { id field active contacts { phoneNumber lid } observedAt instance { name } }
    outcomes { contact result } failures { contact code message retryable } stanzas
  }
}`;
const BLOCK = `mutation ($contacts: [String!]!) { changed: blockContacts(instance: "demo", contacts: $contacts) {
  blocked { id contacts { phoneNumber lid } observedAt instance { name } }
  outcomes { contact result } failures { contact code } stanzas
} }`;
const UNBLOCK = BLOCK.replace('blockContacts', 'unblockContacts');

const fleet = new FakeFleet('demo');
let server: Awaited<ReturnType<typeof serveFake>>;
beforeAll(async () => {
  server = await serveFake(fleet);
});
afterAll(() => server[Symbol.asyncDispose]());
afterEach(() => {
  fleet.contacts.exclusionChanges.length = 0;
  fleet.contacts.blockChanges.length = 0;
});

const NUMBER = '+4915730000021';
const numbers = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `+49157300${String(index).padStart(5, '0')}`);

const SOMEBODY = { phoneNumber: '4915730000021', lid: '100000000000021@lid' };
const EXCLUSIONS = {
  id: 'PrivacyExclusions:id-demo:PROFILE',
  field: 'PROFILE',
  active: true,
  contacts: [SOMEBODY, { phoneNumber: '4915730000022', lid: null }],
  observedAt: '2026-01-31T12:00:00.000Z',
  instance: { name: 'demo' },
};
const BLOCKED = {
  id: 'BlockedContacts:id-demo',
  contacts: [SOMEBODY],
  observedAt: '2026-01-31T12:00:00.000Z',
  instance: { name: 'demo' },
};

describe('lists of contacts, over real HTTP and lists that are only in memory', () => {
  test('both kinds are read, and found again by their ids', async () => {
    const { data } = await server.query(`query {
      privacyExclusions(instance: "demo", field: PROFILE) {
        id field active contacts { phoneNumber lid } observedAt instance { name }
      }
      blockedContacts(instance: "demo") { id contacts { phoneNumber lid } observedAt instance { name } }
    }`);
    expect(data).toEqual({ privacyExclusions: EXCLUSIONS, blockedContacts: BLOCKED });
    const again = await server.query(`{
      exclusions: node(id: "${EXCLUSIONS.id}") { id ... on PrivacyExclusions { field } }
      blocked: node(id: "${BLOCKED.id}") { id }
      noField: node(id: "PrivacyExclusions:id-demo:ONLINE") { id }
      noInstance: node(id: "PrivacyExclusions:PROFILE") { id }
    }`);
    expect(again.data).toEqual({
      exclusions: { id: EXCLUSIONS.id, field: 'PROFILE' },
      blocked: { id: BLOCKED.id },
      noField: null,
      noInstance: null,
    });
  });

  test('a change passes each contact by what it is, and answers by what the caller wrote', async () => {
    const add = ['+49 (1573) 000-0021', '4915730000023@s.whatsapp.net', '100000000000025@lid'];
    const { data, errors } = await server.query(UPDATE, { input: { add, remove: ['4915730000022'], replace: null } });
    expect(errors).toBeUndefined();
    expect(fleet.contacts.exclusionChanges).toEqual([
      [
        'PROFILE',
        {
          kind: 'change',
          add: [
            { text: add[0], kind: 'phone', digits: '4915730000021' },
            { text: add[1], kind: 'phone', digits: '4915730000023' },
            { text: add[2], kind: 'lid', digits: '100000000000025' },
          ],
          remove: [{ text: '4915730000022', kind: 'phone', digits: '4915730000022' }],
        },
      ],
    ]);
    expect(data?.['updatePrivacyExclusions']).toMatchObject({
      exclusions: EXCLUSIONS,
      outcomes: [{ contact: add[0], result: 'ADDED' }, { contact: add[1], result: 'FAILED' }, {}, {}],
      failures: [{ contact: add[1], code: 'NOT_ON_WHATSAPP', retryable: false }, {}, {}],
      stanzas: 4,
    });
  });

  test('replacing takes 1,000 contacts, and none at all', async () => {
    for (const replace of [numbers(1_000), []]) {
      const { errors } = await server.query(UPDATE, { input: { replace, add: null, remove: [] } });
      expect(errors).toBeUndefined();
      const [, change] = fleet.contacts.exclusionChanges.pop() ?? [];
      expect(change).toMatchObject({ kind: 'replace', contacts: { length: replace.length } });
    }
  });

  test.for([
    ['block', BLOCK],
    ['unblock', UNBLOCK],
  ] as const)('%s passes the contacts and answers with the list', async ([action, query]) => {
    const { data } = await server.query(query, { contacts: [NUMBER] });
    expect(fleet.contacts.blockChanges).toEqual([[action, [{ text: NUMBER, kind: 'phone', digits: NUMBER.slice(1) }]]]);
    expect(data).toEqual({
      changed: { blocked: BLOCKED, outcomes: [{ contact: NUMBER, result: 'ADDED' }], failures: [], stanzas: 4 },
    });
  });
});

describe('what is refused, before anything is asked of the instance', () => {
  const refusal = async (query: string, variables: object) => {
    const { data, errors = [] } = await server.query(query, variables);
    expect(Object.values(data ?? {})).toEqual([null]);
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    expect([...fleet.contacts.exclusionChanges, ...fleet.contacts.blockChanges]).toEqual([]);
    return errors[0]?.message;
  };

  test.for([
    ['nothing at all', {}, /^At least one contact must be added or removed/],
    ['nothing to add or remove', { add: [], remove: [], replace: null }, /^At least one contact/],
    ['replace beside add', { add: [NUMBER], replace: [] }, /^input.replace stands alone/],
    ['replace beside remove', { remove: [NUMBER], replace: ['+4915730000022'] }, /^input.replace stands alone/],
    [
      'one contact twice',
      { add: ['+4915730000022', NUMBER, NUMBER] },
      /^input.add\[2\] is the same .* input.add\[1\]$/,
    ],
    ['in two spellings', { replace: [NUMBER, '49 1573 0000021'] }, /^input.replace\[1\] is the same .*\[0\]$/],
    ['once as a JID', { replace: [NUMBER, '4915730000021@s.whatsapp.net'] }, /^input.replace\[1\] is the same/],
    ['two LIDs', { replace: ['77777777@lid', '77777777@lid'] }, /^input.replace\[1\] is the same/],
    ['with the 1 of Mexico', { add: ['+52 55 1234 5678', '+52 1 55 1234 5678'] }, /^input.add\[1\] is the same/],
    [
      'both added and removed',
      { add: [NUMBER], remove: [NUMBER] },
      /^input.remove\[0\] is the same .* input.add\[0\]$/,
    ],
    ['too many', { add: numbers(600), remove: numbers(401) }, /^input.add and input.remove .* 1,?000 .* 1001$/],
    ['too many to replace', { replace: numbers(1_001) }, /^input.replace may have 1,?000 contacts at most/],
  ] as const)('%s', async ([, input, message]) => {
    expect(await refusal(UPDATE, { input })).toMatch(message);
  });

  test.for([
    '',
    'Mum',
    '+0001234567',
    '+49 (0)1573 0000021',
    '+49157300000211111111',
    '4915730000021:3@s.whatsapp.net',
    '4915730000021.0:3@s.whatsapp.net',
    '4915730000021@c.us',
    '4915730000021@g.us',
    '4915730000021@hosted.lid',
    '@lid',
    'x@lid',
    '77777777:2@lid',
    ' 77777777@lid',
    '77777777@LID',
    `77777777@lid${' '.repeat(100)}`,
    '1'.repeat(500),
  ])('a contact that is none is told by its place, and not by what stands there: %j', async (text) => {
    for (const message of [
      await refusal(UPDATE, { input: { add: [NUMBER], remove: [text] } }),
      await refusal(BLOCK, { contacts: [NUMBER, text] }),
    ]) {
      expect(message).toMatch(/^(input.remove\[0\]|contacts\[1\]) must be a phone number in the international form/);
      expect(message).toContain('<digits>@lid');
      if (text.length > 6) expect(message).not.toContain(text);
    }
  });

  test('of many that are wrong the first are named, and how many more there are', async () => {
    const replace = Array.from({ length: 1_000 }, (_, at) => (at % 2 ? NUMBER : 'x'));
    expect(await refusal(UPDATE, { input: { replace } })).toMatch(
      /^input.replace\[0\], input.replace\[2\], .* input.replace\[18\] and 490 more must be/,
    );
  });

  test('no contact, and more than 100 to block', async () => {
    for (const query of [BLOCK, UNBLOCK]) {
      expect(await refusal(query, { contacts: [] })).toMatch(/^contacts must have at least one contact/);
      expect(await refusal(query, { contacts: numbers(101) })).toMatch(/^contacts may have 100 contacts at most/);
    }
  });

  test('none of it is logged', async () => {
    await refusal(UPDATE, { input: { add: ['+49157300000211111111'] } });
    expect(JSON.stringify(server.logged)).not.toMatch(/1573/);
  });
});

describe('a token', () => {
  const READ = '{ blockedContacts(instance: "demo") { id } }';

  test('has each of these calls counted, and beyond its limit no contact is looked at', async () => {
    const gate = fakeGate({ rateLimit: 5 });
    await using limited = await serveFake(new FakeFleet('demo'), { gate });
    const wrong = { input: { add: ['x'] } };
    expect((await limited.query(UPDATE, wrong)).errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    await limited.query('{ privacyExclusions(instance: "demo", field: STATUS) { id } }');
    await limited.query(READ);
    await limited.query(BLOCK, { contacts: [NUMBER] });
    await limited.query(UNBLOCK, { contacts: [NUMBER] });
    for (const [query, variables] of [
      [UPDATE, wrong],
      [READ, {}],
      [BLOCK, { contacts: ['x'] }],
      ['{ node(id: "BlockedContacts:id-demo") { id } }', {}],
    ] as const)
      expect((await limited.query(query, variables)).errors).toMatchObject([{ extensions: { code: 'RATE_LIMITED' } }]);
  });

  test('that may read alone changes nothing, and is not told what is wrong with the contacts', async () => {
    for (const [query, variables] of [
      [UPDATE, { input: { add: ['x'] } }],
      [BLOCK, { contacts: [NUMBER] }],
      [UNBLOCK, { contacts: ['x'] }],
    ] as const)
      expect((await server.query(query, variables, 'reader')).errors).toMatchObject([
        { extensions: { code: 'FORBIDDEN' } },
      ]);
    expect((await server.query(READ, {}, 'reader')).errors).toBeUndefined();
    expect([...fleet.contacts.exclusionChanges, ...fleet.contacts.blockChanges]).toEqual([]);
  });
});

describe('what a call costs', () => {
  const costOf = async (query: string, variables?: object): Promise<unknown> =>
    (await server.post({ query, variables }).then((response) => response.json() as Promise<Costly>)).extensions?.cost
      .requested;
  interface Costly {
    readonly extensions?: { readonly cost: { readonly requested: number } };
  }

  test('a list counts as a hundred contacts, and a change as many as it names', async () => {
    const list = 'privacyExclusions(instance: "demo", field: STATUS)';
    expect(await costOf(`{ ${list} { id } }`)).toBe(21);
    expect(await costOf(`{ ${list} { contacts { phoneNumber lid } } }`)).toBe(20 + 1 + 200);
    expect(await costOf('{ blockedContacts(instance: "demo") { contacts { lid } } }')).toBe(20 + 1 + 100);
    expect(await costOf('{ node(id: "BlockedContacts:id-demo") { id } }')).toBe(21);
    expect(await costOf('{ node(id: "PrivacyExclusions:id-demo:STATUS") { id } }')).toBe(21);
    const update = UPDATE.replace(/ \{\s+exclusions[^]*/, ' { stanzas } }');
    expect(await costOf(update, { input: { add: numbers(7), remove: ['1@lid'] } })).toBe(50 + 8 + 1);
    expect(await costOf(update, { input: { replace: numbers(1_000) } })).toBe(50 + 1_000 + 1);
    const block =
      'mutation ($contacts: [String!]!) { blockContacts(instance: "demo", contacts: $contacts) { stanzas } }';
    expect(await costOf(block, { contacts: numbers(30) })).toBe(50 + 30 + 1);
  });
});
