import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  AllInstancesDocument,
  AllPrivacyDocument,
  InstanceChangesDocument,
  PrivacyChangesDocument,
} from './gql/graphql.ts';
import { openEventStream } from './support/event-stream.ts';
import { bootNodes, type TestNode, type TestNodes } from './support/nodes-in-process.ts';
import { runSql } from './support/postgres.ts';

let rig: TestNodes;
let a: TestNode;
let b: TestNode;
let c: TestNode;
const phones = new Map<string, string>();
beforeAll(async () => {
  rig = await bootNodes(['a', 'b', 'c']);
  const [first, second, third] = rig.nodes;
  if (!first || !second || !third) throw new Error('There are three nodes');
  [a, b, c] = [first, second, third];
  for (const { name, phoneNumber } of await Promise.all(rig.nodes.map((node) => rig.link(node, `on-${node.name}`)))) {
    phones.set(name, phoneNumber);
  }
});
afterAll(() => rig[Symbol.asyncDispose]());

const at = ({ url }: TestNode) => ({ url, token: rig.token });
const setsOf = (name: string): number =>
  rig.simulator.account(phones.get(name) ?? '').stanzas.filter(({ type }) => type === 'set').length;

const SETTINGS =
  'visibility { lastSeen status profile online } privacy { readReceipts } permissions { callAdd groupAdd }';
const UPDATE = `mutation ($i: String!, $input: UpdatePrivacyInput!) {
  updatePrivacy(instance: $i, input: $input) { outcomes { field result current } failures { code } stanzas }
}`;
const show = (node: TestNode, i: string, status: string, headers = {}) =>
  node.graphql(UPDATE, { i, input: { visibility: { status } } }, headers);

test.each([
  ['its settings', `{ privacy(instance: "on-a") { id ${SETTINGS} } }`],
  ['its default timer', '{ privacy(instance: "on-a") { privacy { defaultDisappearing } } }'],
  [
    'what an update would do',
    '{ planPrivacy(instance: "on-a", input: { visibility: { status: NONE } }) { unchanged stanzas } }',
  ],
  [
    'an exclusion list',
    '{ privacyExclusions(instance: "on-a", field: STATUS) { id active contacts { phoneNumber } } }',
  ],
  ['its blocklist', '{ blockedContacts(instance: "on-a") { id contacts { phoneNumber } } }'],
  ['how it is', '{ instance(name: "on-a") { id name state since reason { code } phoneNumber } }'],
  ['its last settings', `{ instance(name: "on-a") { lastSettings { stale observedAt ${SETTINGS} } } }`],
  ['all instances', '{ instances(first: 2) { nodes { name state lastSettings { stale } } pageInfo { hasNextPage } } }'],
])('through any node is the same: %s', async (_, query) => {
  const [owner, other, third] = [await a.graphql(query), await b.graphql(query), await c.graphql(query)];
  expect(owner.errors).toBeUndefined();
  expect(other).toEqual(owner);
  expect(third).toEqual(owner);
});

test('a document about instances of three nodes is answered as one', async () => {
  const fields = ['a', 'b', 'c'].map((n) => `${n}: privacy(instance: "on-${n}") { ${SETTINGS} }`);
  const answer = await b.graphql<Record<string, object>>(`{ ${fields.join(' ')} none: privacy(instance: "x") { id } }`);
  expect(Object.values(answer.data ?? {}).filter(Boolean)).toHaveLength(3);
  expect(answer.errors).toMatchObject([{ path: ['none'], extensions: { code: 'NOT_FOUND' } }]);
});

test('an instance is changed through nodes that do not have it', async () => {
  expect(await show(b, 'on-a', 'NONE')).toMatchObject({
    data: { updatePrivacy: { outcomes: [{ field: 'STATUS', result: 'APPLIED', current: 'NONE' }], failures: [] } },
  });
  const block = (node: TestNode, what: string) =>
    node.graphql(
      `mutation { ${what}(instance: "on-a", contacts: ["+4915740055555"]) { outcomes { result } failures { code } } }`,
    );
  const blocked = await block(b, 'blockContacts');
  expect(blocked.data).toEqual({
    blockContacts: { outcomes: [{ result: 'FAILED' }], failures: [{ code: 'NOT_ON_WHATSAPP' }] },
  });
  expect(await block(c, 'blockContacts')).toEqual(blocked);
  const exclude = await b.graphql(`mutation { updatePrivacyExclusions(
    instance: "on-a", field: STATUS, input: { replace: [] }) { failures { code } } }`);
  expect(exclude.data ?? exclude.errors).toMatchObject({ updatePrivacyExclusions: { failures: [] } });
});

test('a call with a key is made once, through whichever node it comes', async () => {
  const headers = { 'idempotency-key': 'once' };
  const first = await show(b, 'on-a', 'CONTACTS', headers);
  const before = setsOf('on-a');
  expect(await show(c, 'on-a', 'CONTACTS', headers)).toEqual(first);
  expect(await show(a, 'on-a', 'CONTACTS', headers)).toEqual(first);
  expect(setsOf('on-a')).toBe(before);
});

