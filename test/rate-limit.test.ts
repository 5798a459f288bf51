import { parse } from 'graphql';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openEventStream } from './support/event-stream.ts';
import { bootPrivet, type TestPrivet } from './support/privet.ts';

let privet: TestPrivet;
const boot = async (env: Record<string, string>): Promise<void> => {
  privet = await bootPrivet({ env: { PRIVET_RATE_LIMIT: '100', ...env } });
};
afterEach(() => privet[Symbol.asyncDispose]());

const JSON_TYPE = { 'content-type': 'application/json' };
const READ = '{ instance(name: "nobody") { id } }';

const graphql = (query: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${privet.url}/graphql`, {
    method: 'POST',
    headers: { ...JSON_TYPE, authorization: `Bearer ${privet.token}`, ...headers },
    body: JSON.stringify({ query }),
  });
const rest = (
  headers: Record<string, string> = { token: privet.token },
  path = '/users/me/privacy',
): Promise<Response> => fetch(privet.url + path, { headers });
const aliased = (count: number, field = 'instance(name: "nobody") { id }'): string =>
  `{ ${Array.from({ length: count }, (_, i) => `a${i}: ${field}`).join(' ')} }`;

interface Answer {
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly { message: string; path?: string[]; extensions: Record<string, unknown> }[];
}
const jsonOf = async (response: Response): Promise<Answer> => (await response.json()) as Answer;
/** What is left, told by the REST call that takes one of it. */
const remaining = async (): Promise<number> => Number((await rest()).headers.get('x-ratelimit-remaining'));

describe('100 calls a minute and token', () => {
  beforeEach(() => boot({}));

  test('of 300 at once, half by GraphQL and half by REST, exactly 100 are served', async () => {
    const answers = await Promise.all(
      Array.from({ length: 300 }, async (_, i) => {
        if (i % 2 === 0) {
          const response = await graphql(READ);
          const { data, errors } = await jsonOf(response);
          const code = errors?.[0]?.extensions['code'];
          expect([response.status, data, code]).toEqual(
            response.status === 200 ? [200, { instance: null }, undefined] : [429, { instance: null }, 'RATE_LIMITED'],
          );
          return response.status === 200;
        }
        const response = await rest();
        await response.text();
        // This account has no instance: that is told to those who are within the limit.
        expect([400, 429]).toContain(response.status);
        return response.status === 400;
      }),
    );
    expect(answers.filter(Boolean)).toHaveLength(100);
  });

  test('each root field counts one, whichever way it is written', async () => {
    expect(await remaining()).toBe(99);
    await graphql(aliased(15));
    expect(await remaining()).toBe(83);
    await graphql('{ ...F } fragment F on Query { a: instance(name: "x") { id } b: privacy(instance: "x") { id } }');
    expect(await remaining()).toBe(80);
    await graphql('{ __typename __schema { queryType { name } } }');
    expect(await remaining()).toBe(77);
    await graphql('mutation { a: stopInstance(instance: "x") { id } b: stopInstance(instance: "y") { id } }');
    expect(await remaining()).toBe(74);
    await graphql('{ a: instance(name: "x") @skip(if: true) { id } b: instance(name: "x") { id } }');
    expect(await remaining()).toBe(72);
  });

  test('a subscription counts one, and its events nothing', async () => {
    await privet.graphql('mutation { createInstance(name: "shop") { token } }');
    const watch = parse('subscription { instance(name: "shop") { state } }');
    const stream = await openEventStream(privet, watch, {});
    await stream.next();
    await privet.graphql('mutation { pairInstance(instance: "shop") { id } }');
    await stream.next();
    stream.close();
    expect(await remaining()).toBe(96);
  });

  test('what is within the limit is served, and the answer is a 429 for what is not', async () => {
    await graphql(aliased(15));
    for (let i = 0; i < 5; i++) await graphql(aliased(15));
    const response = await graphql(aliased(15));
    const { data, errors = [] } = await jsonOf(response);
    expect(response.status).toBe(429);
    expect(Object.keys(data ?? {})).toHaveLength(15);
    expect(errors).toHaveLength(5);
    for (const { message, path, extensions } of errors) {
      expect(path).toHaveLength(1);
      expect(message).toBe('This token has used up its 100 calls a minute');
      expect(extensions).toEqual({ code: 'RATE_LIMITED', retryAfterMs: expect.any(Number) as unknown });
      expect(extensions['retryAfterMs']).toBeGreaterThan(50_000);
      expect(extensions['retryAfterMs']).toBeLessThanOrEqual(60_000);
    }
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(50);
    expect(Number(response.headers.get('retry-after'))).toBeLessThanOrEqual(60);

    const accepting = 'application/graphql-response+json, application/json;q=0.9';
    const strict = await graphql(READ, { accept: accepting });
    expect([strict.status, strict.headers.get('content-type')]).toEqual([
      429,
      'application/graphql-response+json; charset=utf-8',
    ]);
    const introspection = await graphql('{ __schema { queryType { name } } }', { accept: accepting });
    expect([introspection.status, await introspection.json()]).toMatchObject([
      429,
      { errors: [{ extensions: { code: 'RATE_LIMITED' } }] },
    ]);
    const stream = await graphql('subscription { instance(name: "x") { id } }', { accept: 'text/event-stream' });
    expect([stream.status, await stream.text()]).toEqual([429, expect.stringContaining('"RATE_LIMITED"')]);
  });

  test('arguments that are wrong count too: the limit comes first', async () => {
    for (let i = 0; i < 100; i++) await graphql('mutation { pairInstance(instance: "x", phoneNumber: "1") { id } }');
    const { errors } = await jsonOf(await graphql('mutation { pairInstance(instance: "x", phoneNumber: "1") { id } }'));
    expect(errors).toMatchObject([{ extensions: { code: 'RATE_LIMITED' } }]);
  });

  test("each answer to a REST call says what is left; each seed's envelope has the 429", async () => {
    const before = Math.floor(Date.now() / 1000);
    const refused = await rest({ token: privet.token }, '/api/profile/privacy/nobody');
    expect([
      refused.status,
      refused.headers.get('x-ratelimit-limit'),
      refused.headers.get('x-ratelimit-remaining'),
    ]).toEqual([404, '100', '99']);
    const reset = Number(refused.headers.get('x-ratelimit-reset'));
    expect(reset).toBeGreaterThanOrEqual(before + 60);
    expect(reset).toBeLessThanOrEqual(before + 63);
    for (let i = 0; i < 99; i++) await rest();

    const message = 'This token has used up its 100 calls a minute';
    const [profile, users] = [await rest({ token: privet.token }, '/api/profile/privacy/nobody'), await rest()];
    for (const answer of [profile, users]) {
      expect(answer.status).toBe(429);
      expect(answer.headers.get('x-ratelimit-limit')).toBe('100');
      expect(answer.headers.get('x-ratelimit-remaining')).toBe('0');
      expect(Number(answer.headers.get('x-ratelimit-reset'))).toBe(reset);
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(Number(answer.headers.get('retry-after'))).toBeLessThanOrEqual(60);
    }
    expect(await profile.json()).toEqual({ success: false, error: { message } });
    expect(await users.json()).toEqual({ status: false, code: 429, message: 'Too many requests', error: message });
  });

  test('a token that takes the place of another one goes on with what was left to that', async () => {
    interface Made {
      readonly token: string;
      readonly details: { readonly id: string };
    }
    const made = async <T>(field: string): Promise<T> => {
      const { data, errors } = await privet.graphql<{ made: T }>(`mutation { made: ${field} }`);
      if (!data) throw new Error(JSON.stringify(errors));
      return data.made;
    };
    const left = async (token: string): Promise<number> =>
      Number((await rest({ token })).headers.get('x-ratelimit-remaining'));

    let { token, details } = await made<Made>('createToken(input: {}) { token details { id } }');
    for (let times = 1; times <= 3; times++) {
      await graphql(aliased(15), { authorization: `Bearer ${token}` });
      ({ token, details } = await made<Made>(`rotateToken(id: "${details.id}") { token details { id } }`));
      expect(await left(token)).toBe(100 - times * 16);
    }
    const { token: ofInstance } = await made<Made>('createInstance(name: "shop") { token }');
    await graphql(aliased(15), { authorization: `Bearer ${ofInstance}` });
    const { token: next } = await made<Made>('rotateInstanceToken(instance: "shop") { token }');
    expect(await left(next)).toBe(84);
  });

  test('an account makes 20 tokens a minute, whichever token of it asks, in whichever way', async () => {
    const { data } = await privet.graphql<{ createToken: { token: string; details: { id: string } } }>(
      'mutation { createToken(input: {}) { token details { id } } }',
    );
    const { token = '', details } = data?.createToken ?? {};
    await privet.graphql('mutation { createInstance(name: "shop") { token } }');
    const ways = [
      'createToken(input: {}) { token }',
      `rotateToken(id: "${details?.id ?? ''}", overlapSeconds: 600) { token }`,
      'rotateInstanceToken(instance: "shop") { token }',
      'createInstance(name: "cafe") { token }',
    ];
    const makings = await Promise.all(
      Array.from({ length: 30 }, (_, i) =>
        privet.graphql(`mutation { ${ways[i % 3] ?? ''} }`, {}, i % 2 === 0 ? token : privet.token),
      ),
    );
    const [refused] = makings.filter(({ errors }) => errors);
    expect(makings.filter(({ errors }) => !errors)).toHaveLength(18);
    for (const way of ways) {
      const { status, errors } = await privet.graphql(`mutation { ${way} }`);
      expect([status, errors?.[0]?.message, errors?.[0]?.extensions]).toEqual([
        429,
        'This account has made its 20 tokens a minute',
        { code: 'RATE_LIMITED', retryAfterMs: expect.any(Number) as unknown },
      ]);
    }
    expect(refused?.errors).toMatchObject([{ extensions: { code: 'RATE_LIMITED' } }]);
    expect((await privet.graphql('{ instance(name: "cafe") { id } }')).data).toEqual({ instance: null });
    expect((await privet.graphql('mutation { stopInstance(instance: "shop") { id } }')).errors).toBeUndefined();
  });

  test("another token's calls are its own", async () => {
    const { data } = await privet.graphql<{ createToken: { token: string } }>(
      'mutation { createToken(input: {}) { token } }',
    );
    for (let i = 0; i < 7; i++) await graphql(aliased(15));
    expect((await graphql(READ)).status).toBe(429);
    expect((await graphql(READ, { authorization: `Bearer ${data?.createToken.token ?? ''}` })).status).toBe(200);
  });
});

describe('tokens that are tried out', () => {
  beforeEach(() => boot({ PRIVET_TRUSTED_PROXY_HOPS: '1' }));
  const from = (
    address: string,
    authorization = 'Bearer wrong-token-of-some-length-or-other',
  ): Record<string, string> => ({
    authorization,
    'x-forwarded-for': `6.6.6.6, ${address}`,
  });

  test('are 10 a minute and address; working ones pass, and so do other addresses', async () => {
    const tries = await Promise.all(
      Array.from({ length: 30 }, (_, i) =>
        i % 3 === 0
          ? graphql(READ, from('1.1.1.1'))
          : rest(from('1.1.1.1'), i % 3 === 1 ? '/users/me/privacy' : '/api/profile/privacy/x'),
      ),
    );
    expect(tries.filter(({ status }) => status === 401)).toHaveLength(10);
    expect(tries.filter(({ status }) => status === 429)).toHaveLength(20);

    const [over, profile, users] = [
      await graphql(READ, from('1.1.1.1')),
      await rest(from('1.1.1.1'), '/api/profile/privacy/x'),
      await rest(from('1.1.1.1')),
    ];
    for (const { status, headers } of [over, profile, users]) {
      expect(status).toBe(429);
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(50);
    }
    const message = 'Too many tokens that do not work came from this address';
    expect(await over.json()).toMatchObject({
      errors: [{ message, extensions: { code: 'RATE_LIMITED', retryAfterMs: expect.any(Number) } }],
    });
    expect(await profile.json()).toEqual({ success: false, error: { message } });
    expect(await users.json()).toEqual({ status: false, code: 429, message: 'Too many requests', error: message });

    expect((await graphql(READ, from('1.1.1.1', `Bearer ${privet.token}`))).status).toBe(200);
    expect((await graphql(READ, from('1.1.1.2'))).status).toBe(401);
    expect((await graphql(READ, { ...from('1.1.1.1'), authorization: '' })).status).toBe(401);
  });
});
