import { isInterfaceType } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TOKEN_SCOPES, type TokenScope } from '../src/access/principal.ts';
import { mintToken } from '../src/access/tokens/tokens.ts';
import { schema } from '../src/graphql/schema/schema.ts';
import { describeApi } from '../src/rest/openapi.ts';
import { ROOT_FIELDS, rootFieldsOf, see, type RootFieldCall, type Seen } from './support/authorization.ts';
import { createAccount } from './support/command-line.ts';
import { bootPrivet, type TestPrivet } from './support/privet.ts';

/** Each REST operation, from the description that the service publishes. */
const { paths } = describeApi() as { paths: Record<string, Record<string, { requestBody?: { content: Json } }>> };
type Json = { 'application/json': { example: unknown } };
const OPERATIONS = Object.entries(paths).flatMap(([path, item]) =>
  ['get', 'put', 'post', 'delete', 'patch']
    .filter((method) => method in item)
    .map((method) => ({
      path,
      method: method.toUpperCase(),
      scope: (method === 'get' ? 'read' : 'write') satisfies TokenScope,
      example: item[method]?.requestBody?.content['application/json'].example,
    })),
);
/** What anybody may read. */
const OPEN = ['/', '/health', '/health/live', '/health/ready', '/openapi.json'];

/** As long as each other, so that answers which name them have the same length. */
const [MINE, SIBLING, NOBODY] = ['mine-1', 'other1', 'none-1'];
const NOBODYS_TOKEN = 'Token:AAAAAAAAAAAA';
const NOBODYS_ID = 'Instance:00000000-0000-4000-8000-000000000000';

let privet: TestPrivet;
let address = 0;
/** Tokens by what is the matter with them. */
const tokens: Record<string, string> = {};
let myToken = '';
let myInstance = '';

interface Issued {
  readonly createToken: { readonly token: string; readonly details: { readonly id: string } };
}
async function issue(input: object) {
  const query = 'mutation ($input: CreateTokenInput!) { createToken(input: $input) { token details { id } } }';
  const { data, errors } = await privet.graphql<Partial<Issued>>(query, { input });
  if (!data?.createToken) throw new Error(`No token: ${JSON.stringify(errors)}`);
  return { token: data.createToken.token, id: data.createToken.details.id };
}
const names = (scopes: readonly TokenScope[]): string[] => scopes.map((scope) => scope.toUpperCase());
interface Created {
  readonly createInstance: { readonly instance: { readonly id: string } };
}
/** Its id. */
async function createInstance(name: string): Promise<string> {
  const query = 'mutation ($name: String!) { createInstance(name: $name) { instance { id } } }';
  const { data } = await privet.graphql<Created>(query, { name });
  if (!data) throw new Error('No instance');
  return data.createInstance.instance.id;
}

beforeAll(async () => {
  // Each request has an address of its own, or the tries of wrong tokens would be refused for their number.
  privet = await bootPrivet({ env: { PRIVET_TRUSTED_PROXY_HOPS: '1' } });
  myInstance = await createInstance(MINE);
  await createInstance(SIBLING);
  myToken = (await issue({ label: 'of account one' })).id;

  const revoked = await issue({});
  await privet.graphql(`mutation { revokeToken(id: "${revoked.id}") { id } }`);
  const expired = await issue({ expiresAt: new Date(Date.now() + 300).toISOString() });
  Object.assign(tokens, {
    wrong: mintToken('account').text,
    revoked: revoked.token,
    expired: expired.token,
    stranger: (await createAccount(privet)).token,
    sibling: (await issue({ instance: SIBLING, scopes: names(TOKEN_SCOPES) })).token,
    account: privet.token,
    instance: (await issue({ instance: MINE, scopes: names(TOKEN_SCOPES) })).token,
  });
  for (const scope of TOKEN_SCOPES) {
    const others = names(TOKEN_SCOPES.filter((other) => other !== scope));
    tokens[`not ${scope}`] = (await issue({ scopes: others })).token;
    tokens[`instance, not ${scope}`] = (await issue({ instance: MINE, scopes: others })).token;
  }
  await new Promise((resolve) => setTimeout(resolve, 400));
});
afterAll(() => privet[Symbol.asyncDispose]());

