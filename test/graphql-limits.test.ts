import { describe, expect, test } from 'vitest';
import { FakeSessions, serveFake } from './graphql-fakes.ts';

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
  ] as const)('%s', async ([, query]) => {
    await using server = await serveFake(new FakeSessions());
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

  test('a mistyped name is not completed', async () => {
    await using server = await serveFake(new FakeSessions());
    const answers = [
      await server.query('{ instanc(name: "x") { id } }'),
      await server.query('{ instance(nam: "x") { id } }'),
      await server.query('mutation ($i: UpdatePrivacyInput!) { updatePrivacy(instance: "x", input: $i) { stanzas } }', {
        i: { visibilit: {} },
      }),
    ];
    expect(answers.every(({ errors }) => errors?.length)).toBe(true);
    expect(JSON.stringify(answers)).not.toContain('Did you mean');
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
    await using server = await serveFake(new FakeSessions('demo'));
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
    await using server = await serveFake(new FakeSessions('demo'));
    const document = `${page} ${twice.replaceAll('$first: Int!', '$first: Int = 100')}`;
    const [cheap, dear] = [
      await server.post({ query: document, operationName: 'Page' }),
      await server.post({ query: document, operationName: 'Twice' }),
    ];
    expect([cheap.status, dear.status]).toEqual([200, 400]);
  });

  test('is not hidden by a page size that is none', async () => {
    await using server = await serveFake(new FakeSessions('demo'));
    const { data, errors } = await server.query(twice.replace('{\n', '{ z: instances(first: 0) { nodes { id } }\n'), {
      first: 100,
    });
    expect(data).toBeUndefined();
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  });

  test('leaves room for what everyday clients ask for', async () => {
    await using server = await serveFake(new FakeSessions('demo'));
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
