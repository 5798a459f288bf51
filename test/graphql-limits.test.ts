import { describe, expect, test } from 'vitest';
import { fakeGate, FakeFleet, serveFake } from './graphql-fakes.ts';

describe('limits of a document', () => {
  const spread = 'fragment F on Query { a: __typename b: __typename }';
  const deep = (depth: number): string =>
    `{ __schema ${'{ types { fields '.repeat(depth)}{ name }${' } }'.repeat(depth)} }`;
  test.for([
    ['aliases', `{ ${Array.from({ length: 16 }, (_, i) => `a${i}: __typename`).join(' ')} }`],
    [
      'aliases in fragments',
      `{ ...F } ${spread} fragment G on Instance { ${Array.from({ length: 14 }, (_, i) => `a${i}: id`).join(' ')} }`,
    ],
    ['root fields', `{ ${Array.from({ length: 16 }, (_, i) => `a${i}: instance(name: "x") { id }`).join(' ')} }`],
    [
      'mutations',
      `mutation { ${Array.from({ length: 6 }, (_, i) => `a${i}: stopInstance(instance: "x") { id }`).join(' ')} }`,
    ],
    ['directives', `{ __typename ${'@skip(if: false) '.repeat(11)} }`],
    ['introspection depth', deep(8)],
    ['tokens', `{ ${'__typename '.repeat(400)} }`],
    ['tokens', `${'#\n'.repeat(400)}{ __typename }`],
    ['lines', `${'\n'.repeat(1_000)}{ __typename }`],
    [
      'introspection',
      `{ __schema { ${Array.from({ length: 15 }, (_, i) => `a${i}: types { ...T }`).join(' ')} } } fragment T on __Type { name fields { name args { name type { name } } type { name ofType { name } } } }`,
    ],
    [
      'introspection',
      `{ __schema { ...A0 } } ${Array.from({ length: 20 }, (_, i) => `fragment A${i} on __Schema { ...A${i + 1} ...A${i + 1} }`).join(' ')} fragment A20 on __Schema { ...Missing }`,
    ],
  ] as const)('%s', async ([, query]) => {
    await using server = await serveFake(new FakeFleet());
    for (const accept of ['application/json', 'application/graphql-response+json']) {
      const response = await server.post({ query }, { accept });
      expect(response.status).toBe(400);
      const { errors } = (await response.json()) as { errors: object[] };
      for (const error of errors) {
        expect(error).toMatchObject({
          message: expect.stringContaining('at most'),
          extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
        });
      }
    }
  });

  test('a mistyped name is told with what is meant', async () => {
    await using server = await serveFake(new FakeFleet());
    const update = 'mutation ($i: UpdatePrivacyInput!) { updatePrivacy(instance: "x", input: $i) { stanzas } }';
    const create = 'mutation ($s: [TokenScope!]) { createToken(input: { scopes: $s }) { token } }';
    const hints = async (query: string, variables?: Record<string, unknown>): Promise<string[]> => {
      const { errors = [] } = await server.query(query, variables);
      return errors.flatMap(({ message }) => /Did you mean ([^?]*)\?/.exec(message)?.[1] ?? []);
    };
    expect(await hints('{ privacy(instance: "x") { visibility { lastseen } } }')).toEqual(['"lastSeen"']);
    expect(await hints('{ instance(nam: "x") { id } }')).toEqual(['"name"']);
    expect(await hints('query ($s: TokenScop) { viewer { id } }')).toEqual([expect.stringMatching('^"TokenScope"')]);
    expect(await hints(create.replace('$s }', '[RED] }'))).toEqual(['the enum value "READ"']);
    expect(await hints(create, { s: ['RED'] })).toEqual(['the enum value "READ"']);
    expect(await hints(update, { i: { visibilit: {} } })).toEqual(['"visibility"']);
  });

  test('of many mistyped names five are told, none of a great length, and nobody without a token is', async () => {
    await using server = await serveFake(new FakeFleet());
    const many = `{ instance(name: "x") { ${Array.from({ length: 300 }, (_, n) => `nam${n}`).join(' ')} } }`;
    const long = `{ instance(name: "x") { nam${'e'.repeat(50_000)} } }`;
    const hints = async (query: string, token?: string): Promise<number> =>
      (await (await server.post({ query }, token === undefined ? {} : { authorization: token })).text()).split(
        'Did you mean',
      ).length - 1;
    expect([await hints(many), await hints(long), await hints(many, 'Bearer wrong')]).toEqual([5, 0, 0]);
  });
});

