import { describe, expect, test } from 'vitest';
import { fieldSpecs } from './fields.ts';
import type { RequestedChange } from './outcome.ts';
import type { PrivacyPort, ReadReply, WriteReply } from './port.ts';
import type { Snapshot } from './settings.ts';
import { runUpdate } from './update.ts';

const HELD: Readonly<Record<string, string>> = Object.fromEntries(fieldSpecs.map(({ category }) => [category, 'all']));

/** WhatsApp as a script: what it holds, and what it does with each stanza in the order in which they come. */
class ScriptedPort implements PrivacyPort {
  readonly held = new Map(Object.entries(HELD));
  readonly sent: string[] = [];
  announced = 0;
  left = 29_000;
  onWrite: (category: string, value: string, nth: number) => WriteReply | Promise<WriteReply> = (category, value) => {
    this.held.set(category, value);
    return { kind: 'acknowledged' };
  };
  onRead: (nth: number) => ReadReply | Promise<ReadReply> = () => this.snapshot();
  #writes = 0;
  #reads = 0;

  snapshot(values: Iterable<[string, string]> = this.held): ReadReply {
    return { kind: 'snapshot', snapshot: { categories: new Map(values), observedAt: 0, sequence: this.#reads } };
  }

  write(category: string, value: string): Promise<WriteReply> {
    this.sent.push(`${category}=${value}`);
    this.#writes += 1;
    return Promise.resolve(this.onWrite(category, value, this.#writes));
  }

  read(): Promise<ReadReply> {
    this.sent.push('read');
    this.#reads += 1;
    return Promise.resolve(this.onRead(this.#reads));
  }

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

async function update(port: ScriptedPort, changes: RequestedChange[], from = view()) {
  const run = await runUpdate(port, from, changes);
  const [first] = run.outcome.outcomes;
  return { ...run.outcome, first, failure: run.outcome.failures[0], unanswered: run.unanswered() };
}

describe('what is sent', () => {
  test('one stanza a field in the order of the table, and the read right behind them', async () => {
    const port = new ScriptedPort();
    const changes = fieldSpecs.map((spec) => change(spec.field, Object.values(spec.values).at(-1) ?? '')).toReversed();
    const { stanzas, failures } = await update(port, changes);
    expect(port.sent).toEqual([
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
    const port = new ScriptedPort();
    const { first, stanzas } = await update(port, [change('STATUS', 'all')]);
    expect(port.sent).toEqual(['read']);
    expect({ result: first?.result, stanzas }).toEqual({ result: 'ALREADY_SET', stanzas: 1 });
  });

  test('a category that the account does not have is never written', async () => {
    const port = new ScriptedPort();
    port.held.delete('calladd');
    const { calladd: _, ...rest } = HELD;
    const { failure } = await update(port, [change('CALL_ADD', 'known')], view(rest));
    expect(port.sent).toEqual(['read']);
    expect(failure).toMatchObject({ code: 'UNSUPPORTED', retryable: false, current: undefined });
  });

  test('nothing with less than 5 s left', async () => {
    const port = new ScriptedPort();
    port.left = 4_999;
    await expect(update(port, [change('STATUS', 'none')])).rejects.toMatchObject({ code: 'TIMEOUT' });
    expect(port.sent).toEqual([]);
  });

  test('time that runs out behind the writes leaves no read, and no success', async () => {
    const port = new ScriptedPort();
    port.onWrite = (category, value) => {
      port.held.set(category, value);
      port.left = 4_000;
      return { kind: 'acknowledged' };
    };
    const { snapshot, failure, stanzas } = await update(port, [change('STATUS', 'none')]);
    expect(snapshot).toBeUndefined();
    expect({ code: failure?.code, stanzas }).toEqual({ code: 'UNVERIFIED', stanzas: 1 });
  });
});

describe('what counts as applied', () => {
  test('shown as requested, although the reply never came', async () => {
    const port = new ScriptedPort();
    port.onWrite = (category, value) => {
      port.held.set(category, value);
      return { kind: 'timed_out' };
    };
    const { first, failures, unanswered } = await update(port, [change('STATUS', 'none')]);
    expect(first).toMatchObject({ result: 'APPLIED', previous: 'ALL', current: 'NONE' });
    expect({ failures, unanswered }).toEqual({ failures: [], unanswered: true });
  });

  test('shown as requested, although the write was refused: it was so already', async () => {
    const port = new ScriptedPort();
    port.held.set('status', 'none');
    port.onWrite = () => ({ kind: 'refused', code: 403, text: 'forbidden' });
    const { first, failures } = await update(port, [change('STATUS', 'none')]);
    expect(first?.result).toBe('ALREADY_SET');
    expect(failures).toEqual([]);
  });

  test('a write worked off behind the read costs one more read', async () => {
    const port = new ScriptedPort();
    port.onWrite = () => ({ kind: 'acknowledged' });
    port.onRead = (nth) => {
      if (nth === 2) port.held.set('status', 'none');
      return port.snapshot();
    };
    const { first, stanzas } = await update(port, [change('STATUS', 'none')]);
    expect({ result: first?.result, stanzas }).toEqual({ result: 'APPLIED', stanzas: 3 });
  });

  test('a stale view is mended: the field is written after all', async () => {
    const port = new ScriptedPort();
    port.held.set('status', 'contacts');
    const { first } = await update(port, [change('STATUS', 'all')]);
    expect(port.sent).toEqual(['read', 'status=all', 'read']);
    expect(first).toMatchObject({ result: 'APPLIED', current: 'ALL' });
  });

  test('a category that only the view lacks is written after all', async () => {
    const { calladd: _, ...rest } = HELD;
    const port = new ScriptedPort();
    const { first } = await update(port, [change('CALL_ADD', 'known')], view(rest));
    expect(port.sent).toEqual(['read', 'calladd=known', 'read']);
    expect(first).toMatchObject({ result: 'APPLIED', current: 'KNOWN' });
  });

  test('a category that only the view lacks, and no time left to write it: another try makes sense', async () => {
    const { calladd: _, ...rest } = HELD;
    const port = new ScriptedPort();
    port.onRead = () => {
      port.left = 4_000;
      return port.snapshot();
    };
    const { failure } = await update(port, [change('CALL_ADD', 'known')], view(rest));
    expect(failure).toMatchObject({ code: 'MISMATCH', current: 'ALL', retryable: true });
  });

  test('taken late, although it was to be written once more and that write never left', async () => {
    const port = new ScriptedPort();
    port.onWrite = (category, value, nth) => {
      if (nth === 1) return { kind: 'acknowledged' };
      port.held.set(category, value);
      return { kind: 'unsent' };
    };
    const { first, stanzas } = await update(port, [change('STATUS', 'none')]);
    expect(port.sent).toEqual(['status=none', 'read', 'read', 'status=none', 'read']);
    expect(first).toMatchObject({ result: 'APPLIED', current: 'NONE' });
    expect(stanzas).toBe(4);
  });

  test('taken late, although the second write of it was refused', async () => {
    const port = new ScriptedPort();
    port.onWrite = (category, value, nth) => {
      if (nth === 1) return { kind: 'acknowledged' };
      port.held.set(category, value);
      return { kind: 'refused', code: 429, text: '' };
    };
    const { first } = await update(port, [change('STATUS', 'none')]);
    expect(first).toMatchObject({ result: 'APPLIED', current: 'NONE' });
  });

  test('a later write makes earlier reads worthless', async () => {
    const port = new ScriptedPort();
    port.held.set('status', 'contacts');
    port.onRead = (nth) => (nth === 1 ? port.snapshot() : { kind: 'timed_out' });
    const { snapshot, failures } = await update(port, [change('LAST_SEEN', 'none'), change('STATUS', 'all')]);
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
    const port = new ScriptedPort();
    port.onWrite = () => ({ kind: 'refused', code, text: 'no' });
    const { failure, stanzas } = await update(port, [change('STATUS', 'none')]);
    expect(failure).toMatchObject({ code: 'REJECTED', current: 'ALL', retryable });
    expect(failure?.message).toContain(String(code));
    expect(stanzas).toBe(2);
  });

  test.each([
    ['timed_out', 'TIMED_OUT', true],
    ['lost', 'CONNECTION_LOST', false],
    ['unsent', 'SKIPPED', false],
  ] as const)('a write that came to "%s" and is not shown: %s', async (kind, code, ends) => {
    const port = new ScriptedPort();
    port.onWrite = () => ({ kind });
    const { failure, unanswered, first } = await update(port, [change('STATUS', 'none')]);
    expect(failure).toMatchObject({ code, current: 'ALL', retryable: true });
    expect({ result: first?.result, unanswered }).toEqual({ result: 'FAILED', unanswered: ends });
  });

  test('acknowledged and never shown: written once more, then MISMATCH', async () => {
    const port = new ScriptedPort();
    port.onWrite = () => ({ kind: 'acknowledged' });
    const { failure } = await update(port, [change('STATUS', 'none')]);
    expect(port.sent).toEqual(['status=none', 'read', 'read', 'status=none', 'read']);
    expect(failure).toMatchObject({ code: 'MISMATCH', current: 'ALL' });
  });

  test('acknowledged and never shown, and a second write that never left: it was not skipped', async () => {
    const port = new ScriptedPort();
    port.onWrite = (_category, _value, nth) => ({ kind: nth === 1 ? 'acknowledged' : 'unsent' });
    const { failure } = await update(port, [change('STATUS', 'none')]);
    expect(failure).toMatchObject({ code: 'MISMATCH', current: 'ALL' });
  });

  test('never written over what another hand set, by a read that left before the reply: the next one waits for it', async () => {
    const port = new ScriptedPort();
    const reply = Promise.withResolvers<WriteReply>();
    port.onWrite = (category, value) => {
      port.held.set(category, value);
      return reply.promise;
    };
    port.onRead = (nth) => {
      if (nth > 1) {
        reply.resolve({ kind: 'acknowledged' });
        return port.snapshot();
      }
      // It shows what was written, and hides another field. Behind it another hand sets what was written.
      const seen = port.snapshot([...port.held].filter(([category]) => category !== 'status'));
      port.held.set('groupadd', 'contact_blacklist');
      setImmediate(() => {
        port.announced += 1;
        reply.resolve({ kind: 'acknowledged' });
      });
      return seen;
    };
    const { failure } = await update(port, [change('STATUS', 'all'), change('GROUP_ADD', 'contacts')]);
    expect(port.sent).toEqual(['groupadd=contacts', 'read', 'read']);
    expect(failure).toMatchObject({ code: 'MISMATCH', current: 'CONTACT_BLACKLIST' });
  });

  test('never written over a change that was announced after ours', async () => {
    const port = new ScriptedPort();
    port.onWrite = () => ({ kind: 'acknowledged' });
    port.onRead = () => {
      port.announced = 1;
      return port.snapshot([['status', 'contacts']]);
    };
    const { failure } = await update(port, [change('STATUS', 'none')]);
    expect(port.sent).toEqual(['status=none', 'read', 'read']);
    expect(failure).toMatchObject({ code: 'MISMATCH', current: 'CONTACTS' });
  });

  test('what the view held already is written once where a read shows otherwise, whatever was announced since', async () => {
    const port = new ScriptedPort();
    port.held.set('status', 'contacts');
    port.onRead = () => {
      port.announced = 1;
      return port.snapshot();
    };
    const { first } = await update(port, [change('STATUS', 'none')], view({ ...HELD, status: 'none' }));
    expect(port.sent).toEqual(['read', 'status=none', 'read']);
    expect(first).toMatchObject({ result: 'APPLIED', current: 'NONE' });
  });

  test('and not again over a change that was announced after that write', async () => {
    const port = new ScriptedPort();
    port.held.set('status', 'contacts');
    port.onWrite = () => {
      port.announced += 1;
      return { kind: 'acknowledged' };
    };
    const { failure } = await update(port, [change('STATUS', 'none')], view({ ...HELD, status: 'none' }));
    expect(port.sent).toEqual(['read', 'status=none', 'read']);
    expect(failure).toMatchObject({ code: 'MISMATCH', current: 'CONTACTS' });
  });

  test('an odd answer is no success', async () => {
    const port = new ScriptedPort();
    port.onWrite = () => ({ kind: 'odd' });
    const { failure } = await update(port, [change('STATUS', 'none')]);
    expect(failure?.code).toBe('MISMATCH');
  });

  test.each([
    ['a read without settings', { kind: 'odd' }],
    ['a refused read', { kind: 'refused', code: 500, text: '' }],
    ['a lost read', { kind: 'lost' }],
  ] as const)('acknowledged, but %s: UNVERIFIED', async (_, reply) => {
    const port = new ScriptedPort();
    port.onRead = () => reply;
    const { failure, snapshot } = await update(port, [change('STATUS', 'none')]);
    expect(snapshot).toBeUndefined();
    expect(failure).toMatchObject({ code: 'UNVERIFIED', current: undefined, retryable: true });
  });

  test('the value `error` proves nothing', async () => {
    const port = new ScriptedPort();
    port.onWrite = (category) => {
      port.held.set(category, 'error');
      return { kind: 'acknowledged' };
    };
    const { failure } = await update(port, [change('STATUS', 'none')]);
    expect(failure).toMatchObject({ code: 'UNVERIFIED', current: undefined });
  });

  test('a value outside the enum is given as its text on the wire', async () => {
    const port = new ScriptedPort();
    port.held.set('online', 'none');
    port.onWrite = () => ({ kind: 'refused', code: 403, text: '' });
    const { failure, first } = await update(port, [change('ONLINE', 'all')], view({ ...HELD, online: 'none' }));
    expect(failure?.current).toBe('none');
    expect(first?.previous).toBe('none');
  });

  test('one refused field leaves the others applied', async () => {
    const port = new ScriptedPort();
    port.onWrite = (category, value) => {
      if (category === 'status') return { kind: 'refused', code: 403, text: 'forbidden' };
      port.held.set(category, value);
      return { kind: 'acknowledged' };
    };
    const { outcomes, failures } = await update(port, [change('LAST_SEEN', 'none'), change('STATUS', 'none')]);
    expect(outcomes.map(({ field, result }) => [field, result])).toEqual([
      ['LAST_SEEN', 'APPLIED'],
      ['STATUS', 'FAILED'],
    ]);
    expect(failures).toHaveLength(1);
  });
});
