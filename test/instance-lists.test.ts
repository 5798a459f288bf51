import { afterAll, beforeAll, expect, test } from 'vitest';
import { AllInstancesDocument } from './gql/graphql.ts';
import { openEventStream } from './support/event-stream.ts';
import { bootPrivet, type TestPrivet } from './support/privet.ts';

let privet: TestPrivet;

beforeAll(async () => {
  privet = await bootPrivet();
});
afterAll(() => privet[Symbol.asyncDispose]());

interface Page {
  readonly instances: {
    readonly totalCount: number;
    readonly nodes: readonly { readonly name: string; readonly createdAt: string }[];
  };
}

const page = async (first: number, token?: string) =>
  (await privet.graphql<Page>(`{ instances(first: ${first}) { totalCount nodes { name createdAt } } }`, {}, token)).data
    ?.instances;

async function create(name: string): Promise<string> {
  const query = 'mutation ($name: String!) { createInstance(name: $name) { token } }';
  return (
    (await privet.graphql<{ createInstance: { token: string } }>(query, { name })).data?.createInstance.token ?? ''
  );
}

test('a list says how many instances the token reaches, and of each when it was made, also after a restart', async () => {
  expect(await page(1)).toEqual({ totalCount: 0, nodes: [] });
  const before = Date.now();
  const token = await create('a');
  for (const name of ['b', 'c']) await create(name);
  const made = Date.now();
  expect(await page(1)).toMatchObject({ totalCount: 3, nodes: [{ name: 'a' }] });
  const [own] = (await page(1, token))?.nodes ?? [];
  const at = Date.parse(own?.createdAt ?? '');
  expect([at >= before, at <= made]).toEqual([true, true]);

  await privet.graphql('mutation { stopInstance(instance: "a") { state } deleteInstance(instance: "c") { name } }');
  await privet.restart();
  expect(await page(100)).toMatchObject({ totalCount: 2, nodes: [own, { name: 'b' }] });
  expect(await page(100, token)).toEqual({ totalCount: 1, nodes: [own] });

  // What does not run is in the database alone, and is counted, found and watched all the same.
  const metrics = await (await fetch(`${privet.url}/metrics`)).text();
  expect(metrics).toContain('privet_sessions{state="UNPAIRED"} 2');
  const stream = await openEventStream(privet, AllInstancesDocument, {});
  const event = async () => (await stream.data()).instanceChanges;
  expect([await event(), await event(), await event()]).toMatchObject([
    { instance: { name: 'a' } },
    { instance: { name: 'b' } },
    { caughtUp: true },
  ]);
  await privet.graphql('mutation { deleteInstance(instance: "b") { name } }');
  expect(await event()).toMatchObject({ instance: null, deleted: expect.stringMatching(/^Instance:/) as string });
  expect(await page(100)).toMatchObject({ totalCount: 1, nodes: [own] });
});