describe('what is refused', () => {
  const UPDATE = 'mutation ($i: UpdatePrivacyInput!) { updatePrivacy(instance: "demo", input: $i) { stanzas } }';
  const hide = (value: unknown) => ({ i: { visibility: { lastSeen: value } } });
  const long = 'x'.repeat(50_000);

  test.for([
    ['unknown keys', UPDATE, { i: Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`k${i}`, 1])) }],
    [
      'values in a list',
      'mutation ($s: [TokenScope!]!) { createToken(input: { scopes: $s }) { token } }',
      { s: Array.from({ length: 500 }, () => 'R') },
    ],
    ['a long value', UPDATE, hide(long)],
    ['a long key', UPDATE, { i: { [long]: 1 } }],
    ['a long field', `{ ${long} }`, {}],
    ['unknown fields', `{ instance(name: "demo") { ${Array.from({ length: 90 }, (_, i) => `f${i}`).join(' ')} } }`, {}],
    ['a long name', `query ${long} { nothing }`, {}],
    ['a long literal', `{ instance(name: 5, nam: "${long}") { id } }`, {}],
    ['a long literal of an enum', UPDATE.replace('$i)', `{ visibility: { lastSeen: "${long}" } })`), hide('ALL')],
    ['a long variable', `query ($${long}: Nothing) { __typename }`, {}],
    ['a long operation name', '{ __typename }', {}, long],
  ] as const)('%s: a few short errors', async ([, query, variables, operationName]) => {
    await using server = await serveFake(new FakeFleet('demo'));
    const response = await server.post({ query, variables, operationName });
    const text = await response.text();
    const { errors } = JSON.parse(text) as { errors: { extensions: { code: string } }[] };
    expect(errors.length).toBeGreaterThan(0);
    expect(errors.length).toBeLessThanOrEqual(6);
    for (const { extensions } of errors)
      expect(extensions.code).toMatch(/^(BAD_USER_INPUT|GRAPHQL_VALIDATION_FAILED|OPERATION_RESOLUTION_FAILURE)$/);
    expect(text.length).toBeLessThan(10_000);
    expect(server.logged).toEqual([]);
  });

  test.each([
    ['nest', '['.repeat(12_000) + ']'.repeat(12_000)],
    ['have many keys', JSON.stringify(Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`k${i}`, 1])))],
    ['have many items', `[${'1,'.repeat(1_100)}1]`],
    ['have many items in many lists', `[${'[1,1,1,1,1,1,1,1,1,1],'.repeat(110)}1]`],
  ])('variables that %s too much are not looked at', async (_what, value) => {
    await using server = await serveFake(new FakeFleet('demo'));
    const response = await server.post(JSON.stringify({ query: UPDATE, variables: hide('?') }).replace('"?"', value));
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      errors: [{ message: expect.stringContaining('1100 values at most') }],
    });
    expect(server.logged).toEqual([]);
  });

  test('a value that nests is named for what it is', async () => {
    await using server = await serveFake(new FakeFleet('demo'));
    const { errors } = await server.query(UPDATE, hide(JSON.parse('['.repeat(900) + ']'.repeat(900))));
    expect(errors).toMatchObject([
      { message: expect.stringContaining('found an array'), extensions: { code: 'BAD_USER_INPUT' } },
    ]);
  });

  test.each([
    ['documents', '{ nothing }', {}],
    ['variables', UPDATE, hide('?')],
    [
      'costs',
      `{ ${['a', 'b', 'c'].map((key) => `${key}: instances(first: 100) { nodes { ${'id '.repeat(20)} } }`).join(' ')} }`,
      {},
    ],
  ])('%s: 300 a minute and token, then nothing is looked at', async (_what, query, variables) => {
    await using server = await serveFake(new FakeFleet('demo'), { gate: fakeGate({ rateLimit: 10 }) });
    for (let i = 0; i < 300; i++) {
      const { errors } = await server.query(query, variables);
      expect(errors?.[0]?.extensions['code']).not.toBe('RATE_LIMITED');
    }
    for (const next of [query, '{ __typename }']) {
      const response = await server.post({ query: next, variables });
      expect(response.status).toBe(429);
      expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(await response.json()).toMatchObject({
        errors: [{ extensions: { code: 'RATE_LIMITED', retryAfterMs: expect.any(Number) } }],
      });
    }
    expect((await server.query('{ __typename }', {}, 'reader')).data).toEqual({ __typename: 'Query' });
  });

  test('documents that are new count as well, whatever becomes of their calls; those that were seen do not', async () => {
    await using server = await serveFake(new FakeFleet('demo'), { gate: fakeGate({ rateLimit: 10 }) });
    /** Undefined: the document was looked at; a field that is over its limit of calls has a path. */
    const refused = async (query: string): Promise<object | undefined> =>
      (await server.query(query)).errors?.find(({ path }) => path === undefined);
    for (let i = 0; i < 400; i++) expect(await refused('{ same: instance(name: "demo") { id } }')).toBeUndefined();
    for (let i = 1; i < 300; i++) expect(await refused(`{ a${i}: instance(name: "demo") { id } }`)).toBeUndefined();
    expect(await refused('{ another: instance(name: "demo") { id } }')).toMatchObject({
      extensions: { code: 'RATE_LIMITED' },
    });
  });

  test('documents that are long are not kept for long: they are new again', async () => {
    await using server = await serveFake(new FakeFleet('demo'), { gate: fakeGate({ rateLimit: 10 }) });
    const long = (i: number): string => `#${i}${'x'.repeat(60_000)}\n{ instance(name: "demo") { id } }`;
    let refused = 0;
    // The same hundred over and over; three hundred may be new.
    for (let i = 0; i < 303; i += 1) {
      const { errors = [] } = await server.query(long(i % 100));
      if (errors.some(({ path }) => path === undefined)) refused += 1;
    }
    expect(refused).toBe(3);
  });
});

