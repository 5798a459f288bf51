import { describe, expect, test } from 'vitest';
import { ListUnreadError } from '../contacts/list-unread.ts';
import { adding, bookOf, jid, named, replacing, ScriptedList, update } from './update-list.fixture.ts';

const timedOut = { kind: 'timed_out' } as const;
const unsent = { kind: 'unsent' } as const;
const lost = { kind: 'lost' } as const;
const acknowledged = { kind: 'result', stanza: { tag: 'iq', attrs: {} } } as const;
const stale = { kind: 'refused', code: 409, text: 'conflict' } as const;

describe('what is sent', () => {
  test('look-up and read at once, the read-back right behind the write', async () => {
    const call = new ScriptedList();
    const reply = Promise.withResolvers<typeof acknowledged>();
    call.onWrite = () => {
      call.held = new Set([jid('1')]);
      return reply.promise;
    };
    const { outcomes, stanzas, unanswered, run } = await update(call, adding('1'));
    expect(call.sent).toEqual(['look up 1', 'read', `write none: add ${jid('1')}`, 'read']);
    expect({ outcomes, stanzas, unanswered }).toEqual({
      outcomes: [{ contact: '+1', result: 'ADDED' }],
      stanzas: 4,
      unanswered: true,
    });
    expect(run.changedSettings).toBe(true);
    reply.resolve(acknowledged);
    await run.writesAnswered;
    expect(run.unanswered()).toBe(false);
  });

  test('nobody twice, however often one is named; and not both added and removed', async () => {
    const one = { kind: 'found', contact: { phoneNumber: '1', lid: '91@lid' } } as const;
    const call = new ScriptedList();
    const { outcomes } = await update(call, adding('1', '2'), bookOf({ 1: one, 2: one }));
    expect(call.sent).toEqual(['read', `write none: add ${jid('1')}`, 'read']);
    expect(outcomes.map(({ result }) => result)).toEqual(['ADDED', 'ADDED']);
    const both = { kind: 'change', add: [named('1')], remove: [named('2')] } as const;
    await expect(update(new ScriptedList(), both, bookOf({ 1: one, 2: one }))).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
    });
  });

  test('nothing with less than 5 s left, and what was read before then stays the proof', async () => {
    const late = new ScriptedList();
    late.left = 4_999;
    await expect(update(late, adding('1'))).rejects.toMatchObject({ code: 'TIMEOUT' });
    expect(late.sent).toEqual([]);
    const call = new ScriptedList([jid('2')]);
    call.onRead = () => {
      call.left = 4_999;
      return undefined;
    };
    const { outcomes, failure, list } = await update(call, adding('1', '2'));
    expect(outcomes.map(({ result }) => result)).toEqual(['FAILED', 'ALREADY_LISTED']);
    expect(failure).toMatchObject({ contact: '+1', code: 'SKIPPED', retryable: true });
    expect(list?.contacts).toEqual([{ phoneNumber: '2', lid: undefined }]);
  });

  test('what was asked on a link that ended is asked on the next one', async () => {
    const call = new ScriptedList();
    call.onLookUp = (nth) => (nth === 1 ? lost : undefined);
    call.onRead = (nth) => (nth === 1 ? lost : undefined);
    expect(await update(call, adding('1'))).toMatchObject({ failures: [], stanzas: 6 });
  });

  test('a list that can not be read is not written', async () => {
    const call = new ScriptedList();
    call.onRead = () => acknowledged;
    await expect(update(call, adding('1'))).rejects.toThrow(ListUnreadError);
    expect(call.sent).toEqual(['look up 1', 'read']);
  });
});

