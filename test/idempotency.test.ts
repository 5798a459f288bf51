import { expect, test } from 'vitest';
import { behindTheBack, bytes } from '../src/storage/storage.fixture.ts';
import { onPostgres } from './support/postgres.ts';
import { sharedPrivet } from './support/shared-privet.ts';

const UPDATE = `mutation ($instance: String!, $input: UpdatePrivacyInput!) {
  updatePrivacy(instance: $instance, input: $input) {
    outcomes { field result current rolledBack } failures { code } warnings { code } stanzas
  }
}`;

const privet = await sharedPrivet();
const linked = await privet.link('shop');

interface Answer {
  readonly data?: { readonly updatePrivacy: Record<string, unknown> | null } | null;
  readonly errors?: readonly { message: string; extensions: { code: string } }[];
}

async function update(key: string, status: string, { name, token } = { ...linked, token: privet.token }, terms = {}) {
  const response = await fetch(`${privet.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, 'idempotency-key': key },
    body: JSON.stringify({ query: UPDATE, variables: { instance: name, input: { visibility: { status }, ...terms } } }),
  });
  return (await response.json()) as Answer;
}

const sets = ({ phoneNumber } = linked): number =>
  privet.simulator.account(phoneNumber).stanzas.filter(({ xmlns, type }) => xmlns === 'privacy' && type === 'set')
    .length;

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

test('the same input on other terms is another one, and what was put back is kept', async () => {
  const caller = { ...linked, token: privet.token };
  using _refused = privet.simulator.addFault({
    match: { xmlns: 'privacy', category: 'profile' },
    do: 'error',
    code: 403,
  });
  const terms = { onFailure: 'ROLLBACK', visibility: { status: 'CONTACT_BLACKLIST', profile: 'NONE' } };
  const first = await update('key-terms', '', caller, terms);
  expect(first.data?.updatePrivacy).toMatchObject({
    outcomes: [{ rolledBack: true }, { rolledBack: null }],
    failures: [{ code: 'ROLLED_BACK' }, { code: 'REJECTED' }],
    warnings: [{ code: 'NOBODY_EXCLUDED' }],
  });
  const before = sets();
  expect(await update('key-terms', '', caller, terms)).toEqual(first);
  const ifObservedAt = new Date().toISOString();
  for (const others of [{ onFailure: 'STOP' }, { onFailure: null }, { ifObservedAt }]) {
    expect(codeOf(await update('key-terms', '', caller, { ...terms, ...others }))).toBe('BAD_USER_INPUT');
  }
  expect(sets()).toBe(before);
});

test('a key is the caller’s own: with another token it is another call', async () => {
  const answer = await update('key-1', 'CONTACTS', linked);
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

test('of a token 10,000 outcomes are kept: the oldest that ended go first, never a call that runs', async () => {
  const crowded = await privet.link('crowded');
  const once = async (key: string) => (await update(key, 'CONTACTS', crowded)).data?.updatePrivacy;
  const answers = [await once('oldest'), await once('next')];
  const sql = (text: string) => behindTheBack(privet.dataDir, text);
  const mine = `from outcomes where caller_id =
    (select tokens.id from tokens join instances on instances.id = instance_id where name = 'crowded')`;
  const count = async (which = '') => (await sql(`select created_at ${mine} ${which}`)).length;
  const random = onPostgres ? `decode(md5(n::text), 'hex')` : 'randomblob(32)';
  const none = bytes('00');
  const columns = 'caller_kind, caller_id, key_hash, instance_id, fingerprint, sealed, version, owner, created_at';
  await sql(`insert into outcomes (${columns})
    with recursive numbers (n) as (select 1 union all select n + 1 from numbers where n < 9997)
    select 'token', caller_id, ${random}, instance_id, ${none}, ${none}, 1, null, created_at + 1
      from numbers, (select * ${mine} order by created_at desc limit 1) as latest`);
  await sql(`insert into outcomes (${columns})
    select 'token', caller_id, ${none}, instance_id, ${none}, null, null, 'another', 0
      from (select * ${mine} limit 1) as any_one`);
  expect(await count()).toBe(10_000);

  await once('new');
  expect([await count(), await count('and created_at = 0 and sealed is null')]).toEqual([10_000, 1]);
  privet.simulator.setPrivacy(crowded.phoneNumber, 'status', 'all');
  const before = sets(crowded);
  expect([await once('next'), sets(crowded) - before]).toEqual([answers[1], 0]);
  expect([await once('oldest'), sets(crowded) - before]).toEqual([answers[0], 1]);
});
