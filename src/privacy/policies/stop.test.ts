import { expect, test } from 'vitest';
import type { Reply } from '../../wire/reply.ts';
import { ACKNOWLEDGED, HELD, ScriptedCall, change, update, view } from '../update.fixture.ts';

const STOP = { onFailure: 'STOP' } as const;
const REFUSED: Reply = { kind: 'refused', code: 403, text: 'forbidden' };
const THREE = [change('LAST_SEEN', 'none'), change('STATUS', 'none'), change('PROFILE', 'none')];

/** A call in which WhatsApp takes writes, but does this with that one. */
function callWith(category: string, reply: Reply): ScriptedCall {
  const call = new ScriptedCall();
  call.onWrite = (name, value) => {
    if (name === category) return reply;
    call.held.set(name, value);
    return ACKNOWLEDGED;
  };
  return call;
}

const results = ({ outcomes }: Awaited<ReturnType<typeof update>>) => outcomes.map(({ result }) => result);
const codes = ({ failures }: Awaited<ReturnType<typeof update>>) => failures.map(({ field, code }) => [field, code]);

test('each write waits for the reply to the one before, and the read for all of them', async () => {
  const call = new ScriptedCall();
  let open = 0;
  let most = 0;
  const { onWrite } = call;
  call.onWrite = async (...write) => {
    most = Math.max(most, (open += 1));
    await new Promise(setImmediate);
    open -= 1;
    return onWrite(...write);
  };
  expect(await update(call, THREE, view(), STOP)).toMatchObject({ failures: [], stanzas: 4 });
  expect(call.sent).toEqual(['last=none', 'status=none', 'profile=none', 'read']);
  expect(most).toBe(1);
});

test.each<[string, Reply, string]>([
  ['refused', REFUSED, 'REJECTED'],
  ['not answered', { kind: 'timed_out' }, 'TIMED_OUT'],
  ['cut off', { kind: 'lost' }, 'CONNECTION_LOST'],
  ['never sent', { kind: 'unsent' }, 'SKIPPED'],
])('behind one that was %s nothing is written', async (_, reply, code) => {
  const call = callWith('status', reply);
  const run = await update(call, THREE, view(), STOP);
  expect(call.sent).toEqual(['last=none', 'status=none', 'read']);
  expect(codes(run)).toEqual([
    ['STATUS', code],
    ['PROFILE', 'SKIPPED'],
  ]);
  expect(run.failures[1]).toMatchObject({
    message: 'Not sent: STATUS was not confirmed',
    // Sent again it would be skipped again where the refusal is for good.
    retryable: code !== 'REJECTED',
    current: 'ALL',
  });
});

test('one that was not answered may hold all the same: what was skipped behind it is not told that it failed', async () => {
  const call = callWith('status', { kind: 'timed_out' });
  const { onWrite } = call;
  call.onWrite = (name, value, nth) => {
    if (name === 'status') call.held.set(name, value);
    return onWrite(name, value, nth);
  };
  const run = await update(call, THREE, view(), STOP);
  expect(results(run)).toEqual(['APPLIED', 'APPLIED', 'FAILED']);
  expect(run.failures).toMatchObject([{ code: 'SKIPPED', message: 'Not sent: STATUS was not confirmed' }]);
});

test('what was skipped and holds all the same is ALREADY_SET', async () => {
  const call = callWith('status', REFUSED);
  call.held.set('profile', 'none');
  const run = await update(call, THREE, view(), STOP);
  expect(results(run)).toEqual(['APPLIED', 'FAILED', 'ALREADY_SET']);
});

test('nothing is written again behind a failure, although it was acknowledged and does not hold', async () => {
  const call = callWith('status', REFUSED);
  call.onWrite = (name) => (name === 'status' ? REFUSED : ACKNOWLEDGED);
  const run = await update(call, THREE, view(), STOP);
  expect(call.sent).toEqual(['last=none', 'status=none', 'read']);
  expect(codes(run)).toEqual([
    ['LAST_SEEN', 'MISMATCH'],
    ['STATUS', 'REJECTED'],
    ['PROFILE', 'SKIPPED'],
  ]);
});

test('without a failure what was acknowledged and does not hold is written once more, up to one that then fails', async () => {
  const call = new ScriptedCall();
  // The view was stale of STATUS, so its first write comes among the second ones.
  call.held.set('status', 'contacts');
  call.onWrite = (_name, _value, nth) => (nth <= 2 ? ACKNOWLEDGED : REFUSED);
  const run = await update(call, THREE, view({ ...HELD, status: 'none' }), STOP);
  expect(call.sent).toEqual(['last=none', 'profile=none', 'read', 'last=none', 'read']);
  expect(codes(run)).toEqual([
    ['LAST_SEEN', 'REJECTED'],
    ['STATUS', 'SKIPPED'],
    ['PROFILE', 'MISMATCH'],
  ]);
});

test('a field that the account does not have stops those behind it', async () => {
  const { status: _, ...rest } = HELD;
  const call = new ScriptedCall();
  call.held.delete('status');
  const run = await update(call, THREE, view(rest), STOP);
  expect(call.sent).toEqual(['last=none', 'read']);
  expect(codes(run)).toEqual([
    ['STATUS', 'UNSUPPORTED'],
    ['PROFILE', 'SKIPPED'],
  ]);
});

test('time that is left for one request alone is for the read', async () => {
  const call = new ScriptedCall();
  const { onWrite } = call;
  call.onWrite = (...write) => {
    call.left = 9_999;
    return onWrite(...write);
  };
  const run = await update(call, THREE, view(), STOP);
  expect(call.sent).toEqual(['last=none', 'read']);
  expect(codes(run)).toEqual([
    ['STATUS', 'SKIPPED'],
    ['PROFILE', 'SKIPPED'],
  ]);
});
