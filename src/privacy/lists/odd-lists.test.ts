import { describe, expect, test } from 'vitest';
import type { Reply } from '../../wire/reply.ts';
import type { Stanza } from '../../wire/stanza.ts';
import { ListUnreadError } from '../contacts/list-unread.ts';
import { isPutBack } from './put-back-list.ts';
import { listIn } from './list-stanzas.ts';
import { adding, jid, named, replacing, ScriptedList, update } from './update-list.fixture.ts';

const members = (...users: Record<string, string>[]): Stanza[] => users.map((attrs) => ({ tag: 'user', attrs }));
const shows = (users: Stanza[], attrs: Record<string, string> = {}): Reply => {
  const list = {
    tag: 'list',
    attrs: { name: 'status', value: 'contact_blacklist', dhash: '1', ...attrs },
    content: users,
  };
  return {
    kind: 'result',
    stanza: { tag: 'iq', attrs: {}, content: [{ tag: 'privacy', attrs: {}, content: [list] }] },
  };
};
const removing = (...digits: string[]) => ({ kind: 'change', add: [], remove: digits.map(named) }) as const;
/** A look-up that tells no LID. */
const withoutLid: Reply = {
  kind: 'result',
  stanza: {
    tag: 'iq',
    attrs: {},
    content: [
      {
        tag: 'list',
        attrs: {},
        content: [{ tag: 'user', attrs: { jid: jid('1') }, content: [{ tag: 'contact', attrs: { type: 'in' } }] }],
      },
    ],
  },
};

describe('nobody is off a list that names others than by the addresses that are known', () => {
  test('a number, where the list has a LID alone', async () => {
    const call = new ScriptedList();
    call.onLookUp = () => withoutLid;
    call.onRead = () => shows(members({ jid: '91@lid' }));
    const { outcomes, failures } = await update(call, removing('1'));
    expect(outcomes).toEqual([{ contact: '+1', result: 'FAILED' }]);
    expect(failures).toMatchObject([{ code: 'UNVERIFIED', retryable: true }]);
  });

  test('who has both addresses can be told from all others', async () => {
    const call = new ScriptedList();
    call.onRead = () => shows(members({ jid: '92@lid' }, { jid: jid('3') }));
    expect(await update(call, removing('1'))).toMatchObject({ outcomes: [{ result: 'NOT_LISTED' }], failures: [] });
  });
});

describe('a list that proves nothing', () => {
  test.each<[string, Reply]>([
    ['of somebody whose address is of no kind that is known', shows(members({ jid: jid('2') }, { jid: 'who@else' }))],
    ['of somebody without an address', shows(members({ username: 'somebody' }))],
    ['of another value', shows([], { value: 'contacts' })],
    ['of another category', shows([], { name: 'last' })],
  ])('%s', async (_, reply) => {
    const call = new ScriptedList();
    call.onRead = () => reply;
    await expect(update(call, replacing())).rejects.toThrow(ListUnreadError);
  });
});

describe('a list that names somebody twice', () => {
  const [one, two] = [{ jid: jid('1') }, { jid: jid('2') }];

  test('shows each once, with all addresses that it tells', () => {
    const shown = listIn(
      shows(members(one, two, one, { jid: '92@lid', pn_jid: jid('2') }, { jid: '92@lid' })),
      'status',
    );
    expect(shown).toMatchObject({
      contacts: [
        { phoneNumber: '1', lid: undefined },
        { phoneNumber: '2', lid: '92@lid' },
      ],
    });
  });

  test('is replaced by one of them without taking that one off', async () => {
    const call = new ScriptedList([jid('1'), jid('2')]);
    call.onRead = () => shows(members(one, one, ...(call.held?.has(two.jid) ? [two] : [])));
    const { outcomes, failures } = await update(call, replacing('1'));
    expect(call.sent.filter((each) => each.startsWith('write'))).toEqual([`write 1: remove ${jid('2')}`]);
    expect(outcomes.map(({ contact, result }) => [contact, result])).toEqual([
      ['+1', 'ALREADY_LISTED'],
      ['+2', 'REMOVED'],
    ]);
    expect(failures).toEqual([]);
  });

  test('is not put back where somebody else is on it', () => {
    const listed = (...users: Stanza[]) => {
      const shown = listIn(shows(users), 'status');
      return shown.kind === 'list' ? { ...shown, field: 'STATUS' as const } : expect.unreachable();
    };
    const before = listed(...members(one, one, two));
    expect(isPutBack(before, listed(...members(one, two)))).toBe(true);
    expect(isPutBack(before, listed(...members(one, two, { jid: jid('3') })))).toBe(false);
  });
});

test('a list is not replaced that the phone has done away with meanwhile, though it had nobody on it', async () => {
  const call = new ScriptedList([]);
  call.onWrite = () => {
    call.held = undefined;
    return { kind: 'refused', code: 409, text: 'conflict' };
  };
  await expect(update(call, replacing('1'))).rejects.toMatchObject({ code: 'CONFLICT' });
  expect(call.held).toBeUndefined();
});

test('who is added to a list that is active by then is not on it by that alone', async () => {
  const call = new ScriptedList([jid('2')]);
  call.onWrite = () => ({ kind: 'refused', code: 400, text: 'bad-request' });
  expect(await update(call, adding('1'))).toMatchObject({ outcomes: [{ result: 'FAILED' }], list: { active: true } });
});
