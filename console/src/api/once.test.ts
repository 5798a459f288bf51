import { Client, fetchExchange, gql } from '@urql/core';
import { expect, test } from 'vitest';
import { newKey, sendOnce } from './once.ts';

const DONE = { data: { done: true } };
const refusal = (code: string, more = {}): object => ({ errors: [{ message: '', extensions: { code, ...more } }] });
const LOST = 'lost';
const KEY = /"idempotencyKey":"(\w+)"/;

/** What comes of a change where a service answers so, one time after the other. */
async function sentTo(answers: readonly (object | typeof LOST)[], wasSent = false) {
  const keys = new Set<string>();
  const rest = [...answers];
  const client = new Client({
    url: 'http://privet.invalid/graphql',
    exchanges: [fetchExchange],
    preferGetMethod: false,
    fetch: async (_url, init) => {
      const { body } = new Request('http://privet.invalid', init);
      keys.add(KEY.exec(await new Response(body).text())?.[1] ?? 'none');
      const answer = rest.shift();
      if (answer === LOST) throw new TypeError('Failed to fetch');
      return new Response(JSON.stringify(answer), { headers: { 'content-type': 'application/json' } });
    },
  });
  const once = { document: gql('mutation { done }'), variables: {}, key: newKey(), wasSent };
  const { data, problem, mayBeDone } = await sendOnce(client, once, () => undefined);
  expect([[...keys], rest]).toEqual([[once.key], []]);
  return { isDone: data !== undefined, code: problem?.code, mayBeDone };
}

test('a change whose answer is lost, or that is still at work, is sent again with its key', async () => {
  const done = { isDone: true, code: undefined, mayBeDone: false };
  const sent = [sentTo([LOST, DONE]), sentTo([refusal('CONFLICT'), DONE], true)];
  expect(await Promise.all(sent)).toEqual([done, done]);
});

test('a refusal says that nothing was made, unless an answer was lost before or it says nothing of that', async () => {
  const refused = { isDone: false, code: 'RATE_LIMITED' };
  expect(await sentTo([refusal('RATE_LIMITED')])).toEqual({ ...refused, mayBeDone: false });
  expect(await sentTo([LOST, refusal('RATE_LIMITED')])).toEqual({ ...refused, mayBeDone: true });
  expect(await sentTo([refusal('RATE_LIMITED')], true)).toEqual({ ...refused, mayBeDone: true });
  expect(await sentTo([refusal('CONFLICT', { current: {} })])).toMatchObject({ code: 'CONFLICT', mayBeDone: false });
  expect(await sentTo([refusal('INTERNAL_SERVER_ERROR')])).toMatchObject({ mayBeDone: true });
});
