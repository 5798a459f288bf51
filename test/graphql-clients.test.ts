import { ApolloClient, ApolloLink, HttpLink, InMemoryCache, Observable } from '@apollo/client';
import { Client as UrqlClient, fetchExchange, subscriptionExchange } from '@urql/core';
import { print } from 'graphql';
import { createClient as createSseClient } from 'graphql-sse';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  CreateInstanceDocument,
  InstanceDocument,
  PrivacyChangesDocument,
  PrivacyDocument,
  UpdatePrivacyDocument,
  type UpdatePrivacyInput,
  type UpdatePrivacyMutation,
} from './gql/graphql.ts';
import { bootPrivet, type LinkedInstance, type TestPrivet } from './support/privet.ts';

type Update = NonNullable<UpdatePrivacyMutation['updatePrivacy']>;

/** What a client library can do with the generated documents. */
interface Client {
  update(instance: string, input: UpdatePrivacyInput): Promise<Update>;
  lastSeen(instance: string): Promise<string | null | undefined>;
  /** The code of the error that creating an instance of that name ends with. */
  refusal(name: string): Promise<unknown>;
  /** Reports each `lastSeen` until the answer is true. */
  watchLastSeen(instance: string, until: (lastSeen: string | null | undefined) => boolean): Promise<void>;
}

const authorization = (token: string): { authorization: string } => ({ authorization: `Bearer ${token}` });

function defined<T>(value: T | null | undefined): T {
  if (value == null) throw new Error('Expected a value');
  return value;
}

function urql({ url, token }: TestPrivet): Client {
  const sse = createSseClient({ url: `${url}/graphql`, headers: authorization(token) });
  const client = new UrqlClient({
    url: `${url}/graphql`,
    preferGetMethod: false,
    fetchOptions: { headers: authorization(token) },
    exchanges: [
      fetchExchange,
      // Its own transport for streams rejects a promise that nobody holds when a stream is left.
      subscriptionExchange({
        forwardSubscription: ({ query = '', variables }) => ({
          subscribe: (sink) => ({ unsubscribe: sse.subscribe({ query, variables: { ...variables } }, sink) }),
        }),
      }),
    ],
  });
  return {
    async update(instance, input) {
      const { data, error } = await client.mutation(UpdatePrivacyDocument, { instance, input });
      expect(error).toBeUndefined();
      return defined(data?.updatePrivacy);
    },
    async lastSeen(instance) {
      const { data } = await client.query(PrivacyDocument, { instance });
      return data?.privacy?.visibility.lastSeen;
    },
    async refusal(name) {
      const { error } = await client.mutation(CreateInstanceDocument, { name });
      return error?.graphQLErrors[0]?.extensions['code'];
    },
    watchLastSeen: (instance, until) =>
      new Promise((resolve, reject) => {
        const { unsubscribe } = client
          .subscription(PrivacyChangesDocument, { instance })
          .subscribe(({ data, error }) => {
            if (error) reject(error);
            if (data && until(data.privacy?.visibility.lastSeen)) {
              unsubscribe();
              resolve();
            }
          });
      }),
  };
}

/** Apollo has no transport for server-sent events of its own. */
function sseLink(url: string, token: string): ApolloLink {
  const sse = createSseClient({ url, headers: authorization(token) });
  return new ApolloLink(
    ({ query, variables, operationName = '' }) =>
      new Observable((observer) =>
        sse.subscribe(
          { query: print(query), variables, operationName },
          {
            next: (result) => observer.next(result as ApolloLink.Result),
            error: (error) => observer.error(error),
            complete: () => observer.complete(),
          },
        ),
      ),
  );
}

