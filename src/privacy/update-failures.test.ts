import { describe, expect, test } from 'vitest';
import type { Reply } from '../wire/reply.ts';
import { HELD, ACKNOWLEDGED, ScriptedCall, view, change, update } from './update.fixture.ts';

describe('what counts as failed', () => {
  test.each([
    [403, false],
    [400, false],
    [429, true],
    [500, true],
    [503, true],
    [530, true],
  ])('refused with %i: REJECTED, retryable %s, without another read', async (code, retryable) => {
    const call = new ScriptedCall();
    call.onWrite = () => ({ kind: 'refused', code, text: 'no' });
    const { failure, stanzas } = await update(call, [change('STATUS', 'none')]);
    expect(failure).toMatchObject({ code: 'REJECTED', current: 'ALL', retryable });
    expect(failure?.message).toContain(String(code));
    expect(stanzas).toBe(2);
  });

  test.each([
    ['timed_out', 'TIMED_OUT', true],
    ['lost', 'CONNECTION_LOST', false],
    ['unsent', 'SKIPPED', false],
  ] as const)('a write that came to "%s" and is not shown: %s', async (kind, code, ends) => {
    const call = new ScriptedCall();
    call.onWrite = () => ({ kind });
    const { failure, unanswered, first } = await update(call, [change('STATUS', 'none')]);
    expect(failure).toMatchObject({ code, current: 'ALL', retryable: true });
    expect({ result: first?.result, unanswered }).toEqual({ result: 'FAILED', unanswered: ends });
  });

  test('acknowledged and never shown: written once more, then MISMATCH', async () => {
    const call = new ScriptedCall();
    call.onWrite = () => ACKNOWLEDGED;
    const { failure } = await update(call, [change('STATUS', 'none')]);
    expect(call.sent).toEqual(['status=none', 'read', 'read', 'status=none', 'read']);
    expect(failure).toMatchObject({ code: 'MISMATCH', current: 'ALL' });
  });

  test('acknowledged and never shown, and a second write that never left: it was not skipped', async () => {
    const call = new ScriptedCall();
    call.onWrite = (_category, _value, nth) => (nth === 1 ? ACKNOWLEDGED : { kind: 'unsent' });
    const { failure } = await update(call, [change('STATUS', 'none')]);
    expect(failure).toMatchObject({ code: 'MISMATCH', current: 'ALL' });
  });

  test('never written over what another hand set, by a read that left before the reply: the next one waits for it', async () => {
    const call = new ScriptedCall();
    const reply = Promise.withResolvers<Reply>();
    call.onWrite = (category, value) => {
      call.held.set(category, value);
      return reply.promise;
    };
    call.onRead = (nth) => {
      if (nth > 1) {
        reply.resolve(ACKNOWLEDGED);
        return call.shown();
      }
      // It shows what was written, and hides another field. Behind it another hand sets what was written.
      const seen = call.shown([...call.held].filter(([category]) => category !== 'status'));
      call.held.set('groupadd', 'contact_blacklist');
      setImmediate(() => {
        call.announced += 1;
        reply.resolve(ACKNOWLEDGED);
      });
      return seen;
    };
    const { failure } = await update(call, [change('STATUS', 'all'), change('GROUP_ADD', 'contacts')]);
    expect(call.sent).toEqual(['groupadd=contacts', 'read', 'read']);
    expect(failure).toMatchObject({ code: 'MISMATCH', current: 'CONTACT_BLACKLIST' });
  });

  test('never written over a change that was announced after ours', async () => {
    const call = new ScriptedCall();
    call.onWrite = () => ACKNOWLEDGED;
    call.onRead = () => {
      call.announced = 1;
      return call.shown([['status', 'contacts']]);
    };
    const { failure } = await update(call, [change('STATUS', 'none')]);
    expect(call.sent).toEqual(['status=none', 'read', 'read']);
    expect(failure).toMatchObject({ code: 'MISMATCH', current: 'CONTACTS' });
  });

  test('what the view held already is written once where a read shows otherwise, whatever was announced since', async () => {
    const call = new ScriptedCall();
    call.held.set('status', 'contacts');
    call.onRead = () => {
      call.announced = 1;
      return call.shown();
    };
    const { first } = await update(call, [change('STATUS', 'none')], view({ ...HELD, status: 'none' }));
    expect(call.sent).toEqual(['read', 'status=none', 'read']);
    expect(first).toMatchObject({ result: 'APPLIED', current: 'NONE' });
  });

  test('and not again over a change that was announced after that write', async () => {
    const call = new ScriptedCall();
    call.held.set('status', 'contacts');
    call.onWrite = () => {
      call.announced += 1;
      return ACKNOWLEDGED;
    };
    const { failure } = await update(call, [change('STATUS', 'none')], view({ ...HELD, status: 'none' }));
    expect(call.sent).toEqual(['read', 'status=none', 'read']);
    expect(failure).toMatchObject({ code: 'MISMATCH', current: 'CONTACTS' });
  });

  test('an odd answer is no success', async () => {
    const call = new ScriptedCall();
    call.onWrite = () => ({ kind: 'odd' });
    const { failure } = await update(call, [change('STATUS', 'none')]);
    expect(failure?.code).toBe('MISMATCH');
  });

  test.each([
    ['a read without settings', ACKNOWLEDGED],
    ['a refused read', { kind: 'refused', code: 500, text: '' }],
    ['a lost read', { kind: 'lost' }],
  ] as const)('acknowledged, but %s: UNVERIFIED', async (_, reply) => {
    const call = new ScriptedCall();
    call.onRead = () => reply;
    const { failure, snapshot } = await update(call, [change('STATUS', 'none')]);
    expect(snapshot).toBeUndefined();
    expect(failure).toMatchObject({ code: 'UNVERIFIED', current: undefined, retryable: true });
  });

  test('the value `error` proves nothing', async () => {
    const call = new ScriptedCall();
    call.onWrite = (category) => {
      call.held.set(category, 'error');
      return ACKNOWLEDGED;
    };
    const { failure } = await update(call, [change('STATUS', 'none')]);
    expect(failure).toMatchObject({ code: 'UNVERIFIED', current: undefined });
  });

  test('a value outside the enum is given as its text on the wire', async () => {
    const call = new ScriptedCall();
    call.held.set('online', 'none');
    call.onWrite = () => ({ kind: 'refused', code: 403, text: '' });
    const { failure, first } = await update(call, [change('ONLINE', 'all')], view({ ...HELD, online: 'none' }));
    expect(failure?.current).toBe('none');
    expect(first?.previous).toBe('none');
  });

  test('one refused field leaves the others applied', async () => {
    const call = new ScriptedCall();
    call.onWrite = (category, value) => {
      if (category === 'status') return { kind: 'refused', code: 403, text: 'forbidden' };
      call.held.set(category, value);
      return ACKNOWLEDGED;
    };
    const { outcomes, failures } = await update(call, [change('LAST_SEEN', 'none'), change('STATUS', 'none')]);
    expect(outcomes.map(({ field, result }) => [field, result])).toEqual([
      ['LAST_SEEN', 'APPLIED'],
      ['STATUS', 'FAILED'],
    ]);
    expect(failures).toHaveLength(1);
  });
});
