import { describe, expect, test } from 'vitest';
import type { Reply } from '../../wire/reply.ts';
import { ACKNOWLEDGED, HELD, ScriptedCall, change, update, view } from '../update.fixture.ts';
import { KEPT_FOR_ROLLBACK_MS } from './rollback.ts';

const ROLLBACK = { onFailure: 'ROLLBACK' } as const;
const REFUSED: Reply = { kind: 'refused', code: 403, text: 'forbidden' };
const THREE = [change('LAST_SEEN', 'none'), change('STATUS', 'none'), change('PROFILE', 'none')];
const FORTH = ['last=none', 'status=none', 'profile=none', 'read'];

type Answer = (category: string, value: string) => Reply | undefined;

/** A call in which WhatsApp takes what it gives no other answer to. */
function callWith(answer: Answer): ScriptedCall {
  const call = new ScriptedCall();
  call.onWrite = (name, value) => {
    const reply = answer(name, value);
    if (reply) return reply;
    call.held.set(name, value);
    return ACKNOWLEDGED;
  };
  return call;
}

const refusing = (...writes: string[]) =>
  callWith((name, value) => (writes.includes(`${name}=${value}`) ? REFUSED : undefined));

const summary = ({ outcomes, failures }: Awaited<ReturnType<typeof update>>) =>
  outcomes.map(({ field, current, rolledBack }) => [
    failures.find((failure) => failure.field === field)?.code ?? 'holds',
    current,
    rolledBack,
  ]);

test('where all hold it is one read more, and nothing had to be put back', async () => {
  const call = new ScriptedCall();
  const run = await update(call, THREE, view(), ROLLBACK);
  expect(call.sent).toEqual(FORTH);
  expect(run.stanzas).toBe(5);
  expect(summary(run)).toEqual(THREE.map(() => ['holds', 'NONE', undefined]));
});

test('where all hold already its first read is the proof', async () => {
  const call = new ScriptedCall();
  const run = await update(call, [change('STATUS', 'all')], view(), ROLLBACK);
  expect(call.sent).toEqual([]);
  expect(run).toMatchObject({ stanzas: 1, outcomes: [{ result: 'ALREADY_SET' }] });
});

test('what held is put back in reverse order, and read', async () => {
  const call = refusing('status=none');
  const run = await update(call, THREE, view(), ROLLBACK);
  expect(call.sent).toEqual([...FORTH, 'profile=all', 'last=all', 'read']);
  expect(run.stanzas).toBe(8);
  expect(summary(run)).toEqual([
    ['ROLLED_BACK', 'ALL', true],
    ['REJECTED', 'ALL', undefined],
    ['ROLLED_BACK', 'ALL', true],
  ]);
  expect(run.failures[0]).toMatchObject({ requested: 'NONE', retryable: false });
  expect(Object.fromEntries(call.held)).toEqual(HELD);
});

test.each<[string, Reply]>([
  ['timed out', { kind: 'timed_out' }],
  ['was cut off', { kind: 'lost' }],
  ['was answered oddly', { kind: 'odd' }],
])('what %s may have landed: its old value is written behind it', async (_, reply) => {
  const call = callWith((name, value) => (name === 'status' && value === 'none' ? reply : undefined));
  const run = await update(call, THREE, view(), ROLLBACK);
  expect(call.sent.slice(-4)).toEqual(['profile=all', 'status=all', 'last=all', 'read']);
  expect(run.outcomes.map(({ rolledBack }) => rolledBack)).toEqual([true, true, true]);
  expect(run.mayLand).toBe(reply.kind !== 'odd');
  expect(run.unanswered).toBe(reply.kind === 'timed_out');
});

test('what was not put back is told: it holds as requested, and the others do not', async () => {
  const call = refusing('status=none', 'last=all');
  expect(summary(await update(call, THREE, view(), ROLLBACK))).toEqual([
    ['holds', 'NONE', false],
    ['REJECTED', 'ALL', undefined],
    ['ROLLED_BACK', 'ALL', true],
  ]);
});

test('a connection that comes back only then is waited for', async () => {
  let isOpen = true;
  const call = callWith((name) => {
    if (!isOpen) return { kind: 'unsent' };
    if (name !== 'profile' || call.sent.length > 3) return undefined;
    isOpen = false;
    return { kind: 'lost' };
  });
  call.onRead = () => (isOpen ? call.shown() : { kind: 'unsent' });
  let waits = 0;
  call.whenOpen = async () => (isOpen = (waits += 1) > 1);
  const run = await update(call, THREE, view(), ROLLBACK);
  expect(run.outcomes.map(({ rolledBack }) => rolledBack)).toEqual([true, true, true]);
  expect(Object.fromEntries(call.held)).toEqual(HELD);
});

test('no read behind the rollback: nothing is known, and nothing is back', async () => {
  const call = refusing('status=none');
  call.onRead = (nth) => (nth === 1 ? call.shown() : { kind: 'lost' });
  const run = await update(call, THREE, view(), ROLLBACK);
  expect(run.snapshot).toBeUndefined();
  expect(summary(run)).toEqual([
    ['UNVERIFIED', undefined, false],
    ['REJECTED', undefined, undefined],
    ['UNVERIFIED', undefined, false],
  ]);
  expect(run.mayLand).toBe(true);
});

test('where nothing is sent back because of an announcement, and all hold after all, nothing had to be put back', async () => {
  const call = new ScriptedCall();
  call.onRead = (nth) => {
    if (nth > 4) return call.shown();
    call.announced += 1;
    return { kind: 'lost' };
  };
  const run = await update(call, [change('STATUS', 'none')], view(), ROLLBACK);
  expect(call.sent.filter((each) => each !== 'read')).toEqual(['status=none']);
  expect(summary(run)).toEqual([['holds', 'NONE', undefined]]);
});