function apollo({ url, token }: TestPrivet): Client {
  const uri = `${url}/graphql`;
  const client = new ApolloClient({
    cache: new InMemoryCache(),
    link: ApolloLink.split(
      ({ operationType }) => operationType === 'subscription',
      sseLink(uri, token),
      new HttpLink({ uri, headers: authorization(token) }),
    ),
  });
  return {
    async update(instance, input) {
      const { data } = await client.mutate({ mutation: UpdatePrivacyDocument, variables: { instance, input } });
      return defined(data?.updatePrivacy);
    },
    async lastSeen(instance) {
      const { data } = await client.query({ query: PrivacyDocument, variables: { instance } });
      return data?.privacy?.visibility.lastSeen;
    },
    async refusal(name) {
      const { error } = await client.mutate({
        mutation: CreateInstanceDocument,
        variables: { name },
        errorPolicy: 'all',
      });
      return error && 'errors' in error && Array.isArray(error.errors) ? error.errors[0]?.extensions?.code : error;
    },
    watchLastSeen: (instance, until) =>
      new Promise((resolve, reject) => {
        const subscription = client.subscribe({ query: PrivacyChangesDocument, variables: { instance } }).subscribe({
          next: ({ data }) => {
            if (!until(data?.privacy?.visibility.lastSeen)) return;
            subscription.unsubscribe();
            resolve();
          },
          error: reject,
        });
      }),
  };
}

describe.for([
  ['@urql/core', urql],
  ['@apollo/client', apollo],
] as const)('%s with the typed documents, against the running service', ([name, connect]) => {
  let privet: TestPrivet;
  let linked: LinkedInstance;
  let client: Client;

  beforeAll(async () => {
    privet = await bootPrivet();
    linked = await privet.link('shop');
    client = connect(privet);
  });
  afterAll(() => privet[Symbol.asyncDispose]());

  test('a full update', async () => {
    const input: UpdatePrivacyInput = {
      visibility: { lastSeen: 'NONE', status: 'CONTACTS', profile: 'CONTACT_BLACKLIST', online: 'MATCH_LAST_SEEN' },
      privacy: { readReceipts: 'NONE' },
      permissions: { callAdd: 'KNOWN', groupAdd: 'CONTACTS' },
    };
    const { settings, outcomes, failures, stanzas } = await client.update(linked.name, input);
    expect(failures).toEqual([]);
    expect(settings).toMatchObject(input);
    expect(outcomes.map(({ result }) => result)).toEqual(Array.from({ length: 7 }, () => 'APPLIED'));
    expect(stanzas).toBe(8);
    expect(privet.simulator.account(linked.phoneNumber).privacy).toMatchObject({ last: 'none', groupadd: 'contacts' });
    expect(await client.lastSeen(linked.name)).toBe('NONE');
  });

  test('a partial failure', async () => {
    privet.simulator.addFault({
      match: { xmlns: 'privacy', type: 'set', category: 'status' },
      do: 'error',
      code: 403,
      times: 1,
    });
    const { settings, failures } = await client.update(linked.name, {
      visibility: { status: 'NONE', lastSeen: 'CONTACTS' },
    });
    expect(failures).toMatchObject([
      {
        field: 'STATUS',
        requested: 'NONE',
        current: 'CONTACTS',
        code: 'REJECTED',
        message: expect.stringContaining('403'),
      },
    ]);
    expect(settings).toMatchObject({ visibility: { status: 'CONTACTS', lastSeen: 'CONTACTS' } });
  });

  test('an error keeps its code', async () => {
    expect(await client.refusal(linked.name)).toBe('CONFLICT');
    expect(await client.refusal('no good name')).toBe('BAD_USER_INPUT');
  });

  test('a change on the phone reaches a subscription within 2 s', async () => {
    const seen: (string | null | undefined)[] = [];
    let changedAt = 0;
    await client.watchLastSeen(linked.name, (lastSeen) => {
      seen.push(lastSeen);
      if (seen.length === 1) {
        changedAt = performance.now();
        privet.simulator.setPrivacy(linked.phoneNumber, 'last', 'all');
      }
      return seen.length === 2;
    });
    expect(seen).toEqual(['CONTACTS', 'ALL']);
    expect(performance.now() - changedAt, name).toBeLessThan(2000);
  });
});

test('a typed document is refused at compile time where it does not fit the schema', () => {
  // @ts-expect-error: an enum of another field
  const input: UpdatePrivacyInput = { visibility: { online: 'CONTACTS' } };
  expect([input, InstanceDocument]).toBeDefined();
});
