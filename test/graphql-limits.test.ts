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
