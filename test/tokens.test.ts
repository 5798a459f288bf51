import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runBeside } from './support/command-line.ts';
import { openEventStream } from './support/event-stream.ts';
import { parse } from 'graphql';
import { bootPrivet, type LinkedInstance, type TestPrivet } from './support/privet.ts';

let privet: TestPrivet;
let shop: LinkedInstance;

beforeAll(async () => {
  privet = await bootPrivet();
  shop = await privet.link('shop');
});
afterAll(() => privet[Symbol.asyncDispose]());

interface Issued {
  readonly token: string;
  readonly details: { readonly id: string } & Record<string, unknown>;
}

const DETAILS = 'token details { id label scopes instance { name } createdAt expiresAt revokedAt lastUsedAt }';

async function create(input: object, as?: string) {
  const query = `mutation ($input: CreateTokenInput!) { createToken(input: $input) { ${DETAILS} } }`;
  return privet.graphql<{ createToken: Issued | null }>(query, { input }, as);
}

async function created(input: object): Promise<Issued> {
  const { data, errors } = await create(input);
  if (!data?.createToken) throw new Error(JSON.stringify(errors));
  return data.createToken;
}

const codeWith = async (token: string, query = '{ instances { nodes { name } } }'): Promise<unknown> =>
  (await privet.graphql(query, {}, token)).errors?.[0]?.extensions['code'];

const cli = (...argv: string[]): Promise<string> => runBeside(privet, ...argv);

