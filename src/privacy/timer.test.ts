import { describe, expect, test } from 'vitest';
import type { Stanza } from '../wire/stanza.ts';
import { TIMER } from './fields.ts';
import { categoriesIn } from './stanzas.ts';
import { timerIn } from './timer.ts';
import { change, HELD, ScriptedCall, update, view } from './update.fixture.ts';

const fresh = (seconds: string) => view({ ...HELD, [TIMER]: seconds });
const wanted = [change('DEFAULT_DISAPPEARING', '86400')];

describe('an update of the timer', () => {
  test('begins with a read of it where the view has none', async () => {
    const call = new ScriptedCall();
    const { first, stanzas, snapshot } = await update(call, wanted);
    expect(call.sent).toEqual(['read', 'timer', 'disappearing_mode=86400', 'read', 'timer']);
    expect({ ...first, stanzas }).toMatchObject({ result: 'APPLIED', previous: 'OFF', current: 'DAY_1', stanzas: 5 });
    expect(snapshot?.categories.get(TIMER)).toBe('86400');
  });

  test('writes at once where the view has it, and nothing where it is set already', async () => {
    const call = new ScriptedCall();
    expect((await update(call, wanted, fresh('0'))).stanzas).toBe(3);
    expect(await update(call, wanted, fresh('86400'))).toMatchObject({ first: { result: 'ALREADY_SET' }, stanzas: 2 });
    expect(call.sent).toEqual(['disappearing_mode=86400', 'read', 'timer', 'read', 'timer']);
  });

  test('writes nothing while WhatsApp does not show it: it is not known, which is not the same as unsupported', async () => {
    const call = new ScriptedCall();
    call.timer = undefined;
    const { failure, first } = await update(call, [...wanted, change('STATUS', 'none')]);
    expect(call.sent).toEqual(['read', 'timer', 'status=none', 'read', 'timer', 'read', 'timer']);
    expect(failure).toMatchObject({ field: 'DEFAULT_DISAPPEARING', code: 'UNVERIFIED', retryable: true });
    expect(first).toMatchObject({ field: 'STATUS', result: 'APPLIED' });
  });

  test('writes it once a read shows it', async () => {
    const call = new ScriptedCall();
    call.timer = undefined;
    call.onRead = (nth) => {
      if (nth === 2) call.timer = '0';
      return call.shown();
    };
    const { failures, first } = await update(call, wanted);
    expect(call.sent).toEqual(['read', 'timer', 'read', 'timer', 'disappearing_mode=86400', 'read', 'timer']);
    expect({ failures, first }).toMatchObject({ failures: [], first: { result: 'APPLIED' } });
  });

  test('is not applied by the answer to its write alone', async () => {
    const call = new ScriptedCall();
    const onWrite = call.onWrite;
    call.onWrite = (category, value, nth) => {
      const reply = onWrite(category, value, nth);
      call.timer = undefined;
      return reply;
    };
    const { failure } = await update(call, wanted, fresh('0'));
    expect(failure).toMatchObject({ code: 'UNVERIFIED', current: undefined });
  });
});

describe('the reply to a read of it', () => {
  const reply = (...users: readonly Stanza[]) => {
    const list = { tag: 'list', attrs: {}, content: [...users] };
    const stanza = { tag: 'iq', attrs: {}, content: [{ tag: 'usync', attrs: {}, content: [list] }] };
    return timerIn({ kind: 'result', stanza }, '4917:3@s.whatsapp.net', '88:3@lid');
  };
  const user = (attrs: Record<string, string>, jid = '4917@s.whatsapp.net'): Stanza => ({
    tag: 'user',
    attrs: { jid },
    content: [{ tag: 'disappearing_mode', attrs }],
  });

  test('shows its seconds', () => {
    expect(reply(user({ duration: '604800', t: '0' }))).toEqual({ kind: 'timer', seconds: '604800' });
  });

  test('shows them also of the account by its LID', () => {
    expect(reply(user({ duration: '0' }, '88@lid'))).toEqual({ kind: 'timer', seconds: '0' });
  });

  test.each([
    [[]],
    [[user({ duration: '86400' }, '4918@s.whatsapp.net')]],
    [[user({ duration: '86400' }, '4917@lid')]],
    [[user({ duration: '86400' }, '')]],
    [[user({})]],
    [[user({ duration: '' })]],
    [[user({ duration: 'error' })]],
    [[user({ duration: '1'.repeat(11) })]],
    [[{ tag: 'user', attrs: {} }]],
    [[user({ duration: '0' }), user({ duration: '86400' })]],
  ])('proves nothing: %j', (users) => expect(reply(...users)).toEqual({ kind: 'odd' }));

  test('no category of a privacy read passes for it', () => {
    const category = { tag: 'category', attrs: { name: TIMER, value: '0' } };
    const stanza = { tag: 'iq', attrs: {}, content: [{ tag: 'privacy', attrs: {}, content: [category] }] };
    expect(categoriesIn({ kind: 'result', stanza })).toEqual({ kind: 'categories', categories: new Map() });
  });
});
