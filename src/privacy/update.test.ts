import { describe, expect, test } from 'vitest';
import { fieldSpecs } from './fields.ts';
import { HELD, ACKNOWLEDGED, ScriptedCall, view, change, update } from './update.fixture.ts';

describe('what is sent', () => {
  test('one stanza a field in the order of the table, and the read right behind them', async () => {
    const call = new ScriptedCall();
    const changes = fieldSpecs.map((spec) => change(spec.field, Object.values(spec.values).at(-1) ?? '')).toReversed();
    const { stanzas, failures } = await update(call, changes);
    expect(call.sent).toEqual([
      'read',
      'timer',
      'last=none',
      'status=none',
      'profile=none',
      'online=match_last_seen',
      'readreceipts=none',
      'calladd=known',
      'groupadd=contact_blacklist',
      'messages=contacts',
      'defense=on_standard',
      'stickers=none',
      'linked_profiles=none',
      'pix=none',
      'disappearing_mode=7776000',
      'read',
      'timer',
    ]);
    expect({ stanzas, failures }).toEqual({ stanzas: 17, failures: [] });
  });

  test('a field that the view holds already gets no stanza, and is still read', async () => {
    const call = new ScriptedCall();
    const { first, stanzas } = await update(call, [change('STATUS', 'all')]);
    expect(call.sent).toEqual(['read']);
    expect({ result: first?.result, stanzas }).toEqual({ result: 'ALREADY_SET', stanzas: 1 });
  });

  test('a category that the account does not have is never written', async () => {
    const call = new ScriptedCall();
    call.held.delete('calladd');
    const { calladd: _, ...rest } = HELD;
    const { failure } = await update(call, [change('CALL_ADD', 'known')], view(rest));
    expect(call.sent).toEqual(['read']);
    expect(failure).toMatchObject({ code: 'UNSUPPORTED', retryable: false, current: undefined });
  });

  test('nothing with less than 5 s left', async () => {
    const call = new ScriptedCall();
    call.left = 4_999;
    await expect(update(call, [change('STATUS', 'none')])).rejects.toMatchObject({ code: 'TIMEOUT' });
    expect(call.sent).toEqual([]);
  });

  test('time that runs out behind the writes leaves no read, and no success', async () => {
    const call = new ScriptedCall();
    call.onWrite = (category, value) => {
      call.held.set(category, value);
      call.left = 4_000;
      return ACKNOWLEDGED;
    };
    const { snapshot, failure, stanzas } = await update(call, [change('STATUS', 'none')]);
    expect(snapshot).toBeUndefined();
    expect({ code: failure?.code, stanzas }).toEqual({ code: 'UNVERIFIED', stanzas: 1 });
  });
});

describe('what counts as applied', () => {
  test('shown as requested, although the reply never came', async () => {
    const call = new ScriptedCall();
    call.onWrite = (category, value) => {
      call.held.set(category, value);
      return { kind: 'timed_out' };
    };
    const { first, failures, unanswered } = await update(call, [change('STATUS', 'none')]);
    expect(first).toMatchObject({ result: 'APPLIED', previous: 'ALL', current: 'NONE' });
    expect({ failures, unanswered }).toEqual({ failures: [], unanswered: true });
  });

  test('shown as requested, although the write was refused: it was so already', async () => {
    const call = new ScriptedCall();
    call.held.set('status', 'none');
    call.onWrite = () => ({ kind: 'refused', code: 403, text: 'forbidden' });
    const { first, failures } = await update(call, [change('STATUS', 'none')]);
    expect(first?.result).toBe('ALREADY_SET');
    expect(failures).toEqual([]);
  });

  test('a write worked off behind the read costs one more read', async () => {
    const call = new ScriptedCall();
    call.onWrite = () => ACKNOWLEDGED;
    call.onRead = (nth) => {
      if (nth === 2) call.held.set('status', 'none');
      return call.shown();
    };
    const { first, stanzas } = await update(call, [change('STATUS', 'none')]);
    expect({ result: first?.result, stanzas }).toEqual({ result: 'APPLIED', stanzas: 3 });
  });

  test('a stale view is mended: the field is written after all', async () => {
    const call = new ScriptedCall();
    call.held.set('status', 'contacts');
    const { first } = await update(call, [change('STATUS', 'all')]);
    expect(call.sent).toEqual(['read', 'status=all', 'read']);
    expect(first).toMatchObject({ result: 'APPLIED', current: 'ALL' });
  });

  test('a category that only the view lacks is written after all', async () => {
    const { calladd: _, ...rest } = HELD;
    const call = new ScriptedCall();
    const { first } = await update(call, [change('CALL_ADD', 'known')], view(rest));
    expect(call.sent).toEqual(['read', 'calladd=known', 'read']);
    expect(first).toMatchObject({ result: 'APPLIED', current: 'KNOWN' });
  });

  test('a category that only the view lacks, and no time left to write it: another try makes sense', async () => {
    const { calladd: _, ...rest } = HELD;
    const call = new ScriptedCall();
    call.onRead = () => {
      call.left = 4_000;
      return call.shown();
    };
    const { failure } = await update(call, [change('CALL_ADD', 'known')], view(rest));
    expect(failure).toMatchObject({ code: 'MISMATCH', current: 'ALL', retryable: true });
  });

  test('taken late, although it was to be written once more and that write never left', async () => {
    const call = new ScriptedCall();
    call.onWrite = (category, value, nth) => {
      if (nth === 1) return ACKNOWLEDGED;
      call.held.set(category, value);
      return { kind: 'unsent' };
    };
    const { first, stanzas } = await update(call, [change('STATUS', 'none')]);
    expect(call.sent).toEqual(['status=none', 'read', 'read', 'status=none', 'read']);
    expect(first).toMatchObject({ result: 'APPLIED', current: 'NONE' });
    expect(stanzas).toBe(4);
  });

  test('taken late, although the second write of it was refused', async () => {
    const call = new ScriptedCall();
    call.onWrite = (category, value, nth) => {
      if (nth === 1) return ACKNOWLEDGED;
      call.held.set(category, value);
      return { kind: 'refused', code: 429, text: '' };
    };
    const { first } = await update(call, [change('STATUS', 'none')]);
    expect(first).toMatchObject({ result: 'APPLIED', current: 'NONE' });
  });

  test('a later write makes earlier reads worthless', async () => {
    const call = new ScriptedCall();
    call.held.set('status', 'contacts');
    call.onRead = (nth) => (nth === 1 ? call.shown() : { kind: 'timed_out' });
    const { snapshot, failures } = await update(call, [change('LAST_SEEN', 'none'), change('STATUS', 'all')]);
    expect(snapshot).toBeUndefined();
    expect(failures.map(({ field, code }) => [field, code])).toEqual([
      ['LAST_SEEN', 'UNVERIFIED'],
      ['STATUS', 'UNVERIFIED'],
    ]);
  });
});
