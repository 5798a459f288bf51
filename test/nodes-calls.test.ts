import { afterAll, beforeAll, expect, test } from 'vitest';
import { bootNodes, type TestNode, type TestNodes } from './support/nodes-in-process.ts';

let rig: TestNodes;
let a: TestNode;
let b: TestNode;
let c: TestNode;
beforeAll(async () => {
  rig = await bootNodes(['a', 'b', 'c']);
  const [first, second, third] = rig.nodes;
  if (!first || !second || !third) throw new Error('There are three nodes');
  [a, b, c] = [first, second, third];
  await Promise.all(rig.nodes.map((node) => rig.link(node, `on-${node.name}`)));
});
afterAll(() => rig[Symbol.asyncDispose]());

const READ = `query ($i: String!) { privacy(instance: $i) { visibility { lastSeen status } } }`;
const UPDATE = `mutation ($i: String!, $input: UpdatePrivacyInput!) {
  updatePrivacy(instance: $i, input: $input) { outcomes { field result current } failures { code } stanzas }
}`;

test('an instance is read and changed through a node that does not have it', async () => {
  const input = { visibility: { status: 'NONE' } };
  expect(await b.graphql(UPDATE, { i: 'on-a', input })).toMatchObject({
    data: { updatePrivacy: { outcomes: [{ field: 'STATUS', result: 'APPLIED', current: 'NONE' }], failures: [] } },
  });
  const read = await c.graphql(READ, { i: 'on-a' });
  expect(read).toMatchObject({ data: { privacy: { visibility: { status: 'NONE' } } } });
  expect(await a.graphql(READ, { i: 'on-a' })).toEqual(read);
});
