import { describe, expect, test } from 'vitest';
import { profileError, usersError } from '../src/rest/rest.fixture.ts';
import { unsentRest } from './support/unsent-rest.ts';

const { post, patch } = await unsentRest();

/** The documented error table of `POST /api/profile/privacy/:instance`. */
const TABLE = [
  [{}, 'At least one privacy setting must be provided'],
  [
    { visibility: { lastSeen: 'X' } },
    'Invalid lastSeen value: X. Valid values: all, contacts, contact_blacklist, none',
  ],
  [{ visibility: { status: 'X' } }, 'Invalid status value: X. Valid values: all, contacts, contact_blacklist, none'],
  [{ visibility: { profile: 'X' } }, 'Invalid profile value: X. Valid values: all, contacts, contact_blacklist, none'],
  [{ visibility: { online: 'X' } }, 'Invalid online value: X. Valid values: all, match_last_seen'],
  [{ privacy: { readReceipts: 'X' } }, 'Invalid readReceipts value: X. Valid values: all, none'],
  [{ permissions: { callAdd: 'X' } }, 'Invalid callAdd value: X. Valid values: all, known'],
  [{ permissions: { groupAdd: 'X' } }, 'Invalid groupAdd value: X. Valid values: all, contacts, contact_blacklist'],
] as const;

const NOTHING = 'At least one privacy setting must be provided';
const NOT_JSON = 'The body must be valid JSON';
const AUDIENCE = 'Valid values: all, contacts, contact_blacklist, none';
const SECTIONS = 'Valid sections: visibility, privacy, permissions';
const VISIBILITY = 'Valid fields: lastSeen, status, profile, online';

