import { describe, expect, test } from 'vitest';
import { FakeFleet, fakeView, serveFake } from './graphql-fakes.ts';

const UPDATE = `mutation ($input: UpdatePrivacyInput!) {
  updatePrivacy(instance: "demo", input: $input) { stanzas settings { id visibility { lastSeen } } }
}`;

describe('answers, over real HTTP and sessions that are only in memory', () => {
  test('settings are null where WhatsApp reports none, or a value that is not modelled', async () => {
    await using server = await serveFake(new FakeFleet('demo'));
    const { data } = await server.query(`{ privacy(instance: "demo") {
      id visibility { lastSeen status profile online } privacy { readReceipts } permissions { callAdd }
      other { category value } observedAt
    } }`);
    expect(data?.['privacy']).toMatchObject({
      id: 'PrivacySettings:id-demo',
      visibility: { lastSeen: 'ALL', status: 'CONTACTS', profile: null, online: null },
      privacy: { readReceipts: 'ALL' },
      permissions: { callAdd: null },
      other: expect.arrayContaining([{ category: 'cover_photo', value: 'all' }]),
      observedAt: '2026-01-31T12:00:00.000Z',
    });
  });

  test('an update passes wire values in the order of the field table, and null counts as absent', async () => {
    const sessions = new FakeFleet('demo');
    await using server = await serveFake(sessions);
    const { data } = await server.query(UPDATE, {
      input: {
        permissions: { groupAdd: 'CONTACT_BLACKLIST', callAdd: null },
        privacy: null,
        visibility: { online: 'MATCH_LAST_SEEN', lastSeen: 'NONE' },
      },
    });
    expect(sessions.updates).toEqual([
      [
        { field: 'LAST_SEEN', wire: 'none' },
        { field: 'ONLINE', wire: 'match_last_seen' },
        { field: 'GROUP_ADD', wire: 'contact_blacklist' },
      ],
    ]);
    expect(data).toEqual({
      updatePrivacy: { stanzas: 4, settings: { id: 'PrivacySettings:id-demo', visibility: { lastSeen: 'NONE' } } },
    });
  });

  test.for([{}, { visibility: {} }, { visibility: null, privacy: { readReceipts: null } }])(
    'an update of nothing is refused: %j',
    async (input) => {
      const sessions = new FakeFleet('demo');
      await using server = await serveFake(sessions);
      const { data, errors } = await server.query(UPDATE, { input });
      expect(data).toEqual({ updatePrivacy: null });
      expect(errors).toMatchObject([
        { message: 'At least one privacy setting must be provided', extensions: { code: 'BAD_USER_INPUT' } },
      ]);
      expect(sessions.updates).toEqual([]);
    },
  );

  test('a value outside the enum is refused with the field and what it accepts', async () => {
    const sessions = new FakeFleet('demo');
    await using server = await serveFake(sessions);
    const accepts = 'visibility.lastSeen must be one of ALL, CONTACTS, CONTACT_BLACKLIST, NONE';
    const literal = (value: string): string =>
      `mutation { updatePrivacy(instance: "demo", input: { visibility: { lastSeen: ${value} } }) { stanzas } }`;
    const answers = [
      await server.query(UPDATE, { input: { visibility: { lastSeen: 'EVERYONE' } } }),
      await server.query(UPDATE, { input: { visibility: { lastSeen: 7 } } }),
      await server.query(literal('EVERYONE')),
      await server.query(literal('"ALL"')),
    ];
    for (const { errors, data } of answers) {
      expect(data).toBeUndefined();
      expect(errors).toMatchObject([
        { message: expect.stringContaining(accepts), extensions: { code: 'BAD_USER_INPUT' } },
      ]);
    }
    expect(sessions.updates).toEqual([]);
  });

  test('so are a list of a field that has none, and a policy that there is not', async () => {
    await using server = await serveFake(new FakeFleet('demo'));
    const refusals = [
      [
        '{ privacyExclusions(instance: "demo", field: ONLINE) { active } }',
        /^field must be one of LAST_SEEN, .*ONLINE$/,
      ],
      [
        'mutation { updatePrivacy(instance: "demo", input: { onFailure: UNDO }) { stanzas } }',
        /^onFailure must be one of CONTINUE, STOP, ROLLBACK; found UNDO$/,
      ],
    ] as const;
    for (const [query, message] of refusals) {
      const { errors } = await server.query(query);
      expect(errors).toMatchObject([
        { message: expect.stringMatching(message), extensions: { code: 'BAD_USER_INPUT' } },
      ]);
    }
  });

  test('a refused value is HTTP 400 as graphql-response+json, and 200 as json', async () => {
    await using server = await serveFake(new FakeFleet('demo'));
    const body = { query: UPDATE, variables: { input: { visibility: { lastSeen: 'EVERYONE' } } } };
    const [strict, legacy] = [
      await server.post(body, { accept: 'application/graphql-response+json' }),
      await server.post(body, { accept: 'application/json' }),
    ];
    expect([strict.status, legacy.status]).toEqual([400, 200]);
  });

  test('names and phone numbers are checked, and the message says what is accepted', async () => {
    const sessions = new FakeFleet('demo');
    await using server = await serveFake(sessions);
    for (const name of ['', 'a b', 'a/b', 'ä', 'x'.repeat(65)]) {
      const { errors } = await server.query(`mutation ($name: String!) { createInstance(name: $name) { token } }`, {
        name,
      });
      expect(errors).toMatchObject([
        { message: expect.stringContaining('name must be 1 to 64'), extensions: { code: 'BAD_USER_INPUT' } },
      ]);
    }
    const pair = `mutation ($number: String) { pairInstance(instance: "demo", phoneNumber: $number) { state } }`;
    const impossible = ['', '123456', '1234567890123456', '+49 151 CALLME', '++491512345678'].concat(
      ['0151 23456789', '00491512345678', '+49 (0)151 23456789', '+4901512345678', '+999 151 23456789'],
      ['+1 555 1234', '+49 151 2345678901234'],
    );
    for (const number of impossible) {
      const { errors } = await server.query(pair, { number });
      expect(errors, number).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
      const { message } = errors?.[0] ?? {};
      expect(message).toMatch(
        /phoneNumber must be in the international form, with \+ and country code.* \+49 151 23456789/,
      );
      expect(message?.replace('+49 151 23456789', '')).not.toMatch(/\d{3}/);
    }
    const possible = [
      '+49 (151) 234-567.8',
      '491512345678',
      '+39 06 1234 5678',
      '+52 1 55 1234 5678',
      '+52 55 1234 5678',
    ];
    for (const number of [...possible, null]) await server.query(pair, { number });
    expect(sessions.phoneNumbers).toEqual([...possible.map((number) => number.replace(/\D/g, '')), undefined]);
  });

  test('what is not there is null to a read and NOT_FOUND to a change, whatever its name', async () => {
    await using server = await serveFake(new FakeFleet('demo'));
    for (const name of ['nobody', 'no such name', '', 'x'.repeat(1000)]) {
      expect(await server.query('query ($name: String!) { instance(name: $name) { id } }', { name })).toMatchObject({
        status: 200,
        data: { instance: null },
      });
      const { data, errors } = await server.query(
        'mutation ($name: String!) { stopInstance(instance: $name) { id } startInstance(instance: "demo") { id } }',
        { name },
      );
      expect(data).toEqual({ stopInstance: null, startInstance: { id: 'Instance:id-demo' } });
      expect(errors).toMatchObject([{ path: ['stopInstance'], extensions: { code: 'NOT_FOUND' } }]);
      expect(errors?.[0]?.message.length).toBeLessThan(200);
    }
  });

  test('instances come in pages', async () => {
    await using server = await serveFake(new FakeFleet('a', 'b', 'c'));
    const page = `query ($first: Int, $after: String) { instances(first: $first, after: $after) {
      nodes { name } pageInfo { hasNextPage hasPreviousPage endCursor }
    } }`;
    const seen: unknown[] = [];
    let after: unknown;
    do {
      const { data } = await server.query(page, { first: 2, after });
      expect(data).toMatchObject({ instances: { pageInfo: { hasPreviousPage: after !== undefined } } });
      const connection = data?.['instances'] as { nodes: unknown[]; pageInfo: Record<string, unknown> } | undefined;
      if (!connection) break;
      const { nodes, pageInfo } = connection;
      seen.push(...nodes);
      after = pageInfo['hasNextPage'] ? pageInfo['endCursor'] : undefined;
    } while (after);
    expect(seen).toEqual([{ name: 'a' }, { name: 'b' }, { name: 'c' }]);

    for (const first of [0, -1, 101]) {
      const { errors } = await server.query(page, { first });
      expect(errors).toMatchObject([{ message: 'first must be a number from 1 to 100' }]);
    }
    const { errors } = await server.query(page, { after: 'nonsense!' });
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    expect(await server.query(page, { first: null })).toMatchObject({ status: 200, data: { instances: {} } });
  });

  test('a call without a valid token gets 401 and nothing else, introspection too', async () => {
    await using server = await serveFake(new FakeFleet('demo'));
    for (const authorization of ['', 'Bearer', 'Bearer wrong', 'Basic account', 'account']) {
      const response = await server.post({ query: '{ __schema { queryType { name } } }' }, { authorization });
      expect(response.status).toBe(401);
      expect(response.headers.get('www-authenticate')).toBe('Bearer');
      expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
    }
  });

  test('a token does what its scopes allow', async () => {
    await using server = await serveFake(new FakeFleet('demo', 'other'));
    const read = '{ instance(name: "demo") { id } }';
    const write = 'mutation { updatePrivacy(instance: "demo", input: { privacy: { readReceipts: ALL } }) { stanzas } }';
    const create = 'mutation { createInstance(name: "new") { token instance { name } } }';
    const code = async (text: string, token: string): Promise<unknown> => {
      const { errors } = await server.query(text, {}, token);
      return errors?.[0]?.extensions['code'];
    };
    expect([await code(read, 'reader'), await code(write, 'reader')]).toEqual([undefined, 'FORBIDDEN']);
    expect([await code(write, 'instance'), await code(create, 'instance')]).toEqual([undefined, 'FORBIDDEN']);
    expect([await code(create, 'instance-admin'), await code(create, 'account')]).toEqual(['FORBIDDEN', undefined]);
    const { errors } = await server.query(write, {}, 'reader');
    expect(errors).toMatchObject([{ message: 'This token lacks the scope "WRITE"' }]);
    expect(await server.query('{ instance(name: "other") { id } }', {}, 'instance')).toMatchObject({
      status: 200,
      data: { instance: null },
    });
    expect(await code('subscription { instance(name: "demo") { id } }', 'nobody')).toBe('UNAUTHENTICATED');
  });

  test('what links a phone is shown only to a token that may pair', async () => {
    const sessions = new FakeFleet('demo');
    await using server = await serveFake(sessions);
    const pairing = { qr: 'the-qr', expiresAt: 0 };
    sessions.instances.set('demo', fakeView('demo', { state: 'PAIRING', pairing }));
    const query = '{ instance(name: "demo") { pairing { qr } } }';
    expect(await server.query(query, {}, 'reader')).toMatchObject({ data: { instance: { pairing: null } } });
    expect(await server.query(query, {}, 'instance')).toMatchObject({
      data: { instance: { pairing: { qr: 'the-qr' } } },
    });
  });

  test('tokens are handed out with the instance they reach', async () => {
    await using server = await serveFake(new FakeFleet('demo'));
    const { data } = await server.query(`mutation {
      createInstance(name: "new") { token instance { name } }
      rotateInstanceToken(instance: "demo") { token instance { name } }
      deleteInstance(instance: "demo") { name }
    }`);
    expect(data).toEqual({
      createInstance: { token: 'first-token', instance: { name: 'new' } },
      rotateInstanceToken: { token: 'new-token-of-id-demo', instance: { name: 'demo' } },
      deleteInstance: { name: 'demo' },
    });
  });

  test('an unexpected failure is masked, logged once, and leaves its siblings alone', async () => {
    const sessions = new FakeFleet('demo');
    sessions.onStart = async () => {
      throw new TypeError('the canary of the stack');
    };
    await using server = await serveFake(sessions);
    const { data, errors } = await server.query(
      'mutation { startInstance(instance: "demo") { id } stopInstance(instance: "demo") { id } }',
    );
    expect(data).toEqual({ startInstance: null, stopInstance: { id: 'Instance:id-demo' } });
    expect(errors).toMatchObject([
      { message: 'Internal server error', path: ['startInstance'], extensions: { code: 'INTERNAL_SERVER_ERROR' } },
    ]);
    expect(JSON.stringify(errors)).not.toContain('canary');
    expect(server.logged).toMatchObject([{ level: 'error', fields: { path: 'startInstance' } }]);
  });
});
