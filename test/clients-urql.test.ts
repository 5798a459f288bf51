import { Client, fetchExchange, subscriptionExchange, type OperationResult } from '@urql/core';
import { createClient } from 'graphql-sse';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
  PrivacyChangesDocument,
  PrivacyDocument,
  UpdatePrivacyDocument,
  type PrivacyChangesSubscription,
} from './gql/graphql.ts';
import { bootPrivet, type LinkedInstance, type TestPrivet } from './support/privet.ts';
import { ALL_CHANGED, ALL_CHANGED_WIRE } from './support/settings.ts';

let privet: TestPrivet;
let linked: LinkedInstance;
let count = 0;

beforeAll(async () => {
  privet = await bootPrivet();
});
afterAll(() => privet[Symbol.asyncDispose]());
afterEach(() => privet.simulator.clearFaults());

async function fresh(): Promise<LinkedInstance> {
  count += 1;
  linked = await privet.link(`urql-${count}`);
  return linked;
}

const headers = (token: string) => ({ authorization: `Bearer ${token}` });

/** Subscriptions by urql's own reader of event streams. */
const plainClient = (token = linked.token): Client =>
  new Client({
    url: `${privet.url}/graphql`,
    exchanges: [fetchExchange],
    fetchSubscriptions: true,
    fetchOptions: () => ({ headers: headers(token) }),
    preferGetMethod: false,
  });

/** Subscriptions by graphql-sse, as in its README. */
function sseClient(): Client {
  const sse = createClient({ url: `${privet.url}/graphql`, headers: headers(linked.token), retryAttempts: 0 });
  return new Client({
    url: `${privet.url}/graphql`,
    fetchOptions: () => ({ headers: headers(linked.token) }),
    preferGetMethod: false,
    exchanges: [
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: ({ query = '', variables }) => ({
          subscribe: (sink) => ({
            unsubscribe: sse.subscribe(
              { query, variables: variables ?? {} },
              {
                next: ({ data = null, errors }) => sink.next({ data, ...(errors ? { errors: [...errors] } : {}) }),
                error: (error) => sink.error(error),
                complete: () => sink.complete(),
              },
            ),
          }),
        }),
      }),
    ],
  });
}

/** Results of a subscription, one after the other, within a deadline. */
function collect(client: Client): { next: () => Promise<PrivacyChangesSubscription>; stop: () => void } {
  const results: OperationResult<PrivacyChangesSubscription>[] = [];
  let wake = (): void => {};
  const { unsubscribe } = client.subscription(PrivacyChangesDocument, { instance: linked.name }).subscribe((result) => {
    results.push(result);
    wake();
  });
  const next = async (): Promise<PrivacyChangesSubscription> => {
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => late.reject(new Error('No event within 10 s')), 10_000);
    try {
      while (results.length === 0) {
        await Promise.race([new Promise<void>((resolve) => (wake = resolve)), late.promise]);
      }
    } finally {
      clearTimeout(timer);
    }
    const result = results.shift();
    if (!result?.data) throw result?.error ?? new Error('neither data nor an error');
    return result.data;
  };
  return { next, stop: unsubscribe };
}

describe('@urql/core', () => {
  test('a full update: all seven fields, as the simulator then holds them', async () => {
    await fresh();
    const client = plainClient();
    const variables = { instance: linked.name, input: ALL_CHANGED };
    const { data, error } = await client.mutation(UpdatePrivacyDocument, variables).toPromise();
    expect(error).toBeUndefined();
    expect(data?.updatePrivacy).toMatchObject({ failures: [], stanzas: 8, settings: ALL_CHANGED });
    expect(data?.updatePrivacy?.outcomes.map(({ result }) => result)).toEqual(Array(7).fill('APPLIED'));
    expect(privet.simulator.account(linked.phoneNumber).privacy).toMatchObject(ALL_CHANGED_WIRE);

    const read = await client.query(PrivacyDocument, { instance: linked.name }).toPromise();
    expect(read.data?.privacy).toMatchObject(ALL_CHANGED);
  });

  test('a partial failure is data, not an error', async () => {
    await fresh();
    const match = { xmlns: 'privacy', type: 'set', category: 'status' };
    privet.simulator.addFault({ match, do: 'error', code: 403 });
    const variables = { instance: linked.name, input: ALL_CHANGED };
    const { data, error } = await plainClient().mutation(UpdatePrivacyDocument, variables).toPromise();
    expect(error).toBeUndefined();
    expect(data?.updatePrivacy?.failures).toEqual([
      {
        field: 'STATUS',
        requested: 'CONTACTS',
        current: 'ALL',
        code: 'REJECTED',
        message: expect.stringContaining('403') as string,
        retryable: false,
      },
    ]);
    expect(data?.updatePrivacy?.settings?.visibility).toMatchObject({ lastSeen: 'NONE', status: 'ALL' });
  });

  test('what stops the whole call is an error with its code', async () => {
    await fresh();
    const variables = { instance: 'nowhere', input: ALL_CHANGED };
    const refused = await plainClient().mutation(UpdatePrivacyDocument, variables).toPromise();
    expect(refused.data?.updatePrivacy ?? null).toBeNull();
    expect(refused.error?.graphQLErrors.map(({ extensions }) => extensions['code'])).toEqual(['NOT_FOUND']);
    const stranger = await plainClient('not-a-token').query(PrivacyDocument, { instance: linked.name }).toPromise();
    expect(stranger.error?.graphQLErrors.map(({ extensions }) => extensions['code'])).toEqual(['UNAUTHENTICATED']);
  });

  test.each([
    ['its own event streams', plainClient],
    ['graphql-sse', sseClient],
  ])('a change on the phone reaches a subscription within 2 s, by %s', async (_, makeClient) => {
    await fresh();
    const { next, stop } = collect(makeClient());
    expect((await next()).privacy?.visibility.lastSeen).toBe('ALL');
    const changed = performance.now();
    privet.simulator.setPrivacy(linked.phoneNumber, 'last', 'contacts');
    expect((await next()).privacy?.visibility.lastSeen).toBe('CONTACTS');
    expect(performance.now() - changed).toBeLessThan(2000);
    stop();
  });

  test('an update of one client reaches the subscription of another', async () => {
    await fresh();
    const { next, stop } = collect(sseClient());
    await next();
    const variables = { instance: linked.name, input: ALL_CHANGED };
    await plainClient(privet.token).mutation(UpdatePrivacyDocument, variables).toPromise();
    expect((await next()).privacy).toMatchObject(ALL_CHANGED);
    stop();
  });
});