test('what was put back late is not told by the read ahead of it', async () => {
  const call = refusing('status=none');
  const { onWrite } = call;
  call.onWrite = (name, value, nth) => {
    if (name === 'last' && value === 'all') return ACKNOWLEDGED;
    return onWrite(name, value, nth);
  };
  let reads = 0;
  call.onRead = () => {
    reads += 1;
    return call.sent.includes('last=all') && call.sent.at(-2) === 'read' ? { kind: 'lost' } : call.shown();
  };
  call.whenOpen = () => Promise.resolve(false);
  const run = await update(call, THREE, view(), ROLLBACK);
  expect(reads).toBeGreaterThan(1);
  expect(run.snapshot).toBeUndefined();
  expect(summary(run)[0]).toEqual(['UNVERIFIED', undefined, false]);
});

test('nothing is written for a field that the account does not have', async () => {
  const { status: _, ...rest } = HELD;
  const call = new ScriptedCall();
  const run = await update(call, THREE, view(rest), ROLLBACK);
  expect(call.sent).toEqual([]);
  expect(summary(run)).toEqual([
    ['SKIPPED', 'ALL', undefined],
    ['UNSUPPORTED', undefined, undefined],
    ['SKIPPED', 'ALL', undefined],
  ]);
});

test('what held before the call and is written for another hand’s change goes back to that hand’s value', async () => {
  const call = refusing('last=none');
  call.held.set('profile', 'contacts');
  const run = await update(call, THREE, view({ ...HELD, profile: 'none' }), ROLLBACK);
  expect(call.sent).toEqual([
    'last=none',
    'status=none',
    'read',
    'profile=none',
    'read',
    'profile=contacts',
    'status=all',
    'read',
  ]);
  expect(summary(run).at(-1)).toEqual(['ROLLED_BACK', 'CONTACTS', true]);
});

test('so does each of several', async () => {
  const call = refusing('last=none');
  for (const category of ['status', 'profile']) call.held.set(category, 'contacts');
  const run = await update(call, THREE, view({ ...HELD, status: 'none', profile: 'none' }), ROLLBACK);
  expect(call.sent.slice(-3)).toEqual(['profile=contacts', 'status=contacts', 'read']);
  expect(Object.fromEntries(call.held)).toEqual({ ...HELD, status: 'contacts', profile: 'contacts' });
  expect(summary(run)).toEqual([
    ['REJECTED', 'ALL', undefined],
    ['ROLLED_BACK', 'CONTACTS', true],
    ['ROLLED_BACK', 'CONTACTS', true],
  ]);
});

describe('what another hand does meanwhile', () => {
  test.each([
    ['before our writes', 0],
    ['behind them', 1],
  ])('announced %s: nothing is put back over it', async (_, reads) => {
    const call = refusing('status=none');
    const { onWrite } = call;
    call.onWrite = (name, value, nth) => {
      if (reads === 0 && nth === 1) call.announced += 1;
      return onWrite(name, value, nth);
    };
    call.onRead = () => {
      if (reads === 1) call.announced += 1;
      return call.shown();
    };
    const run = await update(call, THREE, view(), ROLLBACK);
    expect(call.sent).toEqual([...FORTH, 'read']);
    expect(summary(run)).toEqual([
      ['holds', 'NONE', false],
      ['REJECTED', 'ALL', undefined],
      ['holds', 'NONE', false],
    ]);
  });

  test('what it did to a value that was put back is told', async () => {
    const call = refusing('status=none');
    const { onWrite } = call;
    call.onWrite = (name, value, nth) => {
      const reply = onWrite(name, value, nth);
      if (name === 'last' && value === 'all') {
        call.held.set('last', 'contacts');
        call.announced += 1;
      }
      return reply;
    };
    const run = await update(call, THREE, view(), ROLLBACK);
    expect(summary(run)[0]).toEqual(['MISMATCH', 'CONTACTS', false]);
  });
});

describe('time', () => {
  test('with too little of it left to put anything back nothing is begun', async () => {
    const call = new ScriptedCall();
    call.left = KEPT_FOR_ROLLBACK_MS + 4_999;
    await expect(update(call, THREE, view(), ROLLBACK)).rejects.toMatchObject({ code: 'TIMEOUT' });
    expect(call.sent).toEqual([]);
  });

  test('what is kept is there when the writes have used up theirs', async () => {
    const call = new ScriptedCall();
    const waits: number[] = [];
    const { ask } = call.port;
    Object.assign(call.port, {
      ask: (...asked: Parameters<typeof ask>) => {
        waits.push(asked[1]);
        return ask(...asked);
      },
    });
    call.onWrite = (name, value) => {
      if (value === 'none') call.left = KEPT_FOR_ROLLBACK_MS;
      if (name === 'status' && value === 'none') return { kind: 'timed_out' };
      call.held.set(name, value);
      return ACKNOWLEDGED;
    };
    call.left = KEPT_FOR_ROLLBACK_MS + 8_000;
    const run = await update(call, [change('STATUS', 'none')], view(), ROLLBACK);
    expect(call.sent).toEqual(['status=none', 'status=all', 'read']);
    expect(waits).toEqual([8_000, 7_000, 7_000]);
    expect(summary(run)).toEqual([['TIMED_OUT', 'ALL', true]]);
  });
});
