import { expect, test } from 'vitest';
import type { Reply } from '../../wire/reply.ts';
import type { Stanza } from '../../wire/stanza.ts';
import { addressOf, contactAt } from './jids.ts';
import { Members } from './members.ts';
import { toldIn, usyncStanza } from './usync.ts';

const phone = (digits: string) => ({ text: digits, kind: 'phone', digits }) as const;
const lid = (digits: string) => ({ text: digits, kind: 'lid', digits }) as const;

const user = (attrs: Record<string, string>, ...content: Stanza[]): Stanza => ({ tag: 'user', attrs, content });
const contact = (type: string, asked?: string): Stanza => ({
  tag: 'contact',
  attrs: { type },
  ...(asked !== undefined && { content: Buffer.from(asked) }),
});

const told = (...users: Stanza[]) => {
  const list = { tag: 'list', attrs: {}, content: users };
  const reply: Reply = {
    kind: 'result',
    stanza: { tag: 'iq', attrs: {}, content: [{ tag: 'usync', attrs: {}, content: [list] }] },
  };
  const shown = toldIn(reply);
  return shown.kind === 'told' ? shown : expect.unreachable();
};

test('all are asked for at once: numbers with a +, LIDs by their address', () => {
  const { content } = usyncStanza([phone('491'), lid('77')]);
  expect(content).toMatchObject([
    {
      tag: 'usync',
      attrs: { mode: 'query', context: 'interactive' },
      content: [
        { tag: 'query', content: [{ tag: 'contact' }, { tag: 'lid' }] },
        {
          tag: 'list',
          content: [
            { tag: 'user', content: [{ tag: 'contact', content: '+491' }] },
            { tag: 'user', attrs: { jid: '77@lid' } },
          ],
        },
      ],
    },
  ]);
});

test('an answer tells who somebody is, whatever form of the number was asked for, and who is nobody', () => {
  const { find } = told(
    user({ jid: '5511@s.whatsapp.net' }, contact('in', '+55911'), { tag: 'lid', attrs: { val: '77@lid' } }),
    user({ jid: '492@s.whatsapp.net' }, contact('out')),
    user({ jid: '493@s.whatsapp.net' }, contact('in')),
    user({ jid: '494@s.whatsapp.net' }),
    user({ jid: 'a-group@g.us' }, contact('in')),
  );
  const known = { kind: 'found', contact: { phoneNumber: '5511', lid: '77@lid' } };
  expect([find(phone('55911')), find(phone('5511')), find(lid('77'))]).toEqual([known, known, known]);
  expect(find(phone('492'))).toEqual({ kind: 'nobody' });
  expect(find(phone('493'))).toEqual({ kind: 'found', contact: { phoneNumber: '493', lid: undefined } });
  // Neither in nor out, and not in the answer: nothing is known.
  expect([find(phone('494')), find(phone('495')), find(lid('78'))]).toEqual([undefined, undefined, undefined]);
});

test('an answer without a list tells nothing', () => {
  expect(toldIn({ kind: 'result', stanza: { tag: 'iq', attrs: {} } })).toEqual({ kind: 'odd' });
  expect(toldIn({ kind: 'timed_out' })).toEqual({ kind: 'timed_out' });
});

test('addresses lose their device, and an account names others as it is named itself', () => {
  const both = contactAt('77:3@lid', '491:3@s.whatsapp.net') ?? expect.unreachable();
  expect(both).toEqual({ phoneNumber: '491', lid: '77@lid' });
  expect(contactAt('status@broadcast', undefined)).toBeUndefined();
  expect(addressOf(both, true)).toEqual({ jid: '77@lid', pn_jid: '491@s.whatsapp.net' });
  expect(addressOf(both, false)).toEqual({ jid: '491@s.whatsapp.net' });
  expect(addressOf({ phoneNumber: '491', lid: undefined }, true)).toBeUndefined();
  expect(addressOf({ phoneNumber: undefined, lid: '77@lid' }, false)).toBeUndefined();
});

test('a member is found by either address, and lists are the same whatever their order', () => {
  const [a, b] = [
    { phoneNumber: '491', lid: '77@lid' },
    { phoneNumber: undefined, lid: '78@lid' },
  ];
  const members = new Members([a, b]);
  expect(members.find({ phoneNumber: '491', lid: undefined })).toBe(a);
  expect(members.find({ phoneNumber: '499', lid: '78@lid' })).toBe(b);
  expect(members.named(phone('491'))).toBe(a);
  expect(members.named(phone('78'))).toBeUndefined();
  expect(members.isSame(new Members([b, a]))).toBe(true);
  expect(members.isSame(new Members([a]))).toBe(false);
  expect(members.isSame(new Members([a, { phoneNumber: '5', lid: '79@lid' }]))).toBe(false);
});
