import { isInputObjectType, isObjectType, type GraphQLArgument, type GraphQLInputField } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { schema } from '../src/graphql/schema/schema.ts';
import { instanceNameOf, targetOf } from '../src/graphql/builder/target.ts';
import { FakeFleet, fakeView } from './graphql-fakes.ts';
import { ROOT_FIELDS, see } from './support/authorization.ts';
import { createAccount } from './support/command-line.ts';
import { bootPrivet, type LinkedInstance, type TestPrivet } from './support/privet.ts';

let privet: TestPrivet;
let shop: LinkedInstance;
let stranger = '';

beforeAll(async () => {
  privet = await bootPrivet();
  shop = await privet.link('shop');
  stranger = (await createAccount(privet)).token;
});
afterAll(() => privet[Symbol.asyncDispose]());

/** Every object of an answer that has an id, as Relay and Apollo find them. */
function* records(value: unknown): Generator<{ readonly __typename: string; readonly id: string }> {
  if (typeof value !== 'object' || value === null) return;
  if ('id' in value) yield value as { __typename: string; id: string };
  for (const inner of Object.values(value)) yield* records(inner);
}

const EVERYTHING = `{
  instances { nodes { __typename id name } }
  privacy(instance: "shop") { __typename id observedAt instance { __typename id name } }
  seen: privacyExclusions(instance: "shop", field: LAST_SEEN) { __typename id instance { __typename id } }
  groups: privacyExclusions(instance: "shop", field: GROUP_ADD) { __typename id }
  blockedContacts(instance: "shop") { __typename id instance { __typename id } }
  tokens { nodes { __typename id instance { __typename id } } }
}`;

/** The type of each id that an account sees. */
async function everything(): Promise<Map<string, string>> {
  const { data, errors } = await privet.graphql(EVERYTHING);
  expect(errors).toBeUndefined();
  const found = [...records(data)];
  const types = new Map(found.map(({ id, __typename }) => [id, __typename]));
  // One record an id: two types under one id would be one object to a client.
  for (const { id, __typename } of found) expect(types.get(id), id).toBe(__typename);
  return types;
}

const idOf = async (name: string): Promise<string> => {
  const query = 'query ($name: String!) { instance(name: $name) { id } }';
  return (await privet.graphql<{ instance: { id: string } }>(query, { name })).data?.instance.id ?? '';
};
const create = (name: string) => privet.graphql(`mutation { createInstance(name: "${name}") { token } }`);
const node = (id: string, token?: string) =>
  privet.graphql<{ node: { __typename: string; id: string } | null }>(
    'query ($id: ID!) { node(id: $id) { __typename id } }',
    { id },
    token,
  );

test('no two objects of different types have the same id, and node finds each again', async () => {
  const types = await everything();
  expect(new Set(types.values())).toEqual(
    new Set(['Instance', 'PrivacySettings', 'PrivacyExclusions', 'BlockedContacts', 'Token']),
  );
  for (const [id, __typename] of types) {
    expect(id).toMatch(new RegExp(`^${__typename}:[\\w-]+(:[A-Z_]+)?$`));
    expect((await node(id)).data).toEqual({ node: { __typename, id } });
  }
});

test('a node is what it is now, however soon it is asked for again', async () => {
  await create('passing');
  const id = await idOf('passing');
  const before = await node(id);
  await privet.graphql('mutation { deleteInstance(instance: "passing") { name } }');
  expect([before.data?.node?.id, (await node(id)).data?.node]).toEqual([id, null]);
});

test("the node of an instance's settings is read from WhatsApp, and refused where privacy is", async () => {
  const id = (await idOf('shop')).replace('Instance:', 'PrivacySettings:');
  privet.simulator.setPrivacy(shop.phoneNumber, 'last', 'none', { notify: false });
  const query = 'query ($id: ID!) { node(id: $id) { ... on PrivacySettings { visibility { lastSeen } } } }';
  expect((await privet.graphql(query, { id })).data).toEqual({ node: { visibility: { lastSeen: 'NONE' } } });

  await create('unlinked');
  const { data, errors } = await node((await idOf('unlinked')).replace('Instance:', 'PrivacySettings:'));
  expect(data).toEqual({ node: null });
  expect(errors).toMatchObject([{ path: ['node'], extensions: { code: 'INSTANCE_NOT_CONNECTED' } }]);
});

test('what is absent, out of reach or no id at all is null alike, without an error', async () => {
  await create('sibling');
  const [known, sibling] = [await everything(), await idOf('sibling')];
  const absent = '00000000-0000-4000-8000-000000000000';
  const nothing = { data: { node: null } };
  for (const id of [`Instance:${absent}`, `PrivacySettings:${absent}`, 'Token:AAAAAAAAAAAA', 'Token:', 'Instance:shop'])
    expect(await node(id), id).toMatchObject(nothing);
  for (const id of [
    '',
    ':',
    'shop',
    absent,
    'Query:1',
    'InstanceConnection:1',
    '__Schema:1',
    'constructor:1',
    'UGF0:x:',
  ])
    expect(await node(id), id).toEqual({ status: 200, ...nothing, extensions: expect.anything() as unknown });
  for (const id of known.keys())
    expect(await node(id, stranger), id).toEqual({ status: 200, ...nothing, extensions: expect.anything() as unknown });
  for (const id of [sibling, sibling.replace('Instance:', 'PrivacySettings:')])
    expect(await node(id, shop.token), id).toEqual({
      status: 200,
      ...nothing,
      extensions: expect.anything() as unknown,
    });
});

