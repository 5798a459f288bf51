import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { connectRest, type RestClient } from '../src/rest/rest.fixture.ts';
import { bootPrivet, type LinkedInstance, type TestPrivet } from './support/privet.ts';

const USERS = '/users/me/privacy';
const MORE_THAN_ONE = 'This token reaches several instances: use the token of the instance that is meant';

let privet: TestPrivet;
let rest: RestClient;
let linked: LinkedInstance;
let path: string;
let count = 0;

beforeAll(async () => {
  privet = await bootPrivet();
  rest = await connectRest(privet.url);
});
afterAll(() => privet[Symbol.asyncDispose]());
afterEach(() => privet.simulator.clearFaults());

/** A freshly linked instance with the simulator's default settings: `all` everywhere. */
async function fresh(): Promise<void> {
  count += 1;
  linked = await privet.link(`shop-${count}`);
  path = `/api/profile/privacy/${linked.name}`;
}

const post = (body: unknown) => rest.send('POST', path, { headers: { token: linked.token }, body });
const get = () => rest.send('GET', path, { headers: { token: linked.token } });
const held = () => privet.simulator.account(linked.phoneNumber).privacy;

describe('who calls', () => {
  test('an account token stands for its only instance; for none or several it is refused', async () => {
    const headers = { authorization: `Bearer ${privet.token}` };
    const body = { setting: 'groups', value: 'contacts' };
    const none = await rest.send('PATCH', USERS, { headers, body });
    expect([none.status, none.body]).toMatchObject([400, { error: 'This account has no instance yet' }]);

    await fresh();
    expect((await rest.send('PATCH', USERS, { headers, body })).status).toBe(200);
    expect(held()).toMatchObject({ groupadd: 'contacts' });
    expect(await rest.send('GET', USERS, { headers })).toMatchObject({ body: { data: { groups: 'contacts' } } });

    await fresh();
    for (const method of ['PATCH', 'GET']) {
      const several = await rest.send(method, USERS, { headers, ...(method === 'PATCH' ? { body } : {}) });
      expect(several.status).toBe(400);
      expect(several.body).toStrictEqual({ status: false, code: 400, message: 'Bad request', error: MORE_THAN_ONE });
    }
    expect(held()).toMatchObject({ groupadd: 'all' });
  });

  test('each endpoint takes each form of the token', async () => {
    await fresh();
    const forms = (token: string) => [
      { token },
      { Authorization: token },
      { Authorization: `Bearer ${token}` },
      { Authorization: `bearer  ${token}` },
      { token, Authorization: 'Basic eDp5' },
    ];
    for (const headers of forms(linked.token)) {
      const body = { permissions: { callAdd: 'known' } };
      expect(await rest.send('POST', path, { headers, body })).toMatchObject({ status: 200 });
      expect(await rest.send('GET', path, { headers })).toMatchObject({ status: 200 });
      const change = { setting: 'status', value: 'none' };
      expect(await rest.send('PATCH', USERS, { headers, body: change })).toMatchObject({ status: 200 });
      expect(await rest.send('GET', USERS, { headers })).toMatchObject({ status: 200 });
    }
    for (const headers of forms(privet.token)) {
      expect(await rest.send('GET', path, { headers })).toMatchObject({ status: 200 });
    }
  });

  test("an instance token reaches no other instance: it is answered like one that isn't there", async () => {
    await fresh();
    const { token, name } = linked;
    await fresh();
    const elsewhere = await rest.send('GET', path, { headers: { token } });
    const nowhere = await rest.send('GET', '/api/profile/privacy/nowhere', { headers: { token } });
    expect(elsewhere.status).toBe(404);
    expect(JSON.stringify(elsewhere.body)).toBe(JSON.stringify(nowhere.body).replace('nowhere', linked.name));
    expect(await rest.send('GET', `/api/profile/privacy/${name}`, { headers: { token } })).toMatchObject({
      status: 200,
    });
  });

  test('the name in the path is percent-decoded', async () => {
    await fresh();
    const encoded = path.replace('shop', '%73%68op');
    expect(await rest.send('GET', encoded, { headers: { token: linked.token } })).toMatchObject({ status: 200 });
  });
});

