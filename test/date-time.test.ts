import { afterAll, beforeAll, expect, test } from 'vitest';
import { bootPrivet, type TestPrivet } from './support/privet.ts';

let privet: TestPrivet;

beforeAll(async () => {
  privet = await bootPrivet();
});
afterAll(() => privet[Symbol.asyncDispose]());

interface Created {
  readonly createToken: { readonly details: { readonly expiresAt: string } };
}

const byVariable = (expiresAt: unknown) =>
  privet.graphql<Created>(
    'mutation ($expiresAt: DateTime) { createToken(input: { expiresAt: $expiresAt }) { details { expiresAt } } }',
    { expiresAt },
  );
const inDocument = (expiresAt: unknown) =>
  privet.graphql<Created>(
    `mutation { createToken(input: { expiresAt: ${JSON.stringify(expiresAt)} }) { details { expiresAt } } }`,
  );

test.each([
  ['2040-01-31T12:00:00.000Z', '2040-01-31T12:00:00.000Z'],
  ['2040-01-31T12:00:00Z', '2040-01-31T12:00:00.000Z'],
  ['2040-01-31t12:00:00.5z', '2040-01-31T12:00:00.500Z'],
  ['2040-01-31T12:00:00.123456789Z', '2040-01-31T12:00:00.123Z'],
  ['2040-01-31T12:00:00+00:00', '2040-01-31T12:00:00.000Z'],
  ['2040-01-31T13:00:00+01:00', '2040-01-31T12:00:00.000Z'],
  ['2040-01-31T06:30:00.250-05:30', '2040-01-31T12:00:00.250Z'],
  ['2040-02-29T00:00:00+23:59', '2040-02-28T00:01:00.000Z'],
])('%s is that point in time', async (text, expected) => {
  for (const ask of [byVariable, inDocument]) {
    expect((await ask(text)).data?.createToken.details.expiresAt).toBe(expected);
  }
});

test.each([
  '2040-01-31T12:00:00',
  '2040-01-31T12:00Z',
  '2040-01-31T12Z',
  '2040-01-31',
  '2040-01',
  '2040',
  '20400131T120000Z',
  '2040-01-31 12:00:00Z',
  '2040-01-31T12:00:00 Z',
  '2040-01-31T12:00:00,5Z',
  '2040-01-31T12:00:00.Z',
  '2040-01-31T12:00:00+0100',
  '2040-01-31T12:00:00+01',
  '2040-01-31T12:00:00+24:00',
  '2040-01-31T12:00:00-00:00',
  '2040-01-31T12:00:00 GMT',
  '2040-01-31T24:00:00Z',
  '2040-01-31T12:60:00Z',
  '2040-01-31T23:59:60Z',
  '2040-02-30T12:00:00Z',
  '2041-02-29T12:00:00Z',
  '2040-13-01T12:00:00Z',
  '2040-1-31T12:00:00Z',
  '+002040-01-31T12:00:00Z',
  'Tue, 31 Jan 2040 12:00:00 GMT',
  'Jan 31 2040',
  ' 2040-01-31T12:00:00Z',
  '2040-01-31T12:00:00Z\n',
  '',
  2211624000000,
  true,
])('%j is refused, and the message shows how it is written', async (value) => {
  for (const ask of [byVariable, inDocument]) {
    const { data, errors } = await ask(value);
    expect(data ?? null).toBeNull();
    expect(errors?.[0]?.message).toContain('RFC 3339 with its offset, such as 2026-01-31T12:00:00Z');
  }
});