const headersFor = (caller: string): Record<string, string> => ({
  'content-type': 'application/json',
  'x-forwarded-for': `10.0.${(address += 1) >> 8}.${address & 255}`,
  ...(caller === 'no token' ? {} : { authorization: `Bearer ${tokens[caller] ?? ''}` }),
});

const byGraphQL = (field: string, { text }: RootFieldCall, name: string, caller: string): Promise<Seen> => {
  const [operation = ''] = field.split(' ');
  const accept = operation === 'subscription' ? 'text/event-stream' : 'application/json';
  return see(`${privet.url}/graphql`, {
    method: 'POST',
    headers: { ...headersFor(caller), accept },
    body: JSON.stringify({ query: `${operation} { ${text(name)} }` }),
  });
};

const byRest = ({ path, method, example }: (typeof OPERATIONS)[number], name: string, caller: string): Promise<Seen> =>
  see(privet.url + path.replace('{instance}', name), {
    method,
    headers: headersFor(caller),
    ...(example === undefined ? {} : { body: JSON.stringify(example) }),
  });

const NOBODYS = ['no token', 'wrong', 'revoked', 'expired'];

test('every root field has its entry', () => {
  const called = Object.keys(ROOT_FIELDS).map((key) => key.split(' ').slice(0, 2).join(' '));
  expect([...new Set(called)].sort()).toEqual(rootFieldsOf(schema).sort());
  const node = schema.getType('Node');
  const nodes = isInterfaceType(node) ? schema.getPossibleTypes(node).map(({ name }) => `query node ${name}`) : [];
  expect(
    Object.keys(ROOT_FIELDS)
      .filter((key) => key.startsWith('query node'))
      .sort(),
  ).toEqual(nodes.sort());
});

/** What each kind of argument is given: what is there, and what is not. */
const SUBJECTS = {
  instance: { there: () => MINE, absent: NOBODY },
  'instance id': { there: () => myInstance, absent: NOBODYS_ID },
  token: { there: () => myToken, absent: NOBODYS_TOKEN },
  nothing: { there: () => MINE, absent: NOBODY },
};