describe('tokens, managed through GraphQL', () => {
  test('are made with the scopes, label, instance and expiry that are asked for', async () => {
    const expiresAt = new Date(Date.now() + 60_000).toISOString();
    const { token, details } = await created({ instance: 'shop', scopes: ['READ'], label: 'dashboard', expiresAt });
    expect(token).toMatch(/^pvti_/);
    expect(details).toMatchObject({
      label: 'dashboard',
      scopes: ['READ'],
      instance: { name: 'shop' },
      expiresAt,
      revokedAt: null,
      lastUsedAt: null,
    });
    expect(await codeWith(token)).toBeUndefined();
    expect(await codeWith(token, 'mutation { stopInstance(instance: "shop") { id } }')).toBe('FORBIDDEN');
  });

  test('get the scopes of who makes them where none are named', async () => {
    expect((await created({})).details).toMatchObject({ scopes: ['READ', 'WRITE', 'PAIR', 'ADMIN'], instance: null });
    expect((await created({ instance: 'shop' })).details).toMatchObject({ scopes: ['READ', 'WRITE', 'PAIR'] });
    const { token } = await created({ scopes: ['READ', 'ADMIN'] });
    const { data } = await create({}, token);
    expect(data?.createToken?.details).toMatchObject({ scopes: ['READ', 'ADMIN'] });
    expect((await create({ instance: 'shop' }, token)).data?.createToken?.details).toMatchObject({ scopes: ['READ'] });
  });

  test('never have more scopes than who makes them', async () => {
    const { token } = await created({ scopes: ['READ', 'ADMIN'] });
    const more = await created({});
    const attempts = [
      create({ scopes: ['READ', 'WRITE'] }, token),
      create({ instance: 'shop', scopes: ['PAIR'] }, token),
      privet.graphql(`mutation { rotateToken(id: "${more.details.id}") { token } }`, {}, token),
    ];
    for (const { data, errors } of await Promise.all(attempts)) {
      expect(Object.values(data ?? {})).toEqual([null]);
      expect(errors).toMatchObject([
        { extensions: { code: 'FORBIDDEN' }, message: expect.stringMatching(/lacks the scope "[A-Z]+"/) },
      ]);
    }
    expect(await codeWith(more.token)).toBeUndefined();

    const { token: onlyAdmin } = await created({ scopes: ['ADMIN'] });
    const rotate = 'mutation { rotateInstanceToken(instance: "shop") { token } }';
    expect(await codeWith(onlyAdmin, rotate)).toBe('FORBIDDEN');
    expect(await codeWith(onlyAdmin, 'mutation { createInstance(name: "new") { token } }')).toBe('FORBIDDEN');
    expect(await codeWith(privet.token, 'mutation { stopInstance(instance: "new") { id } }')).toBe('NOT_FOUND');
    expect(await codeWith(shop.token)).toBeUndefined();
  });

  test('never live longer than who makes them', async () => {
    const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
    const later = new Date(Date.parse(expiresAt) + 1).toISOString();
    const sooner = new Date(Date.parse(expiresAt) - 1).toISOString();
    const { token } = await created({ expiresAt });
    const ends = async (input: object) => (await create(input, token)).data?.createToken?.details['expiresAt'];
    expect([await ends({}), await ends({ instance: 'shop' })]).toEqual([expiresAt, expiresAt]);
    expect([await ends({ expiresAt }), await ends({ expiresAt: sooner })]).toEqual([expiresAt, sooner]);
    expect(await create({ expiresAt: later }, token)).toMatchObject({
      data: { createToken: null },
      errors: [
        {
          message: `expiresAt must be ${expiresAt} at the latest, when this token ends itself`,
          extensions: { code: 'BAD_USER_INPUT' },
        },
      ],
    });

    const endless = await created({});
    const rotate = `mutation ($id: ID!) { rotateToken(id: $id) { ${DETAILS} } }`;
    const rotated = await privet.graphql<{ rotateToken: Issued }>(rotate, { id: endless.details.id }, token);
    expect(rotated.data?.rotateToken.details).toMatchObject({ expiresAt });
    const made = await privet.graphql('mutation { createInstance(name: "brief") { token } }', {}, token);
    expect(made.errors).toBeUndefined();
    await privet.graphql('mutation { rotateInstanceToken(instance: "brief") { token } }', {}, token);
    const { data } = await privet.graphql<{ tokens: { nodes: unknown[] } }>(
      '{ tokens(instance: "brief") { nodes { expiresAt } } }',
    );
    expect(data?.tokens.nodes).toEqual([{ expiresAt }, { expiresAt }]);
    expect(Date.parse((await created({ expiresAt: later })).details['expiresAt'] as string)).toBe(Date.parse(later));
  });

  test('are managed by an account token with admin alone', async () => {
    const { token: reader } = await created({ scopes: ['READ', 'WRITE', 'PAIR'] });
    const { token: ofInstance } = await created({ instance: 'shop', scopes: ['READ', 'WRITE', 'PAIR', 'ADMIN'] });
    for (const token of [reader, ofInstance, shop.token]) {
      for (const query of [
        '{ tokens { nodes { id } } }',
        'mutation { createToken(input: {}) { token } }',
        'mutation { rotateToken(id: "x") { token } }',
        'mutation { revokeToken(id: "x") { id } }',
      ]) {
        expect(await codeWith(token, query), query).toBe('FORBIDDEN');
      }
    }
  });

  test('are listed in pages, the oldest first, without what could be used as one', async () => {
    const query = `query ($after: String, $first: Int) { tokens(after: $after, first: $first) {
      nodes { id label scopes instance { name } createdAt revokedAt } pageInfo { hasNextPage hasPreviousPage endCursor }
    } }`;
    type Page = { tokens: { nodes: { id: string; createdAt: string }[]; pageInfo: Record<string, unknown> } };
    const seen: { id: string; createdAt: string }[] = [];
    let after: unknown;
    do {
      const { data } = await privet.graphql<Page>(query, { first: 2, after });
      if (!data) throw new Error('No page');
      expect(data.tokens.pageInfo['hasPreviousPage']).toBe(after !== undefined);
      seen.push(...data.tokens.nodes);
      after = data.tokens.pageInfo['hasNextPage'] ? data.tokens.pageInfo['endCursor'] : undefined;
    } while (after !== undefined);
    const { data: all } = await privet.graphql<Page>(query, { first: 100 });
    expect(seen).toEqual(all?.tokens.nodes);
    expect(seen).toEqual(seen.toSorted((a, b) => (a.createdAt < b.createdAt ? -1 : a.createdAt > b.createdAt ? 1 : 0)));
    expect(new Set(seen.map(({ id }) => id)).size).toBe(seen.length);
    expect(JSON.stringify(seen)).not.toMatch(/hash|pvt[ai]_/);

    const counts = '{ tokens(first: 1) { totalCount } ofShop: tokens(instance: "shop", first: 1) { totalCount } }';
    const shops = seen.filter((node) => JSON.stringify(node).includes('"name":"shop"'));
    expect((await privet.graphql(counts)).data).toEqual({
      tokens: { totalCount: seen.length },
      ofShop: { totalCount: shops.length },
    });
    expect(shops.length).toBeLessThan(seen.length);

    const ofShop = '{ tokens(instance: "shop", first: 100) { nodes { instance { name } } } }';
    const { data } = await privet.graphql<{ tokens: { nodes: unknown[] } }>(ofShop);
    expect(new Set(data?.tokens.nodes.map((node) => JSON.stringify(node)))).toEqual(
      new Set(['{"instance":{"name":"shop"}}']),
    );
    for (const [args, message] of [
      ['first: 0', 'first must be a number from 1 to 100'],
      ['first: 101', 'first must be a number from 1 to 100'],
      ['after: "nonsense"', 'after must be a cursor that an earlier page gave'],
      ['instance: "nobody"', 'There is no instance named "nobody"'],
    ]) {
      expect(await privet.graphql(`{ tokens(${args}) { nodes { id } } }`)).toMatchObject({ errors: [{ message }] });
    }
  });

  test('are rotated with an overlap', async () => {
    const old = await created({ scopes: ['READ'], label: 'cron' });
    const rotate = `mutation ($id: ID!, $overlap: Int) { rotateToken(id: $id, overlapSeconds: $overlap) { ${DETAILS} } }`;
    const { data } = await privet.graphql<{ rotateToken: Issued }>(rotate, { id: old.details.id, overlap: 1 });
    expect(data?.rotateToken.details).toMatchObject({ scopes: ['READ'], label: 'cron', expiresAt: null });
    expect([await codeWith(old.token), await codeWith(data?.rotateToken.token ?? '')]).toEqual([undefined, undefined]);
    await expect.poll(() => codeWith(old.token), { timeout: 3_000 }).toBe('UNAUTHENTICATED');
    const late = await privet.graphql(rotate, { id: old.details.id });
    expect(late.errors).toMatchObject([
      { message: 'There is no such token that works', extensions: { code: 'NOT_FOUND' } },
    ]);
    const wrong = await privet.graphql(rotate, { id: old.details.id, overlap: 7 * 24 * 3600 + 1 });
    expect(wrong.errors).toMatchObject([
      { message: expect.stringContaining('overlapSeconds must be'), extensions: { code: 'BAD_USER_INPUT' } },
    ]);
  });

  test('work no more once they are revoked, and can not be revoked twice', async () => {
    const { token, details } = await created({});
    expect(await codeWith(token)).toBeUndefined();
    const revoke = `mutation { revokeToken(id: "${details.id}") { id revokedAt } }`;
    expect(await privet.graphql(revoke)).toMatchObject({
      data: { revokeToken: { id: details.id, revokedAt: expect.stringMatching(/^20/) } },
    });
    expect(await codeWith(token)).toBe('UNAUTHENTICATED');
    expect(await codeWith(privet.token, revoke)).toBe('NOT_FOUND');
  });

  test("of another account are answered like those that aren't there", async () => {
    const other = await cli('account', 'create');
    const otherToken = /Token +(\S+)/.exec(other)?.[1] ?? '';
    const { details } = await created({});
    for (const query of [
      'mutation ($id: ID!) { rotateToken(id: $id) { token } }',
      'mutation ($id: ID!) { revokeToken(id: $id) { id } }',
    ]) {
      const [theirs, nobodys] = [
        await privet.graphql(query, { id: details.id }, otherToken),
        await privet.graphql(query, { id: 'AAAAAAAAAAAA' }, otherToken),
      ];
      expect(theirs).toEqual(nobodys);
      expect(theirs.errors).toMatchObject([{ extensions: { code: 'NOT_FOUND' } }]);
    }
    expect(await codeWith(otherToken, '{ tokens(instance: "shop") { nodes { id } } }')).toBe('NOT_FOUND');
    const { data } = await privet.graphql<{ tokens: { nodes: unknown[] } }>(
      '{ tokens { nodes { id } } }',
      {},
      otherToken,
    );
    expect(data?.tokens.nodes).toHaveLength(1);
  });
});

