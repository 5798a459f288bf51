import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DEFAULT_PRIVACY } from '../simulator/privacy.ts';
import { connectRest, type RestClient } from '../src/rest/rest.fixture.ts';
import { EXAMPLES, OPEN_SETTINGS, REQUESTS } from './support/documented-requests.ts';
import { bootPrivet, type LinkedInstance, type TestPrivet } from './support/privet.ts';

let privet: TestPrivet;
let linked: LinkedInstance;
let rest: RestClient;

beforeAll(async () => {
  privet = await bootPrivet();
  linked = await privet.link('shop-1');
  rest = await connectRest(privet.url);
});
afterAll(() => privet[Symbol.asyncDispose]());

const wire = () => privet.simulator.account(linked.phoneNumber).privacy;

function openAll(): void {
  for (const [category, value] of Object.entries(DEFAULT_PRIVACY)) {
    privet.simulator.setPrivacy(linked.phoneNumber, category, value, { notify: false });
  }
}

describe('POST /api/profile/privacy/:instance', () => {
  test.each(REQUESTS)('$name, as $client sends it', async ({ body, settings }) => {
    openAll();
    const headers = { token: linked.token, 'Content-Type': 'application/json' };
    const answer = await rest.send('POST', '/api/profile/privacy/shop-1', { headers, body });
    expect(answer).toMatchObject({ status: 200 });
    expect(answer.body).toStrictEqual({ success: true, message: 'Privacy settings updated successfully', settings });
  });

  test('the documented answer, to the letter', async () => {
    openAll();
    const response = await fetch(`${privet.url}/api/profile/privacy/shop-1`, {
      method: 'POST',
      headers: { token: linked.token, 'Content-Type': 'application/json' },
      body: EXAMPLES['Fully restrictive']?.curl ?? '',
    });
    expect(response.status).toBe(200);
    const documented = `{
  "success": true,
  "message": "Privacy settings updated successfully",
  "settings": {
    "visibility": {
      "lastSeen": "none",
      "status": "contacts",
      "profile": "contacts",
      "online": "match_last_seen"
    },
    "privacy": {
      "readReceipts": "none"
    },
    "permissions": {
      "callAdd": "known",
      "groupAdd": "contacts"
    }
  }
}`;
    // The order of the members too.
    expect(JSON.stringify(await response.json(), undefined, 2)).toBe(documented);
    expect(wire()).toMatchObject({ last: 'none', online: 'match_last_seen', calladd: 'known', groupadd: 'contacts' });
  });

  test('the documented error, and nothing is applied of what is valid beside it', async () => {
    openAll();
    const body = { visibility: { lastSeen: 'everyone', status: 'contacts' } };
    const answer = await rest.send('POST', '/api/profile/privacy/shop-1', { headers: { token: linked.token }, body });
    expect(answer.status).toBe(400);
    expect(answer.body).toStrictEqual({
      success: false,
      error: { message: 'Invalid lastSeen value: everyone. Valid values: all, contacts, contact_blacklist, none' },
    });
    expect(wire()).toMatchObject(DEFAULT_PRIVACY);
  });

  test('the same value again is a no-op: nothing is written', async () => {
    openAll();
    const body = { privacy: { readReceipts: 'none' } };
    await rest.send('POST', '/api/profile/privacy/shop-1', { headers: { token: linked.token }, body });
    const written = () =>
      privet.simulator
        .account(linked.phoneNumber)
        .stanzas.filter(({ xmlns, type }) => xmlns === 'privacy' && type === 'set').length;
    const before = written();
    const again = await rest.send('POST', '/api/profile/privacy/shop-1', { headers: { token: linked.token }, body });
    expect(again.status).toBe(200);
    expect(written()).toBe(before);
  });
});

test('GET /api/profile/privacy/:instance gives the same settings', async () => {
  openAll();
  const answer = await rest.send('GET', '/api/profile/privacy/shop-1', { headers: { token: linked.token } });
  expect(answer.status).toBe(200);
  expect(answer.body).toStrictEqual({
    success: true,
    message: 'Privacy settings retrieved successfully',
    settings: OPEN_SETTINGS,
  });
});

