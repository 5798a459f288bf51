import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createAccount } from './support/command-line.ts';
import { bootPrivet, type LinkedInstance, type TestPrivet } from './support/privet.ts';

let privet: TestPrivet;
let shop: LinkedInstance;
beforeAll(async () => {
  privet = await bootPrivet({ env: { PRIVET_RATE_LIMIT: '200' } });
  shop = await privet.link('shop');
});
afterAll(() => privet[Symbol.asyncDispose]());

interface Viewer {
  readonly account: { readonly id: string; readonly label: string };
  readonly token: {
    readonly id: string;
    readonly scopes: readonly string[];
    readonly expiresAt: string | null;
    readonly instance: { readonly name: string; readonly phoneNumber: string | null } | null;
  };
}
const VIEWER = `{ viewer {
  account { id label }
  token { id label scopes expiresAt instance { name phoneNumber } }
} }`;
const viewerOf = async (token?: string) => (await privet.graphql<{ viewer: Viewer }>(VIEWER, {}, token)).data?.viewer;

async function issue(input: object): Promise<{ token: string; id: string }> {
  const query = 'mutation ($input: CreateTokenInput!) { createToken(input: $input) { token details { id } } }';
  const { data } = await privet.graphql<{ createToken: { token: string; details: { id: string } } }>(query, { input });
  return { token: data?.createToken.token ?? '', id: data?.createToken.details.id ?? '' };
}

describe('viewer', () => {
  test('says of each token what it may do, until when and with which instance', async () => {
    const account = (await viewerOf())?.account;
    expect(account).toEqual({ id: expect.stringMatching(/^Account:[\w-]{36}$/) as string, label: 'default' });
    expect((await viewerOf())?.token).toMatchObject({ scopes: ['READ', 'WRITE', 'PAIR', 'ADMIN'], instance: null });

    const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
    for (const scope of ['READ', 'WRITE', 'PAIR', 'ADMIN']) {
      const { token, id } = await issue({ instance: 'shop', scopes: [scope], label: 'ui', expiresAt });
      // A number is what a token that reads nothing does not see.
      const phoneNumber = scope === 'WRITE' ? null : shop.phoneNumber;
      expect(await viewerOf(token), scope).toEqual({
        account,
        token: { id, label: 'ui', scopes: [scope], expiresAt, instance: { name: 'shop', phoneNumber } },
      });
    }
  });

  test("says nothing of another account's", async () => {
    const { id, token } = await createAccount(privet, '--label', 'second');
    const viewer = await viewerOf(token);
    expect(viewer?.account).toEqual({ id: `Account:${id}`, label: 'second' });
    expect(viewer?.token.id).not.toBe((await viewerOf())?.token.id);
  });
});

/** The headers of an answer, and the answer. */
async function ask(query: string, token: string, variables?: object) {
  const response = await fetch(`${privet.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query, variables }),
  });
  const header = (name: string): string | null => response.headers.get(`x-ratelimit-${name}`);
  return {
    header,
    answer: (await response.json()) as {
      data?: { rateLimit?: { limit: number; remaining: number; resetAt: string } };
      extensions?: { cost?: unknown };
    },
  };
}

describe('what is left of the calls', () => {
  const LEFT = 'rateLimit { limit remaining resetAt }';

  test('is the same to a query, in the headers and to REST', async () => {
    const { token } = await issue({});
    const first = await ask(`{ ${LEFT} }`, token);
    expect(first.answer.data?.rateLimit).toMatchObject({ limit: 200, remaining: 199 });
    expect([first.header('limit'), first.header('remaining')]).toEqual(['200', '199']);
    const resetAt = Date.parse(first.answer.data?.rateLimit?.resetAt ?? '');
    expect(Number(first.header('reset'))).toBeCloseTo(resetAt / 1000, -1);

    // Each root field is one, aliases and introspection too.
    const second = await ask(`{ a: viewer { account { id } } __typename instance(name: "x") { id } ${LEFT} }`, token);
    expect(second.answer.data?.rateLimit?.remaining).toBe(195);
    expect(second.header('remaining')).toBe('195');

    const headers = { authorization: `Bearer ${token}` };
    const rest = await fetch(`${privet.url}/api/profile/privacy/shop`, { headers });
    await rest.text();
    expect(rest.headers.get('x-ratelimit-remaining')).toBe('194');
  });

  test('is said before a stream begins as well', async () => {
    const { token } = await issue({});
    const leaving = new AbortController();
    const response = await fetch(`${privet.url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'text/event-stream',
        authorization: `Bearer ${token}`,
      },
      body: JSON.stringify({ query: 'subscription { instance(name: "shop") { id } }' }),
      signal: leaving.signal,
    });
    expect(response.headers.get('x-ratelimit-remaining')).toBe('199');
    leaving.abort();
  });
});

describe('what an operation costs', () => {
  test.each([
    ['{ __typename }', 1],
    ['{ instance(name: "shop") { id name } }', 3],
    ['{ privacy(instance: "shop") { id } }', 21],
    ['{ node(id: "PrivacySettings:x") { id } }', 21],
    ['{ node(id: "Instance:x") { id } }', 2],
    ['{ instances(first: 50) { nodes { id } } }', 101],
    ['mutation { stopInstance(instance: "none") { id } }', 2],
  ])('%s', async (query, requested) => {
    const { answer } = await ask(query, privet.token);
    expect(answer.extensions).toEqual({ cost: { requested, maximum: 5_000 } });
  });

  test('is said of what was executed alone', async () => {
    const { answer } = await ask('query ($id: ID!) { node(id: $id) { id } }', privet.token, {});
    expect(answer.extensions).toBeUndefined();
  });
});