describe('streams of a token end within a second of it', () => {
  const WATCH = parse('subscription { instance(name: "shop") { state } }');

  test.each([
    ['revoked by this process', (id: string) => privet.graphql(`mutation { revokeToken(id: "${id}") { id } }`)],
    ['revoked by another process', (id: string) => cliRevoke(id)],
  ])('%s', async (_how, revoke) => {
    await privet.graphql('mutation { startInstance(instance: "shop") { id } }');
    await privet.waitForState('shop', 'OPEN');
    const { token, details } = await created({ instance: 'shop', scopes: ['READ'] });
    const stream = await openEventStream({ url: privet.url, token }, WATCH, {});
    const other = await openEventStream({ url: privet.url, token: shop.token }, WATCH, {});
    await Promise.all([stream.next(), other.next()]);
    await revoke(details.id);
    const began = performance.now();
    expect(await stream.next()).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
    expect(performance.now() - began).toBeLessThan(1_000);
    expect(await stream.next()).toBeUndefined();
    await privet.graphql('mutation { stopInstance(instance: "shop") { id } }');
    expect(await other.next()).toMatchObject({ data: { instance: { state: 'STOPPED' } } });
  });

  test('expired', async () => {
    const expiresAt = new Date(Date.now() + 700).toISOString();
    const { token } = await created({ instance: 'shop', scopes: ['READ'], expiresAt });
    const stream = await openEventStream({ url: privet.url, token }, WATCH, {});
    await stream.next();
    expect(await stream.next()).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
    expect(Date.now() - Date.parse(expiresAt)).toBeLessThan(1_000);
  });
});

/** A service of its own on the same database, as the command line is. */
const cliRevoke = async (id: string): Promise<void> => {
  const list = await cli('account', 'list');
  const account = list.split('\n')[1]?.split(' ')[0] ?? '';
  await cli('token', 'revoke', id, '--account', account);
};