describe('/users/me/privacy', () => {
  const CURL_BODY = '{"setting":"last_seen","value":"all"}';

  test('PATCH, as curl sends it', async () => {
    privet.simulator.setPrivacy(linked.phoneNumber, 'last', 'none', { notify: false });
    const headers = { Authorization: linked.token, 'Content-Type': 'application/json' };
    const answer = await rest.send('PATCH', '/users/me/privacy', { headers, body: CURL_BODY });
    expect(answer.status).toBe(200);
    expect(answer.body).toStrictEqual({ code: 200, status: true, message: 'Privacy settings updated successfully' });
    expect(wire()).toMatchObject({ last: 'all' });
  });

  test.each([
    ['last_seen', 'last', ['all', 'contacts', 'contact_blacklist', 'none']],
    ['profile_picture', 'profile', ['all', 'contacts', 'contact_blacklist', 'none']],
    ['status', 'status', ['all', 'contacts', 'contact_blacklist', 'none']],
    ['read_receipts', 'readreceipts', ['all', 'none']],
    ['groups', 'groupadd', ['all', 'contacts', 'contact_blacklist']],
  ])('PATCH %s takes what the setting can take, and refuses the rest', async (setting, category, values) => {
    const headers = { Authorization: `Bearer ${linked.token}` };
    for (const value of ['all', 'contacts', 'contact_blacklist', 'none']) {
      const answer = await rest.send('PATCH', '/users/me/privacy', { headers, body: { setting, value } });
      if (values.includes(value)) {
        expect(answer.status).toBe(200);
        expect(wire()[category]).toBe(value);
      } else {
        expect(answer.body).toStrictEqual({
          code: 400,
          error: 'Invalid setting or value',
          status: false,
          message: 'Bad request',
        });
        expect(wire()[category]).not.toBe(value);
      }
    }
  });

  test('the documented refusals: no JSON, no valid token', async () => {
    const headers = { Authorization: linked.token };
    expect((await rest.send('PATCH', '/users/me/privacy', { headers, body: '{' })).body).toStrictEqual({
      status: false,
      code: 400,
      message: 'Bad request',
      error: 'Bad request',
    });
    for (const wrong of [{}, { Authorization: 'x'.repeat(40) }]) {
      const answer = await rest.send('PATCH', '/users/me/privacy', { headers: wrong, body: CURL_BODY });
      expect(answer.status).toBe(401);
      expect(answer.body).toStrictEqual({
        status: false,
        code: 401,
        message: 'Unauthorized',
        error: 'Invalid or missing authentication',
      });
    }
  });

  test('the documented failure', async () => {
    const match = { xmlns: 'privacy', type: 'set', category: 'last' };
    using _fault = privet.simulator.addFault({ match, do: 'error', code: 403 });
    const headers = { Authorization: linked.token };
    const body = { setting: 'last_seen', value: 'none' };
    privet.simulator.setPrivacy(linked.phoneNumber, 'last', 'all', { notify: false });
    await rest.send('GET', '/users/me/privacy', { headers });
    const answer = await rest.send('PATCH', '/users/me/privacy', { headers, body });
    expect(answer.status).toBe(500);
    expect(answer.body).toStrictEqual({
      code: 500,
      error: 'Failed to update privacy settings',
      status: false,
      message: 'Internal server error',
    });
  });

  test('GET gives the settings that have a name there', async () => {
    openAll();
    const answer = await rest.send('GET', '/users/me/privacy', { headers: { Authorization: linked.token } });
    expect(answer.body).toStrictEqual({
      code: 200,
      status: true,
      message: 'Privacy settings retrieved successfully',
      data: { last_seen: 'all', profile_picture: 'all', status: 'all', read_receipts: 'all', groups: 'all' },
    });
  });
});
