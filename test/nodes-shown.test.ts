import { expect, test } from 'vitest';
import { makeDatabase, runSql } from './support/postgres.ts';
import { sharedPrivet } from './support/shared-privet.ts';

const databaseUrl = await makeDatabase();
const privet = await sharedPrivet({ databaseUrl, env: { PRIVET_NODE: 'node-a' } });

/** A node that only has a row, as one that is there, or was. */
const addRow = (id: string, expires: string): Promise<unknown> =>
  runSql(
    databaseUrl,
    `insert into nodes (id, incarnation, url, draining, started_at, expires_at)
     values ('${id}', 'run-${id}', 'http://127.0.0.1:9', false, '2026-01-31T12:00:00Z', now() + interval '${expires}')`,
  );
const give = (name: string, node: string): Promise<unknown> =>
  runSql(
    databaseUrl,
    `update instances set owner_incarnation = 'run-${node}', epoch = epoch + 1 where name = '${name}'`,
  );

test('an instance says which node has it, to who may administer; of a list too', async () => {
  for (const name of ['here', 'there', 'nowhere']) {
    await privet.graphql('mutation ($name: String!) { createInstance(name: $name) { instance { id } } }', { name });
  }
  await addRow('node-b', '1 hour');
  await addRow('node-c', '-1 hour');
  await give('there', 'node-b');
  await give('nowhere', 'node-c');
  const list = async (token?: string) =>
    (await privet.graphql('{ instances { nodes { name node } } }', {}, token)).data?.['instances'];
  expect(await list()).toEqual({
    nodes: [
      { name: 'here', node: 'node-a' },
      { name: 'nowhere', node: null },
      { name: 'there', node: 'node-b' },
    ],
  });
  const create = 'mutation { createToken(input: { scopes: [READ, WRITE, PAIR] }) { token } }';
  const made = await privet.graphql<{ createToken: { token: string } }>(create);
  const { token } = made.data?.createToken ?? expect.unreachable(JSON.stringify(made.errors));
  expect(await list(token)).toMatchObject({ nodes: [{ node: null }, { node: null }, { node: null }] });
});
