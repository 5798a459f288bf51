import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Call } from '../src/call.ts';
import { systemClock, type Clock } from '../src/clock.ts';
import { PrivetError, RetryLaterError } from '../src/errors.ts';
import { connectRest, type RestAnswer, type RestClient } from '../src/rest/rest.fixture.ts';
import { createRestRoute } from '../src/rest/rest.ts';
import type { Reach } from '../src/fleet/calls/reach.ts';
import { FakeFleet, fakeGate, serveFake } from './graphql-fakes.ts';

const PROFILE = '/api/profile/privacy/demo';
const USERS = '/users/me/privacy';

/** Sessions whose every privacy call fails in the same way. */
class FailingFleet extends FakeFleet {
  fail: (signal: AbortSignal) => Promise<never> = () => Promise.reject(new Error('secret detail'));
  updatesAsked = 0;

  override read(_reach: Reach, _name: string, call?: Call): Promise<never> {
    return this.fail(call?.signal ?? new AbortController().signal);
  }

  override update(_reach: Reach, _name: string, _changes: unknown, call?: Call): Promise<never> {
    this.updatesAsked += 1;
    return this.fail(call?.signal ?? new AbortController().signal);
  }
}

/** Set by a test for which 30 s pass at once: before calls look for the first time whether their time is up. */
let hurry = false;
let passed = 0;
const clock: Clock = {
  ...systemClock,
  monotonic: () => systemClock.monotonic() + passed,
  after: (ms, callback) => {
    if (!hurry || ms !== 1_000) return systemClock.after(ms, callback);
    return systemClock.after(50, () => {
      passed += 30_000;
      callback();
    });
  },
};

let sessions: FailingFleet;
let server: Awaited<ReturnType<typeof serveFake>>;
let rest: RestClient;

beforeEach(async () => {
  hurry = false;
  sessions = new FailingFleet('demo');
  server = await serveFake(sessions, {
    routes: [createRestRoute({ ...sessions.calls, gate: fakeGate(), clock })],
  });
  rest = await connectRest(server.url);
});
afterEach(() => server[Symbol.asyncDispose]());

/** One call of each endpoint. */
async function callAll(token = 'account'): Promise<{ profile: RestAnswer[]; users: RestAnswer[] }> {
  const headers = { token };
  return {
    profile: [
      await rest.send('POST', PROFILE, { headers, body: { visibility: { lastSeen: 'none' } } }),
      await rest.send('GET', PROFILE, { headers }),
    ],
    users: [
      await rest.send('PATCH', USERS, { headers, body: { setting: 'last_seen', value: 'none' } }),
      await rest.send('GET', USERS, { headers }),
    ],
  };
}

const ERRORS = [
  [new RetryLaterError('RATE_LIMITED', 'Too many calls', 1_500), 429, 'Too many requests', '2'],
  [new RetryLaterError('OVERLOADED', 'Too many updates wait', 20), 503, 'Service unavailable', '1'],
  [new PrivetError('TIMEOUT', 'WhatsApp did not answer'), 504, 'Gateway timeout', null],
  [new PrivetError('INSTANCE_NOT_CONNECTED', 'Instance is not connected to WhatsApp'), 400, 'Bad request', null],
  [new PrivetError('NOT_FOUND', 'There is no instance named "demo"'), 404, 'Not found', null],
] as const;

describe('what the sessions throw', () => {
  test.each(ERRORS)('%s → %i in each envelope', async (error, status, text, retryAfter) => {
    sessions.fail = async () => {
      throw error;
    };
    const { profile, users } = await callAll();
    for (const answer of profile) {
      expect([answer.status, answer.headers.get('retry-after')]).toEqual([status, retryAfter]);
      expect(answer.body).toStrictEqual({ success: false, error: { message: error.message } });
    }
    for (const answer of users) {
      expect([answer.status, answer.headers.get('retry-after')]).toEqual([status, retryAfter]);
      expect(answer.body).toStrictEqual({ status: false, code: status, message: text, error: error.message });
    }
    expect(server.logged).toEqual([]);
  });

  test('the unexpected is masked, and logged once a call', async () => {
    const { profile, users } = await callAll();
    const message = 'Internal server error';
    for (const answer of profile) {
      expect([answer.status, answer.body]).toStrictEqual([500, { success: false, error: { message } }]);
    }
    for (const answer of users) {
      expect(answer.body).toStrictEqual({ status: false, code: 500, message, error: message });
    }
    expect(server.logged).toMatchObject(Array.from({ length: 4 }, () => ({ level: 'error' })));
  });
});

test('an update whose first sending still runs: 409', async () => {
  const message = 'The first call with this Idempotency-Key is still running';
  sessions.fail = async () => {
    throw new PrivetError('CONFLICT', message);
  };
  const headers = { token: 'account', 'idempotency-key': 'key-1' };
  const profile = await rest.send('POST', PROFILE, { headers, body: { visibility: { lastSeen: 'none' } } });
  expect([profile.status, profile.body]).toStrictEqual([409, { success: false, error: { message } }]);
  const users = await rest.send('PATCH', USERS, { headers, body: { setting: 'last_seen', value: 'none' } });
  expect(users.body).toStrictEqual({ status: false, code: 409, message: 'Conflict', error: message });
});

describe('scopes', () => {
  test('a token that may only read gets 403 for a change, and the sessions are not asked', async () => {
    const { profile, users } = await callAll('reader');
    const error = 'This token lacks the scope "write"';
    expect(profile[0]).toMatchObject({ status: 403, body: { success: false, error: { message: error } } });
    expect(users[0]?.body).toStrictEqual({ status: false, code: 403, message: 'Forbidden', error });
    expect(sessions.updatesAsked).toBe(0);
    // The fake fails; what matters is that the call got to it.
    expect([profile[1]?.status, users[1]?.status]).toEqual([500, 500]);
  });

  test('it is refused before the body and the instance are looked at', async () => {
    const answer = await rest.send('POST', '/api/profile/privacy/nowhere', { headers: { token: 'reader' }, body: '{' });
    expect(answer.status).toBe(403);
  });
});

describe('how a call ends', () => {
  test('after 30 s, whatever the sessions do, and they are told', async () => {
    hurry = true;
    const signals: AbortSignal[] = [];
    sessions.fail = (signal) => {
      signals.push(signal);
      return new Promise(() => {});
    };
    const { profile, users } = await callAll();
    for (const { status } of [...profile, ...users]) expect(status).toBe(504);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true, true, true]);
  });

  test('when the client goes away', async () => {
    const { promise: begun, resolve } = Promise.withResolvers<AbortSignal>();
    sessions.fail = (signal) => {
      resolve(signal);
      return new Promise(() => {});
    };
    const leaving = new AbortController();
    const answer = fetch(server.url + PROFILE, { headers: { token: 'account' }, signal: leaving.signal });
    const signal = await begun;
    leaving.abort();
    await expect(answer).rejects.toThrow();
    await expect.poll(() => signal.aborted).toBe(true);
    expect(server.logged).toEqual([]);
  });
});
