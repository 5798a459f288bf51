import { describe, expect, test } from 'vitest';
import type { Reply } from '../wire/reply.ts';
import { childrenOf } from '../wire/stanza.ts';
import { fieldSpecs } from './fields.ts';
import type { RequestedChange } from './outcome.ts';
import type { PrivacyCall, PrivacyPort, SettingsReader } from './port.ts';
import type { Snapshot } from './settings.ts';
import { categoriesIn, isWrite, readStanza, writeStanza } from './stanzas.ts';
import { runUpdate } from './update.ts';

const HELD: Readonly<Record<string, string>> = Object.fromEntries(fieldSpecs.map(({ category }) => [category, 'all']));

const ACKNOWLEDGED: Reply = { kind: 'result', stanza: { tag: 'iq', attrs: { type: 'result' } } };

/** WhatsApp as a script: what it holds, and what it does with each stanza in the order in which they come. */
class ScriptedCall implements PrivacyCall {
  readonly held = new Map(Object.entries(HELD));
  readonly sent: string[] = [];
  announced = 0;
  left = 29_000;
  onWrite: (category: string, value: string, nth: number) => Reply | Promise<Reply> = (category, value) => {
    this.held.set(category, value);
    return ACKNOWLEDGED;
  };
  onRead: (nth: number) => Reply | Promise<Reply> = () => this.shown();
  #writes = 0;
  #reads = 0;

  /** The reply to a read that shows these, or what is held. */
  shown(values: Iterable<[string, string]> = this.held): Reply {
    const content = [...values].map(([name, value]) => ({ tag: 'category', attrs: { name, value } }));
    return { kind: 'result', stanza: { tag: 'iq', attrs: {}, content: [{ tag: 'privacy', attrs: {}, content }] } };
  }

  readonly port: PrivacyPort = {
    ask: async (stanza) => {
      if (!isWrite(stanza)) {
        expect(stanza).toEqual(readStanza());
        this.sent.push('read');
        this.#reads += 1;
        return this.onRead(this.#reads);
      }
      const category = childrenOf(stanza).flatMap(childrenOf)[0];
      const { name = '', value = '' } = category?.attrs ?? {};
      expect(stanza).toEqual(writeStanza(name, value));
      this.sent.push(`${name}=${value}`);
      this.#writes += 1;
      return this.onWrite(name, value, this.#writes);
    },
  };

  readonly settings: SettingsReader = {
    read: async (port, timeoutMs) => {
      const shown = categoriesIn(await port.ask(readStanza(), timeoutMs));
      if (shown.kind !== 'categories') return shown;
      return { kind: 'snapshot', snapshot: { categories: shown.categories, observedAt: 0, sequence: this.#reads } };
    },
  };

  whenOpen = (): Promise<boolean> => Promise.resolve(true);
  announcements = (): number => this.announced;
  remaining = (): number => this.left;
}

const view = (values: Record<string, string> = HELD): Snapshot => ({
  categories: new Map(Object.entries(values)),
  observedAt: 0,
  sequence: 0,
});

const change = (field: RequestedChange['field'], wire: string): RequestedChange => ({ field, wire });

async function update(call: ScriptedCall, changes: RequestedChange[], from = view()) {
  const run = await runUpdate(call, from, changes);
  const [first] = run.outcome.outcomes;
  return { ...run.outcome, first, failure: run.outcome.failures[0], unanswered: run.unanswered() };
}

describe('what is sent', () => {
  test('one stanza a field in the order of the table, and the read right behind them', async () => {
    const call = new ScriptedCall();
    const changes = fieldSpecs.map((spec) => change(spec.field, Object.values(spec.values).at(-1) ?? '')).toReversed();
    const { stanzas, failures } = await update(call, changes);
    expect(call.sent).toEqual([
      'last=none',
      'status=none',
      'profile=none',
      'online=match_last_seen',
      'readreceipts=none',
      'calladd=known',
      'groupadd=contact_blacklist',
      'read',
    ]);
    expect({ stanzas, failures }).toEqual({ stanzas: 8, failures: [] });
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