test('the whole life of an instance, each step through another node, and its errors are those of its own node', async () => {
  const run = (node: TestNode, text: string) => node.graphql(`mutation { ${text} }`);
  await run(a, 'createInstance(name: "life") { token }');
  const unlinked = 'startInstance(instance: "life") { state }';
  expect(await run(b, unlinked)).toEqual(await run(a, unlinked));
  const paired = await b.graphql<{ pairInstance: { pairing: { qr: string } } }>(
    'mutation { pairInstance(instance: "life") { pairing { qr } } }',
  );
  await rig.simulator.scan(paired.data?.pairInstance.pairing.qr ?? '');
  await rig.waitForState(c, 'life', 'OPEN');
  const again = 'pairInstance(instance: "life") { state }';
  expect((await run(c, again)).errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  expect(await run(c, again)).toEqual(await run(a, again));
  const old = `updatePrivacy(instance: "life", input: { visibility: { status: NONE }, ifObservedAt: "2001-01-01T00:00:00Z" }) { stanzas }`;
  const [near, far] = [await run(a, old), await run(b, old)];
  expect(far.errors?.[0]).toMatchObject({
    extensions: { code: 'CONFLICT', current: { visibility: { status: 'ALL' } } },
  });
  expect(far.errors?.[0]?.message).toBe(near.errors?.[0]?.message);

  expect(await run(c, 'stopInstance(instance: "life") { state reason { code } }')).toMatchObject({
    data: { stopInstance: { state: 'STOPPED', reason: { code: 'STOPPED_BY_USER' } } },
  });
  const read = '{ privacy(instance: "life") { id } }';
  expect((await b.graphql(read)).errors).toMatchObject([
    { extensions: { code: 'INSTANCE_NOT_CONNECTED', state: 'STOPPED', reason: { code: 'STOPPED_BY_USER' } } },
  ]);
  expect(await b.graphql(read)).toEqual(await a.graphql(read));
  await run(b, 'startInstance(instance: "life") { state }');
  await rig.waitForState(c, 'life', 'OPEN');
  expect(await run(c, 'unlinkInstance(instance: "life") { state }')).toMatchObject({
    data: { unlinkInstance: { state: 'LOGGED_OUT' } },
  });
  expect(await run(b, 'deleteInstance(instance: "life") { name }')).toMatchObject({
    data: { deleteInstance: { name: 'life' } },
  });
  for (const node of rig.nodes) {
    expect(await node.graphql('{ instance(name: "life") { id } }')).toMatchObject({ data: { instance: null } });
  }
});

test('streams about all instances tell through any node what happens on all of them, and nothing twice', async () => {
  const instances = await openEventStream(at(b), AllInstancesDocument, {});
  const settings = await openEventStream(at(c), AllPrivacyDocument, {});
  const seen: string[] = [];
  await instances.until(({ instanceChanges }) => {
    seen.push(`${instanceChanges?.instance?.name} ${instanceChanges?.instance?.state}`);
    return instanceChanges?.caughtUp === true;
  });
  expect(seen.slice(0, 3)).toEqual(['on-a OPEN', 'on-b OPEN', 'on-c OPEN']);
  let known = 0;
  await settings.until(({ privacyChanges }) => {
    known += privacyChanges?.settings ? 1 : 0;
    return privacyChanges?.caughtUp === true;
  });
  expect(known).toBe(3);

  await show(b, 'on-a', 'NONE');
  const changed = await settings.data();
  expect(changed.privacyChanges?.settings?.visibility.status).toBe('NONE');
  await show(a, 'on-b', 'NONE');
  expect((await settings.data()).privacyChanges?.settings?.id).not.toBe(changed.privacyChanges?.settings?.id);

  await a.graphql('mutation { createInstance(name: "told") { token } }');
  expect((await instances.data()).instanceChanges?.instance).toMatchObject({ name: 'told', state: 'UNPAIRED' });
  await c.graphql('mutation { deleteInstance(instance: "told") { name } }');
  expect((await instances.data()).instanceChanges).toMatchObject({ instance: null });
});

test('streams about one instance move with it, and calls too', async () => {
  const state = await openEventStream(at(b), InstanceChangesDocument, { name: 'on-c' });
  const settings = await openEventStream(at(b), PrivacyChangesDocument, { instance: 'on-c' });
  expect((await state.data()).instance?.state).toBe('OPEN');
  expect((await settings.data()).privacy?.visibility.status).toBe('ALL');
  await show(a, 'on-c', 'CONTACTS');
  expect((await settings.data()).privacy?.visibility.status).toBe('CONTACTS');
  await runSql(
    rig.databaseUrl,
    `update instances set epoch = epoch + 1, owner_incarnation = (select incarnation from nodes where id = 'a')
     where name = 'on-c'`,
  );
  // At its new node it connects anew.
  await state.until(({ instance }) => instance?.state === 'OPEN');
  await show(c, 'on-c', 'NONE');
  // What held all the time was not sent again.
  expect((await settings.data()).privacy?.visibility.status).toBe('NONE');
  expect(rig.simulator.account(phones.get('on-c') ?? '').linkedDevices).toBe(1);
});

test('a node that ends is not missed: streams and calls of its instances go on elsewhere', async () => {
  const settings = await openEventStream(at(b), PrivacyChangesDocument, { instance: 'on-a' });
  const all = await openEventStream(at(b), AllInstancesDocument, {});
  await all.until(({ instanceChanges }) => instanceChanges?.caughtUp === true);
  const before = (await settings.data()).privacy?.visibility.status;
  rig.simulator.setRtt(300);
  const read = c.graphql(`{ privacy(instance: "on-a") { ${SETTINGS} } }`);
  await a.stop();
  rig.simulator.setRtt(0);
  expect((await read).errors).toBeUndefined();
  const next = before === 'ALL' ? 'NONE' : 'ALL';
  await rig.waitForState(c, 'on-a', 'OPEN');
  expect((await show(c, 'on-a', next)).data).toMatchObject({ updatePrivacy: { failures: [] } });
  expect((await settings.data()).privacy?.visibility.status).toBe(next);
  expect((await b.graphql(`{ privacy(instance: "on-c") { ${SETTINGS} } }`)).errors).toBeUndefined();
});