describe('an instance is named by its name or its id', () => {
  const named = Object.entries(ROOT_FIELDS).filter(([, { names }]) => names === 'instance');

  test.each(named)('%s', async (field, { text }) => {
    const name = field.replace(' ', '-');
    await create(name);
    const [operation = ''] = field.split(' ');
    const answers = [];
    // By its name last: some of them delete it.
    for (const argument of [(await idOf(name)).replace('Instance:', 'PrivacySettings:'), await idOf(name)]) {
      const accept = operation === 'subscription' ? 'text/event-stream' : 'application/json';
      const headers = { 'content-type': 'application/json', authorization: `Bearer ${privet.token}`, accept };
      const body = JSON.stringify({ query: `${operation} { ${text(argument)} }` });
      answers.push(await see(`${privet.url}/graphql`, { method: 'POST', headers, body }));
    }
    const [others, own] = answers;
    if (field === 'query instance') expect(others?.text).toContain('{"instance":null}');
    else expect(others?.code).toBe('NOT_FOUND');
    expect(['NOT_FOUND', 'BAD_USER_INPUT'], own?.text).not.toContain(field.includes('startInstance') ? '' : own?.code);
    if (own?.code === undefined && operation !== 'subscription') expect(own?.text).not.toContain(':null}');
  });

  test('that is what every such argument says of itself', () => {
    const all = Object.values(schema.getTypeMap()).flatMap((type): readonly (GraphQLArgument | GraphQLInputField)[] => {
      if (isInputObjectType(type)) return Object.values(type.getFields());
      return isObjectType(type) ? Object.values(type.getFields()).flatMap(({ args }) => args) : [];
    });
    const naming = all.filter(({ name, type }) => name === 'instance' && String(type).startsWith('String'));
    expect(naming.length).toBeGreaterThan(9);
    for (const { description } of naming) expect(description).toContain('name or id');
  });

  test('an id stays that of one instance, also where another one takes its name', async () => {
    await create('again');
    const first = await idOf('again');
    await privet.graphql('mutation { deleteInstance(instance: "again") { name } }');
    await create('again');
    expect(await idOf('again')).not.toBe(first);
    const { data, errors } = await privet.graphql(
      'mutation ($instance: String!) { deleteInstance(instance: $instance) { name } }',
      { instance: first },
    );
    expect(data).toEqual({ deleteInstance: null });
    expect(errors).toMatchObject([
      { message: `There is no instance with the id "${first}"`, extensions: { code: 'NOT_FOUND' } },
    ]);
    expect(await idOf('again')).not.toBe('');
  });

  test('and where it does so between finding it and calling', async () => {
    const sessions = new FakeFleet('demo');
    const { reach, name } = await targetOf('Instance:id-demo', {
      fleet: sessions.calls,
      reach: { accountId: 'account-1' },
    });
    expect(await sessions.find(reach, name)).toMatchObject({ id: 'id-demo' });
    await sessions.delete(reach, name);
    sessions.instances.set(name, fakeView(name, { id: 'another' }));
    expect(await sessions.find(reach, name)).toBeUndefined();
  });
});

test('whatever names an instance, or belongs to it, takes a place of that instance', async () => {
  const caller = { fleet: new FakeFleet('demo', 'other').calls, reach: { accountId: 'account-1' } };
  for (const text of [
    'demo',
    'Instance:id-demo',
    'PrivacySettings:id-demo',
    'PrivacyExclusions:id-demo:GROUP_ADD',
    'BlockedContacts:id-demo',
  ])
    expect(await instanceNameOf(text, caller), text).toBe('demo');
  for (const text of ['PrivacyExclusions:id-demo', 'PrivacyExclusions:', 'Token:id-demo', 'Instance:id-nobody'])
    expect(await instanceNameOf(text, caller), text).toBe('');
});

test('a token is named by its id, or by the part of it that the command line shows', async () => {
  interface Issued {
    readonly token: string;
    readonly details: { readonly id: string };
  }
  const call = async (text: string): Promise<Issued> => {
    const { data, errors } = await privet.graphql<{ issued: Issued }>(`mutation { issued: ${text} }`);
    expect(errors).toBeUndefined();
    if (!data) throw new Error('No data');
    return data.issued;
  };
  const first = await call('createToken(input: {}) { token details { id } }');
  const second = await call(`rotateToken(id: "${first.details.id}") { token details { id } }`);
  const third = await call(`rotateToken(id: "${second.details.id.replace('Token:', '')}") { token details { id } }`);
  expect(new Set([first, second, third].map(({ details }) => details.id)).size).toBe(3);
  expect((await node('Token:x', second.token)).errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
  const { data } = await privet.graphql(`mutation { revokeToken(id: "${third.details.id}") { id } }`);
  expect(data).toEqual({ revokeToken: { id: third.details.id } });
  expect((await node('Token:x', third.token)).errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
});

test('each node counts as a call of its token', async () => {
  await using limited = await bootPrivet({ env: { PRIVET_RATE_LIMIT: '2' } });
  const query = '{ a: node(id: "x") { id } b: node(id: "Token:x") { id } c: node(id: "PrivacySettings:x") { id } }';
  const { data, errors } = await limited.graphql(query);
  expect(data).toEqual({ a: null, b: null, c: null });
  expect(errors).toMatchObject([{ path: ['c'], extensions: { code: 'RATE_LIMITED' } }]);
});