describe('the cost of an operation', () => {
  const page = 'query Page($first: Int = 100) { instances(first: $first) { nodes { ...F } edges { node { ...F } } } }';
  const fields = 'fragment F on Instance { id name state since phoneNumber reason { code message retryAt } }';
  const twice = `query Twice($first: Int!) {
    a: instances(first: $first) { nodes { ...F } edges { node { ...F } } }
    b: instances(first: $first) { nodes { ...F } edges { node { ...F } } }
    c: instances(first: $first) { nodes { ...F } edges { node { ...F } } }
  } ${fields}`;

  test('comes from the sizes of its pages, also where they are in variables', async () => {
    await using server = await serveFake(new FakeFleet('demo'));
    expect((await server.query(`${page} ${fields}`)).errors).toBeUndefined();
    expect((await server.query(twice, { first: 50 })).errors).toBeUndefined();
    for (const accept of ['application/json', 'application/graphql-response+json']) {
      const response = await server.post({ query: twice, variables: { first: 100 } }, { accept });
      expect([response.status, await response.json()]).toMatchObject([
        400,
        {
          errors: [
            {
              message: expect.stringContaining('cost 5000 at most'),
              extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
            },
          ],
        },
      ]);
    }
    // The same document again: a judgement that was kept would be wrong now.
    expect((await server.query(twice, { first: 1 })).errors).toBeUndefined();
  });

  test('is that of the operation that is asked for', async () => {
    await using server = await serveFake(new FakeFleet('demo'));
    const document = `${page} ${twice.replaceAll('$first: Int!', '$first: Int = 100')}`;
    const [cheap, dear] = [
      await server.post({ query: document, operationName: 'Page' }),
      await server.post({ query: document, operationName: 'Twice' }),
    ];
    expect([cheap.status, dear.status]).toEqual([200, 400]);
  });

  test('is not hidden by a page size that is none', async () => {
    await using server = await serveFake(new FakeFleet('demo'));
    const { data, errors } = await server.query(twice.replace('{\n', '{ z: instances(first: 0) { nodes { id } }\n'), {
      first: 100,
    });
    expect(data).toBeUndefined();
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  });

  test('leaves room for what everyday clients ask for', async () => {
    await using server = await serveFake(new FakeFleet('demo'));
    const settings = `settings { id visibility { lastSeen status profile online } privacy { readReceipts }
      permissions { callAdd groupAdd } other { category value } observedAt }
      outcomes { field requested previous current result } failures { field requested current code message retryable } stanzas`;
    const update = (alias: string): string =>
      `${alias}: updatePrivacy(instance: "demo", input: { privacy: { readReceipts: ALL } }) { ...U }`;
    const document = `mutation { ${['a', 'b', 'c', 'd', 'e'].map(update).join(' ')} }
      fragment U on UpdatePrivacyPayload { ${settings} }`;
    expect((await server.query(document)).errors).toBeUndefined();
  });
});