describe('a list that others change', () => {
  test('is written as it is then: who went is added, who came is left alone', async () => {
    const call = new ScriptedList([jid('1')]);
    call.onWrite = (nth) => {
      if (nth > 1) return undefined;
      call.held = new Set([jid('3')]);
      call.version = 7;
      return stale;
    };
    const { outcomes, failures } = await update(call, adding('1', '2'));
    expect(call.sent.slice(2)).toEqual([
      `write 1: add ${jid('2')}`,
      'read',
      `write 7: add ${jid('1')}, add ${jid('2')}`,
      'read',
    ]);
    expect(outcomes.map(({ result }) => result)).toEqual(['ADDED', 'ADDED']);
    expect(failures).toEqual([]);
    expect(call.held).toEqual(new Set([jid('3'), jid('1'), jid('2')]));
  });

  test('is given up after so many tries, and the refusal is not what the caller is told', async () => {
    const call = new ScriptedList();
    call.onWrite = () => stale;
    const { failure } = await update(call, adding('1'));
    expect(call.sent.filter((each) => each.startsWith('write'))).toHaveLength(21);
    expect(failure).toMatchObject({ code: 'REJECTED', retryable: true });
    expect(failure?.message).not.toContain('409');
  });

  test('is not replaced, not even where all whom the caller wants are on it now', async () => {
    const call = new ScriptedList([jid('1')]);
    call.onWrite = () => {
      call.held = new Set([jid('2'), jid('3')]);
      return stale;
    };
    await expect(update(call, replacing('2'))).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(call.held).toEqual(new Set([jid('2'), jid('3')]));
  });

  test('is not replaced on the next link either, where the first write never left', async () => {
    const call = new ScriptedList([jid('1')]);
    call.onWrite = () => {
      call.held = new Set([jid('1'), jid('3')]);
      return unsent;
    };
    await expect(update(call, replacing('2'))).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(call.held).toEqual(new Set([jid('1'), jid('3')]));
  });

  test('is replaced where it has the same members as before', async () => {
    const call = new ScriptedList([jid('1')]);
    call.onWrite = (nth) => (nth === 1 ? stale : undefined);
    expect(await update(call, replacing('2'))).toMatchObject({ failures: [] });
    expect(call.held).toEqual(new Set([jid('2')]));
  });

  test('is not as it was to be where somebody else is on it once it is replaced', async () => {
    const call = new ScriptedList([jid('1')]);
    call.onRead = (nth) => {
      if (nth > 1) call.held?.add(jid('3'));
      return undefined;
    };
    const { outcomes, failures } = await update(call, replacing('2'));
    expect(outcomes.map(({ contact, result }) => [contact, result])).toEqual([
      ['+2', 'ADDED'],
      ['+1', 'REMOVED'],
      ['+3', 'FAILED'],
    ]);
    expect(failures).toMatchObject([{ contact: '+3', code: 'MISMATCH' }]);
  });
});

describe('what counts as failed', () => {
  test('a look-up without an answer, for those alone who needed it', async () => {
    const call = new ScriptedList([jid('2')]);
    call.onLookUp = () => timedOut;
    const { outcomes, failures } = await update(call, { kind: 'change', add: [named('1')], remove: [named('2')] });
    expect(outcomes.map(({ result }) => result)).toEqual(['FAILED', 'REMOVED']);
    expect(failures).toMatchObject([{ contact: '+1', code: 'TIMED_OUT', retryable: true }]);
  });

  test.each([
    ['timed_out', 'TIMED_OUT', true],
    ['lost', 'CONNECTION_LOST', false],
  ] as const)('a write that came to "%s" and is not shown: %s', async (kind, code, unanswered) => {
    const call = new ScriptedList();
    call.onWrite = () => ({ kind });
    const done = await update(call, adding('1'));
    expect(done).toMatchObject({ failure: { code, retryable: true }, unanswered, list: { active: false } });
    expect(done.run.mayLand).toBe(true);
    expect(call.sent.slice(2)).toEqual([`write none: add ${jid('1')}`, 'read', 'read']);
  });

  test('acknowledged, but no read showed it: UNVERIFIED, and no list', async () => {
    const call = new ScriptedList();
    call.onRead = (nth) => (nth > 1 ? acknowledged : undefined);
    expect(await update(call, adding('1'))).toMatchObject({ list: undefined, failure: { code: 'UNVERIFIED' } });
  });

  test.each([
    [406, 'for good: they are looked up again', true],
    [503, 'for now: they are known', false],
  ])('contacts whom WhatsApp refused with %i %s', async (code, _, isDropped) => {
    const book = bookOf({ 1: { kind: 'found', contact: { phoneNumber: '1', lid: '91@lid' } } });
    const call = new ScriptedList();
    call.onWrite = () => ({ kind: 'refused', code, text: '' });
    expect(await update(call, adding('1'), book)).toMatchObject({ failure: { code: 'REJECTED' } });
    await update(call, adding('1'), book);
    expect(call.sent.filter((each) => each.startsWith('look up'))).toHaveLength(isDropped ? 1 : 0);
  });

  test('never written over a change that was announced after ours', async () => {
    const call = new ScriptedList();
    call.onWrite = () => acknowledged;
    call.onRead = (nth) => {
      if (nth > 1) call.announced += 1;
      return undefined;
    };
    const { failure } = await update(call, adding('1'));
    expect(call.sent.filter((each) => each.startsWith('write'))).toHaveLength(1);
    expect(failure).toMatchObject({ code: 'MISMATCH', retryable: true });
  });

  test('a member whose LID is not known, on an account that has one: it can name nobody otherwise', async () => {
    const call = new ScriptedList([jid('1'), '92@lid']);
    call.lid = true;
    const { outcomes, failures } = await update(call, replacing());
    expect(outcomes.map(({ result }) => result)).toEqual(['FAILED', 'REMOVED']);
    expect(failures).toMatchObject([{ contact: '+1', code: 'UNRESOLVED' }]);
    expect(call.sent).toEqual(['read', 'write 1: remove 92@lid', 'read']);
  });
});