describe.each(Object.entries(ROOT_FIELDS))('%s', (field, call) => {
  const { there: named, absent } = SUBJECTS[call.names];

  test('tells nothing without a token that works', async () => {
    const answers = await Promise.all(NOBODYS.map((caller) => byGraphQL(field, call, named(), caller)));
    // Who reads event streams alone is told by an event: a status would make graphql-sse try again.
    const status = field.startsWith('subscription') ? 200 : 401;
    for (const answer of answers) {
      expect(answer).toEqual(answers[0]);
      expect([answer.status, answer.code]).toEqual([status, 'UNAUTHENTICATED']);
      expect(answer.text).not.toContain(MINE);
    }
  });

  if (call.scope === undefined)
    test('is answered for any token that works', async () => {
      for (const scope of TOKEN_SCOPES) {
        const { token } = await issue({ instance: MINE, scopes: names([scope]) });
        tokens[scope] = token;
        const answer = await byGraphQL(field, call, named(), scope);
        expect([answer.status, answer.code], scope).toEqual([200, undefined]);
      }
    });

  if (call.scope !== undefined)
    test('is refused to a token with too small a scope', async () => {
      const callers = [`not ${call.scope}`, `instance, not ${call.scope}`, ...(call.accountOnly ? ['instance'] : [])];
      for (const caller of callers) {
        const [there, not] = [
          await byGraphQL(field, call, named(), caller),
          await byGraphQL(field, call, absent, caller),
        ];
        expect(there.code, caller).toBe('FORBIDDEN');
        expect(there.text).toBe(not.text);
      }
    });

  // Each field has one of these two.
  if (call.names !== 'nothing')
    test("answers for what is another's like for what is not there", async () => {
      // Those who may call it at all: what others are told is above.
      for (const caller of call.accountOnly ? ['stranger'] : ['stranger', 'sibling']) {
        const [theirs, nobodys] = [
          await byGraphQL(field, call, named(), caller),
          await byGraphQL(field, call, absent, caller),
        ];
        expect({ ...theirs, text: theirs.text.replaceAll(named(), absent) }, caller).toEqual(nobodys);
        if (call.isNullWhereAbsent) expect(theirs.text).toMatch(/^\{"data":\{"\w+":null\}/);
        else expect(theirs.code).toBe('NOT_FOUND');
      }
    });

  if (call.names === 'nothing')
    test("tells nothing of another account's", async () => {
      const answer = await byGraphQL(field, call, 'name-of-no-other', 'stranger');
      expect(answer.code).toBeUndefined();
      for (const secret of [MINE, SIBLING]) expect(answer.text).not.toContain(secret);
    });

  test('is done for a token that may', async () => {
    const callers = call.accountOnly ? ['account'] : ['account', 'instance'];
    for (const [index, caller] of callers.entries()) {
      const name = `${field.replaceAll(' ', '-')}-${index}`;
      const id = await createInstance(name);
      if (caller === 'instance') tokens[name] = (await issue({ instance: name, scopes: names(TOKEN_SCOPES) })).token;
      const target = { token: async () => (await issue({})).id, 'instance id': async () => id }[call.names as string];
      const answer = await byGraphQL(field, call, (await target?.()) ?? name, caller === 'instance' ? name : caller);
      if (answer.code === undefined) expect(answer.text).not.toContain(':null}');
      expect(['UNAUTHENTICATED', 'FORBIDDEN', 'NOT_FOUND'], answer.text).not.toContain(answer.code);
      expect(answer.status).toBe(200);
    }
  });
});

describe.each(OPERATIONS)('$method $path', (operation) => {
  const { path, scope } = operation;

  test('tells nothing without a token that works', async () => {
    const answers = await Promise.all(NOBODYS.map((caller) => byRest(operation, MINE, caller)));
    for (const answer of answers) {
      expect(answer).toEqual(answers[0]);
      expect(answer.status).toBe(401);
      expect(answer.text).not.toContain(MINE);
    }
  });

  test('is refused to a token with too small a scope', async () => {
    for (const caller of [`not ${scope}`, `instance, not ${scope}`]) {
      const [there, not] = [await byRest(operation, MINE, caller), await byRest(operation, NOBODY, caller)];
      expect(there.status, caller).toBe(403);
      expect(there.text).toBe(not.text);
    }
  });

  if (path.includes('{instance}'))
    test("answers for another's instance like for one that is not there", async () => {
      for (const caller of ['stranger', 'sibling']) {
        const [theirs, nobodys] = [await byRest(operation, MINE, caller), await byRest(operation, NOBODY, caller)];
        expect({ ...theirs, text: theirs.text.replaceAll(MINE, NOBODY) }, caller).toEqual(nobodys);
        expect(theirs.status).toBe(404);
      }
    });

  test('is done for a token that may', async () => {
    // Not connected, which is told only to those who reach the instance.
    const answer = await byRest(operation, MINE, 'instance');
    expect([answer.status, answer.text]).toEqual([400, expect.stringContaining('not connected')]);
  });
});

/** Of several nodes each says which one it is, and what all of them had when it was last told. */
const ofAnyNode = (answer: Seen | undefined): object => ({
  ...answer,
  text: answer?.text.replaceAll(/"node":"\w+"/g, '"node":""').replaceAll(/"instances":\d+/g, '"instances":0'),
});

describe.each(OPEN)('GET %s', (path) => {
  test('is the same for everybody', async () => {
    const callers = [...NOBODYS, 'stranger', 'sibling', 'account', 'instance'];
    const answers = await Promise.all(callers.map((caller) => see(privet.url + path, { headers: headersFor(caller) })));
    for (const answer of answers) {
      expect(ofAnyNode(answer)).toEqual(ofAnyNode(answers[0]));
      expect(answer.status).toBe(200);
      expect(answer.text).not.toContain(MINE);
    }
  });
});

test('paths that nobody owns are the same for everybody, those of the APIs too', async () => {
  for (const path of ['/metrics', '/api/', '/api/profile/privacy/', '/users/me', '/graphiql/', '/.env']) {
    const callers = [...NOBODYS, 'stranger', 'account'];
    const answers = await Promise.all(callers.map((caller) => see(privet.url + path, { headers: headersFor(caller) })));
    for (const answer of answers) expect(answer, path).toEqual(answers[0]);
    expect([404, 405], path).toContain(answers[0]?.status);
  }
});
