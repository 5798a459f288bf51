import { afterAll, beforeAll, expect, test } from 'vitest';
import { bootPrivet, type LinkedInstance, type TestPrivet } from './support/privet.ts';

const UPDATE = `mutation ($instance: String!, $input: UpdatePrivacyInput!) {
  updatePrivacy(instance: $instance, input: $input) { outcomes { field result current } failures { code } stanzas }
}`;

let privet: TestPrivet;
let linked: LinkedInstance;

beforeAll(async () => {
  privet = await bootPrivet();
  linked = await privet.link('shop');
});
afterAll(() => privet[Symbol.asyncDispose]());

interface Answer {
  readonly data?: { readonly updatePrivacy: Record<string, unknown> | null } | null;
  readonly errors?: readonly { message: string; extensions: { code: string } }[];
}

async function update(key: string, status: string, token = privet.token): Promise<Answer> {
  const response = await fetch(`${privet.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, 'idempotency-key': key },
    body: JSON.stringify({ query: UPDATE, variables: { instance: linked.name, input: { visibility: { status } } } }),
  });
  return (await response.json()) as Answer;
}

const sets = (): number =>
  privet.simulator
    .account(linked.phoneNumber)
    .stanzas.filter(({ xmlns, type }) => xmlns === 'privacy' && type === 'set').length;

const codeOf = ({ errors }: Answer): string | undefined => errors?.[0]?.extensions.code;

test('the same key and input give the first outcome, also after a restart, and nothing is sent again', async () => {
  const first = await update('key-1', 'NONE');
  expect(first.data?.updatePrivacy).toMatchObject({ outcomes: [{ result: 'APPLIED', current: 'NONE' }], stanzas: 2 });
  const before = sets();
  privet.simulator.setPrivacy(linked.phoneNumber, 'status', 'all');
  expect(await update('key-1', 'NONE')).toEqual(first);
  await privet.restart();
  await privet.waitForState(linked.name, 'OPEN');
  expect(await update('key-1', 'NONE')).toEqual(first);
  expect(sets()).toBe(before);
});

test('the same key with another input is refused, and changes nothing', async () => {
  const before = sets();
  const answer = await update('key-1', 'CONTACTS');
  expect(codeOf(answer)).toBe('BAD_USER_INPUT');
  expect(answer.errors?.[0]?.message).toContain('Idempotency-Key');
  expect(sets()).toBe(before);
});

test('a key is the caller’s own: with another token it is another call', async () => {
  const answer = await update('key-1', 'CONTACTS', linked.token);
  expect(answer.data?.updatePrivacy).toMatchObject({ outcomes: [{ current: 'CONTACTS' }] });
});

test('while the first call runs the second is refused', async () => {
  using fault = privet.simulator.addFault({
    match: { xmlns: 'privacy', type: 'get' },
    do: 'delay',
    delay: 'reply',
    ms: 500,
    times: 1,
  });
  const running = update('key-2', 'ALL');
  await expect.poll(() => fault.hits).toBe(1);
  expect(codeOf(await update('key-2', 'ALL'))).toBe('CONFLICT');
  expect((await running).data?.updatePrivacy).toMatchObject({ failures: [] });
});

test('a call that sent nothing may be made again with its key', async () => {
  await privet.graphql('mutation { stopInstance(instance: "shop") { state } }');
  expect(codeOf(await update('key-3', 'NONE'))).toBe('INSTANCE_NOT_CONNECTED');
  await privet.graphql('mutation { startInstance(instance: "shop") { state } }');
  await privet.waitForState(linked.name, 'OPEN');
  expect((await update('key-3', 'NONE')).data?.updatePrivacy).toMatchObject({ outcomes: [{ current: 'NONE' }] });
});

test.each(['with space', 'x'.repeat(256)])('a key in another form is refused: %j', async (key) => {
  expect(codeOf(await update(key, 'NONE'))).toBe('BAD_USER_INPUT');
});
