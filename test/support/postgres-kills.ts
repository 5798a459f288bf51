import { expect } from 'vitest';
import { startPostgres } from './postgres-server.ts';
import { bootPrivet } from './privet.ts';

const UPDATE = `mutation ($instance: String!, $input: UpdatePrivacyInput!) {
  updatePrivacy(instance: $instance, input: $input) { outcomes { field result current } failures { code } stanzas }
}`;
const CREATE = `mutation ($name: String!) { createInstance(name: $name) { instance { name } token } }`;
/** How long one call is sent again before the service counts as gone, in milliseconds. */
const PATIENCE_MS = 40_000;

interface Answer {
  readonly data?: Record<string, Record<string, unknown> | null> | null;
  readonly errors?: readonly { readonly message: string; readonly extensions: Record<string, unknown> }[];
}

/**
 * Sends so many updates, each with a key, and makes an instance beside every tenth, while the database is killed and
 * started again so many times. A call that fails is sent again, as clients do. What was acknowledged has to be there at the
 * end, nothing of it is done twice, and the link never ends.
 */
export async function updatesAcrossKills(updates: number, kills: number): Promise<void> {
  await using postgres = await startPostgres();
  await using privet = await bootPrivet({ databaseUrl: postgres.url('postgres') });
  const linked = await privet.link('shop');
  const loginsBefore = privet.simulator.account(linked.phoneNumber).logins.length;
  const send = async (query: string, variables: object, key = ''): Promise<Answer> => {
    const response = await fetch(`${privet.url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${privet.token}`,
        ...(key !== '' && { 'idempotency-key': key }),
      },
      body: JSON.stringify({ query, variables }),
    });
    return (await response.json()) as Answer;
  };
  const sendUpdate = (n: number) => {
    const input = { visibility: { status: n % 2 === 0 ? 'NONE' : 'ALL' } };
    return send(UPDATE, { instance: linked.name, input }, `update-${n}`);
  };
  const refusals = new Set<unknown>();
  const untilDone = async (ask: () => Promise<Answer>): Promise<Answer> => {
    for (const end = Date.now() + PATIENCE_MS; Date.now() < end;) {
      const answer = await ask();
      if (!answer.errors) return answer;
      for (const { extensions } of answer.errors) refusals.add(extensions['code']);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error('The service did not go on by itself');
  };

  const acknowledged = new Map<number, Answer>();
  const names: string[] = [];
  const killing: Promise<void>[] = [];
  const every = Math.floor(updates / (kills + 1));
  for (let n = 1; n <= updates; n += 1) {
    if (n % every === 0 && killing.length < kills) {
      killing.push(
        postgres
          .kill()
          .then(() => new Promise((resolve) => setTimeout(resolve, 500)))
          .then(() => postgres.start()),
      );
    }
    acknowledged.set(n, await untilDone(() => sendUpdate(n)));
    if (n % 10 !== 0) continue;
    const name = `i${n}`;
    const made = await send(CREATE, { name });
    if (made.data?.['createInstance']) names.push(name);
  }
  await Promise.all(killing);
  // It does not say that it is busy for longer than the database was away.
  await expect.poll(async () => (await fetch(`${privet.url}/health/ready`)).status, { timeout: 10_000 }).toBe(200);

  const sets = () => privet.simulator.account(linked.phoneNumber).stanzas.filter(({ type }) => type === 'set').length;
  const before = sets();
  for (const [n, answer] of acknowledged) expect([n, await sendUpdate(n)]).toEqual([n, answer]);
  expect(sets()).toBe(before);
  for (const name of names) {
    const { data } = await privet.graphql('query ($name: String!) { instance(name: $name) { name } }', { name });
    expect(data).toEqual({ instance: { name } });
  }
  // What clients were told meanwhile says that the same may work later, or that the first try of it still runs.
  expect([...refusals].filter((code) => code !== 'OVERLOADED' && code !== 'CONFLICT')).toEqual([]);
  const { logins, linkedDevices } = privet.simulator.account(linked.phoneNumber);
  expect([logins.length, linkedDevices]).toEqual([loginsBefore, 1]);
  expect((await privet.waitForState(linked.name, 'OPEN')).reason).toBeNull();
  await privet.restart();
  await privet.waitForState(linked.name, 'OPEN');
}