/** Strings go over the wire as they stand. */
const MALFORMED: readonly (readonly [body: unknown, message: string])[] = [
  // Nothing is asked for.
  ['', NOTHING],
  [{ visibility: {} }, NOTHING],
  [{ visibility: {}, privacy: {}, permissions: {} }, NOTHING],
  [{ visibility: null, privacy: null }, NOTHING],
  [{ visibility: { lastSeen: null, status: null } }, NOTHING],
  // No JSON.
  ['{', NOT_JSON],
  ['{"visibility":{"lastSeen":"none"}', NOT_JSON],
  ["{'visibility':{'lastSeen':'none'}}", NOT_JSON],
  ['{"visibility":{"lastSeen":"none",}}', NOT_JSON],
  ['{"visibility":{"lastSeen":NaN}}', NOT_JSON],
  ['{"visibility":{"lastSeen":"none"}} trailing', NOT_JSON],
  ['visibility=none', NOT_JSON],
  [' ', NOT_JSON],
  ['\u0000', NOT_JSON],
  [Uint8Array.from([0x7b, 0xff, 0x7d]), NOT_JSON],
  [new Uint8Array(Buffer.from('{"visibility":{"lastSeen":"none"}}', 'utf16le')), NOT_JSON],
  ['['.repeat(20_000), NOT_JSON],
  // No object.
  ['null', 'The body must be a JSON object, not null'],
  ['true', 'The body must be a JSON object, not true'],
  ['5', 'The body must be a JSON object, not 5'],
  ['"lastSeen"', 'The body must be a JSON object, not lastSeen'],
  ['[]', 'The body must be a JSON object, not an array'],
  [[{ visibility: { lastSeen: 'none' } }], 'The body must be a JSON object, not an array'],
  [`${'['.repeat(20_000)}${']'.repeat(20_000)}`, 'The body must be a JSON object, not an array'],
  // Sections that are none.
  [{ visibility: 'none' }, 'Invalid visibility: must be an object, not none'],
  [{ visibility: ['lastSeen', 'none'] }, 'Invalid visibility: must be an object, not an array'],
  [{ privacy: true }, 'Invalid privacy: must be an object, not true'],
  [{ visibility: { lastSeen: 'none' }, permissions: 0 }, 'Invalid permissions: must be an object, not 0'],
  // Unknown names.
  [{ lastSeen: 'none' }, `Unknown section: lastSeen. ${SECTIONS}`],
  [{ Visibility: { lastSeen: 'none' } }, `Unknown section: Visibility. ${SECTIONS}`],
  [{ visibility: { lastSeen: 'none' }, extra: {} }, `Unknown section: extra. ${SECTIONS}`],
  ['{"__proto__":{"visibility":{"lastSeen":"none"}}}', `Unknown section: __proto__. ${SECTIONS}`],
  [{ constructor: {} }, `Unknown section: constructor. ${SECTIONS}`],
  [{ '': {} }, `Unknown section: . ${SECTIONS}`],
  [{ visibility: { last_seen: 'none' } }, `Unknown field: visibility.last_seen. ${VISIBILITY}`],
  [{ visibility: { readReceipts: 'none' } }, `Unknown field: visibility.readReceipts. ${VISIBILITY}`],
  [{ visibility: { lastSeen: 'none', toString: 1 } }, `Unknown field: visibility.toString. ${VISIBILITY}`],
  ['{"visibility":{"__proto__":{"lastSeen":"none"}}}', `Unknown field: visibility.__proto__. ${VISIBILITY}`],
  [{ privacy: { lastSeen: 'none' } }, 'Unknown field: privacy.lastSeen. Valid fields: readReceipts'],
  // Fields that this API does not have: to it they are like any other unknown name.
  [{ permissions: { messages: 'all' } }, 'Unknown field: permissions.messages. Valid fields: callAdd, groupAdd'],
  [{ permissions: { stickers: 'none' } }, 'Unknown field: permissions.stickers. Valid fields: callAdd, groupAdd'],
  [{ privacy: { defense: 'off' } }, 'Unknown field: privacy.defense. Valid fields: readReceipts'],
  [{ visibility: { linkedProfiles: 'all' } }, `Unknown field: visibility.linkedProfiles. ${VISIBILITY}`],
  [{ visibility: { lastSeen: 'none', pix: 'x' } }, `Unknown field: visibility.pix. ${VISIBILITY}`],
  // Values of other types.
  [{ visibility: { lastSeen: 5 } }, `Invalid lastSeen value: 5. ${AUDIENCE}`],
  [{ visibility: { lastSeen: false } }, `Invalid lastSeen value: false. ${AUDIENCE}`],
  [{ visibility: { status: ['none'] } }, `Invalid status value: an array. ${AUDIENCE}`],
  [{ visibility: { profile: { value: 'none' } } }, `Invalid profile value: an object. ${AUDIENCE}`],
  ['{"visibility":{"lastSeen":1e999}}', `Invalid lastSeen value: Infinity. ${AUDIENCE}`],
  [
    `{"visibility":{"lastSeen":${'['.repeat(20_000)}${']'.repeat(20_000)}}}`,
    `Invalid lastSeen value: an array. ${AUDIENCE}`,
  ],
  // Values that nearly are.
  [{ visibility: { lastSeen: '' } }, `Invalid lastSeen value: . ${AUDIENCE}`],
  [{ visibility: { lastSeen: 'NONE' } }, `Invalid lastSeen value: NONE. ${AUDIENCE}`],
  [{ visibility: { lastSeen: ' none' } }, `Invalid lastSeen value:  none. ${AUDIENCE}`],
  [{ visibility: { lastSeen: 'nobody\n' } }, `Invalid lastSeen value: nobody\n. ${AUDIENCE}`],
  [{ visibility: { lastSeen: 'constructor' } }, `Invalid lastSeen value: constructor. ${AUDIENCE}`],
  [{ visibility: { lastSeen: '<b>é\u{1f512}</b>' } }, `Invalid lastSeen value: <b>é\u{1f512}</b>. ${AUDIENCE}`],
  [{ visibility: { online: 'none' } }, 'Invalid online value: none. Valid values: all, match_last_seen'],
  [{ privacy: { readReceipts: 'contacts' } }, 'Invalid readReceipts value: contacts. Valid values: all, none'],
  [{ permissions: { callAdd: 'contacts' } }, 'Invalid callAdd value: contacts. Valid values: all, known'],
  [
    { permissions: { groupAdd: 'none' } },
    'Invalid groupAdd value: none. Valid values: all, contacts, contact_blacklist',
  ],
  // Wrong in several ways: the order is that of the table, whatever the order in the body, and known fields go first.
  [{ visibility: { status: 'Y', lastSeen: 'X' } }, `Invalid lastSeen value: X. ${AUDIENCE}`],
  [
    { permissions: { groupAdd: 'Z', callAdd: 'Y' }, privacy: { readReceipts: 'X' } },
    'Invalid readReceipts value: X. Valid values: all, none',
  ],
  [{ visibility: { lastSeen: 'none', online: 'X' } }, 'Invalid online value: X. Valid values: all, match_last_seen'],
  [
    { extra: {}, permissions: { groupAdd: 'X', more: 1 } },
    'Invalid groupAdd value: X. Valid values: all, contacts, contact_blacklist',
  ],
];