describe('when WhatsApp does not do as asked', () => {
  test('a refused field: 500 with its name and the reason, and the rest stays applied', async () => {
    await fresh();
    const match = { xmlns: 'privacy', type: 'set', category: 'profile' };
    privet.simulator.addFault({ match, do: 'error', code: 403 });
    privet.simulator.addFault({ match: { ...match, category: 'calladd' }, do: 'error', code: 400 });
    const body = {
      permissions: { groupAdd: 'contacts', callAdd: 'known' },
      visibility: { online: 'match_last_seen', profile: 'none', lastSeen: 'contacts' },
    };
    const answer = await post(body);
    expect(answer.status).toBe(500);
    expect(answer.body).toStrictEqual({
      success: false,
      error: {
        message: expect.stringMatching(
          /^failed to update profile privacy: WhatsApp refused the change: 403\b/,
        ) as string,
      },
    });
    expect(held()).toMatchObject({
      last: 'contacts',
      profile: 'all',
      online: 'match_last_seen',
      calladd: 'all',
      groupadd: 'contacts',
    });
    // "Verify via GET after errors."
    expect(await get()).toMatchObject({
      body: {
        settings: {
          visibility: { lastSeen: 'contacts', profile: 'all', online: 'match_last_seen' },
          permissions: { callAdd: 'all', groupAdd: 'contacts' },
        },
      },
    });
  });

  test('a setting that the account does not have: 500, never a silent success', async () => {
    const phoneNumber = '491700000042';
    privet.simulator.createAccount(phoneNumber, { privacy: { last: 'all', status: 'all' } });
    linked = await privet.link('without-calls', phoneNumber);
    path = '/api/profile/privacy/without-calls';
    const answer = await post({ permissions: { callAdd: 'known' } });
    expect(answer).toMatchObject({
      status: 500,
      body: { error: { message: expect.stringContaining('failed to update callAdd privacy: ') as string } },
    });
    expect((await get()).body).toMatchObject({ settings: { permissions: { callAdd: null, groupAdd: null } } });
  });

  test('what WhatsApp holds is given as it is on the wire, and null where it does not say', async () => {
    await fresh();
    privet.simulator.setPrivacy(linked.phoneNumber, 'online', 'none', { notify: false });
    privet.simulator.setPrivacy(linked.phoneNumber, 'groupadd', 'none', { notify: false });
    privet.simulator.setPrivacy(linked.phoneNumber, 'status', 'error', { notify: false });
    privet.simulator.setPrivacy(linked.phoneNumber, 'profile', null, { notify: false });
    const settings = {
      visibility: { lastSeen: 'all', status: null, profile: null, online: 'none' },
      privacy: { readReceipts: 'all' },
      permissions: { callAdd: 'all', groupAdd: 'none' },
    };
    expect((await get()).body).toMatchObject({ settings });
    expect((await post({ visibility: { lastSeen: 'all' } })).body).toMatchObject({ settings });
    const users = await rest.send('GET', USERS, { headers: { token: linked.token } });
    expect(users.body).toMatchObject({
      data: { last_seen: 'all', profile_picture: null, status: null, read_receipts: 'all', groups: 'none' },
    });
  });

  test('an instance that is not connected: 400', async () => {
    await fresh();
    await privet.graphql('mutation ($i: String!) { stopInstance(instance: $i) { state } }', { i: linked.name });
    const error = 'Instance is not connected to WhatsApp';
    for (const answer of [await post({ visibility: { lastSeen: 'none' } }), await get()]) {
      expect([answer.status, answer.body]).toStrictEqual([400, { success: false, error: { message: error } }]);
    }
    const headers = { authorization: linked.token };
    for (const answer of [
      await rest.send('PATCH', USERS, { headers, body: { setting: 'status', value: 'none' } }),
      await rest.send('GET', USERS, { headers }),
    ]) {
      expect(answer.status).toBe(400);
      expect(answer.body).toStrictEqual({ status: false, code: 400, message: 'Bad request', error });
    }
  });
});

test('an update and a read of one instance at once are both answered', async () => {
  await fresh();
  const answers = await Promise.all([
    post({ visibility: { lastSeen: 'none' } }),
    get(),
    post({ visibility: { lastSeen: 'contacts' } }),
    rest.send('PATCH', USERS, { headers: { token: linked.token }, body: { setting: 'status', value: 'none' } }),
  ]);
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  expect(answers[2].body).toMatchObject({ settings: { visibility: { lastSeen: 'contacts' } } });
  // Which of the two came last is nobody's promise.
  expect(held()).toMatchObject({ last: expect.stringMatching(/^(contacts|none)$/) as unknown, status: 'none' });
});

test('an Idempotency-Key: the same update again is answered like the first and not made, another one is refused', async () => {
  await fresh();
  const headers = { token: linked.token, 'Idempotency-Key': 'key-1' };
  const send = (lastSeen: string) => rest.send('POST', path, { headers, body: { visibility: { lastSeen } } });
  const first = await send('none');
  expect(first.status).toBe(200);
  privet.simulator.setPrivacy(linked.phoneNumber, 'last', 'all', { notify: false });
  const again = await send('none');
  expect([again.status, again.body]).toEqual([200, first.body]);
  expect(held()).toMatchObject({ last: 'all' });
  expect(await send('contacts')).toMatchObject({
    status: 400,
    body: { error: { message: 'This Idempotency-Key was used for another call' } },
  });
  expect(held()).toMatchObject({ last: 'all' });
});

test('HEAD is a GET without its body', async () => {
  await fresh();
  const response = await fetch(privet.url + path, { method: 'HEAD', headers: { token: linked.token } });
  expect([response.status, await response.text()]).toEqual([200, '']);
  expect((await fetch(privet.url + path, { method: 'HEAD' })).status).toBe(401);
});

test('no token of a call gets into the log', () => {
  expect(privet.logs.join('')).not.toContain(privet.token);
  expect(privet.logs.join('')).not.toContain(linked.token);
});