describe('POST /api/profile/privacy/:instance', () => {
  test.each(TABLE)('documented: %j → %s', async (body, message) => {
    const answer = await post(body);
    expect([answer.status, answer.body]).toStrictEqual([400, profileError(message)]);
  });

  test.each(
    MALFORMED.map(([body, message], index) => ({
      index,
      message: message.slice(0, 80),
      row: [body, message] as const,
    })),
  )('$index: $message', async ({ row: [body, message] }) => {
    const answer = await post(body);
    expect([answer.status, answer.body]).toStrictEqual([400, profileError(message)]);
  });

  test('no body at all', async () => {
    const answer = await post(undefined);
    expect([answer.status, answer.body]).toStrictEqual([400, profileError(NOTHING)]);
  });
});

const INVALID: readonly unknown[] = [
  {},
  [],
  'null',
  '5',
  '"last_seen"',
  { setting: 'last_seen' },
  { value: 'all' },
  { setting: null, value: null },
  { setting: 'last_seen', value: null },
  { setting: 'lastSeen', value: 'all' },
  { setting: 'LAST_SEEN', value: 'all' },
  { setting: 'online', value: 'all' },
  { setting: 'call_add', value: 'all' },
  { setting: 'messages', value: 'all' },
  { setting: 'defense', value: 'off' },
  { setting: 'linked_profiles', value: 'all' },
  { setting: 'toString', value: 'all' },
  { setting: ['last_seen'], value: 'all' },
  { setting: 'last_seen', value: ['all'] },
  { setting: 'last_seen', value: 'everyone' },
  { setting: 'last_seen', value: '' },
  { setting: 'last_seen', value: true },
  { setting: 'read_receipts', value: 'contacts' },
  { setting: 'groups', value: 'none' },
  { visibility: { lastSeen: 'none' } },
  `{"setting":"last_seen","value":${'['.repeat(20_000)}${']'.repeat(20_000)}}`,
];

describe('PATCH /users/me/privacy', () => {
  test.each(INVALID.map((body) => ({ body, text: JSON.stringify(body).slice(0, 80) })))('$text', async ({ body }) => {
    const answer = await patch(body);
    expect(answer.body).toStrictEqual(usersError(400, 'Bad request', 'Invalid setting or value'));
    expect(answer.status).toBe(400);
  });

  test.each(['', '{', 'setting=last_seen&value=all', '{"setting":"last_seen","value":"all"', '\u0000'])(
    'not JSON: %j',
    async (body) => {
      const answer = await patch(body);
      expect(answer.body).toStrictEqual(usersError(400, 'Bad request', 'Bad request'));
      expect(answer.status).toBe(400);
    },
  );
});
