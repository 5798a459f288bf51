import { ApolloClient, ApolloLink, CombinedGraphQLErrors, HttpLink, InMemoryCache, Observable } from '@apollo/client';
import { OperationTypeNode, print } from 'graphql';
import { createClient } from 'graphql-sse';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import {
  ExclusionsDocument,
  type ExclusionsQuery,
  PrivacyChangesDocument,
  PrivacyDocument,
  type PrivacyQuery,
  UpdateExclusionsDocument,
  UpdatePrivacyDocument,
} from './gql/graphql.ts';
import { bootPrivet, type LinkedInstance, type TestPrivet } from './support/privet.ts';
import { ALL_CHANGED, ALL_CHANGED_WIRE } from './support/settings.ts';

let privet: TestPrivet;
let linked: LinkedInstance;
let count = 0;
/** The operations that left over HTTP, by name. */
const posted: string[] = [];

beforeAll(async () => {
  privet = await bootPrivet();
});
afterAll(() => privet[Symbol.asyncDispose]());
afterEach(() => privet.simulator.clearFaults());

async function fresh(): Promise<LinkedInstance> {
  count += 1;
  linked = await privet.link(`apollo-${count}`);
  posted.length = 0;
  return linked;
}

/** Subscriptions go through graphql-sse, the rest over HTTP. */
function makeClient(token = linked.token): ApolloClient {
  const headers = { authorization: `Bearer ${token}` };
  const uri = `${privet.url}/graphql`;
  const sse = createClient({ url: uri, headers, retryAttempts: 0 });
  const http = new HttpLink({
    uri,
    headers,
    fetch: (url, init) => {
      const body = typeof init?.body === 'string' ? init.body : '{}';
      posted.push((JSON.parse(body) as { operationName: string }).operationName);
      return fetch(url, init);
    },
  });
  const streams = new ApolloLink(
    ({ query, variables }) =>
      new Observable((observer) => {
        const sink = {
          next: (result: object) => observer.next(result),
          error: (error: unknown) => observer.error(error),
          complete: () => observer.complete(),
        };
        return sse.subscribe({ query: print(query), variables }, sink);
      }),
  );
  const isStream = ({ operationType }: ApolloLink.Operation): boolean =>
    operationType === OperationTypeNode.SUBSCRIPTION;
  return new ApolloClient({ cache: new InMemoryCache(), link: ApolloLink.split(isStream, streams, http) });
}

const update = (client: ApolloClient) =>
  client.mutate({ mutation: UpdatePrivacyDocument, variables: { instance: linked.name, input: ALL_CHANGED } });

/** A query that stays active: what it shows comes from the cache once it is read. */
async function watchPrivacy(client: ApolloClient): Promise<() => Partial<PrivacyQuery['privacy']> | undefined> {
  const query = client.watchQuery({ query: PrivacyDocument, variables: { instance: linked.name } });
  let shown: PrivacyQuery['privacy'] | undefined;
  query.subscribe(({ data }) => (shown = (data as PrivacyQuery | undefined)?.privacy));
  await vi.waitFor(() => expect(shown).toBeTruthy(), { timeout: 5000, interval: 10 });
  return () => shown ?? undefined;
}

const writes = (): string[] =>
  privet.simulator
    .account(linked.phoneNumber)
    .stanzas.filter(({ xmlns, type }) => xmlns === 'privacy' && type === 'set')
    .map(({ category }) => String(category));

describe('@apollo/client', () => {
  test('a full update: all seven fields, and a query that is on screen shows them without another request', async () => {
    await fresh();
    const client = makeClient();
    const shown = await watchPrivacy(client);
    expect(shown()?.visibility?.lastSeen).toBe('ALL');

    const { data } = await update(client);
    expect(data?.updatePrivacy).toMatchObject({ failures: [], stanzas: 8, settings: ALL_CHANGED });
    expect(privet.simulator.account(linked.phoneNumber).privacy).toMatchObject(ALL_CHANGED_WIRE);
    await vi.waitFor(() => expect(shown()).toMatchObject(ALL_CHANGED), { timeout: 2000, interval: 10 });
    expect(posted).toEqual(['Privacy', 'UpdatePrivacy']);
    client.stop();
  });

  test('a partial failure is data, and the cache shows what holds', async () => {
    await fresh();
    const client = makeClient();
    const shown = await watchPrivacy(client);
    privet.simulator.addFault({ match: { xmlns: 'privacy', type: 'set', category: 'status' }, do: 'error', code: 403 });
    const { data, error } = await update(client);
    expect(error).toBeUndefined();
    expect(data?.updatePrivacy?.failures).toMatchObject([{ field: 'STATUS', code: 'REJECTED', current: 'ALL' }]);
    expect(data?.updatePrivacy?.failures[0]?.message).toContain('403');
    await vi.waitFor(() => expect(shown()?.visibility).toMatchObject({ lastSeen: 'NONE', status: 'ALL' }), {
      timeout: 2000,
      interval: 10,
    });
    client.stop();
  });

  test('a list of contacts on screen shows a change of it without another request', async () => {
    const { name: instance } = await fresh();
    const client = makeClient();
    const [person] = privet.simulator.createContacts(1);
    const variables = { instance, field: 'STATUS' as const };
    let shown: ExclusionsQuery['privacyExclusions'] | undefined;
    client.watchQuery({ query: ExclusionsDocument, variables }).subscribe(({ data }) => {
      shown = (data as ExclusionsQuery | undefined)?.privacyExclusions;
    });
    await vi.waitFor(() => expect(shown).toMatchObject({ active: false, contacts: [] }), {
      timeout: 5000,
      interval: 10,
    });
    const input = { add: [`+${person?.phoneNumber}`] };
    await client.mutate({ mutation: UpdateExclusionsDocument, variables: { ...variables, input } });
    const contacts = [{ phoneNumber: person?.phoneNumber, lid: `${person?.lid}@lid` }];
    await vi.waitFor(() => expect(shown).toMatchObject({ active: true, contacts }), { timeout: 2000, interval: 10 });
    expect(posted).toEqual(['Exclusions', 'UpdateExclusions']);
    client.stop();
  });

  test('a change on the phone reaches a subscription, and through it the cache, within 2 s', async () => {
    await fresh();
    const client = makeClient();
    const shown = await watchPrivacy(client);
    const seen: unknown[] = [];
    const subscription = client
      .subscribe({ query: PrivacyChangesDocument, variables: { instance: linked.name } })
      .subscribe(({ data }) => seen.push(data?.privacy?.visibility.profile));
    await vi.waitFor(() => expect(seen).toEqual(['ALL']), { timeout: 5000, interval: 10 });

    privet.simulator.setPrivacy(linked.phoneNumber, 'profile', 'none');
    await vi.waitFor(() => expect(seen).toEqual(['ALL', 'NONE']), { timeout: 2000, interval: 10 });
    await vi.waitFor(() => expect(shown()?.visibility?.profile).toBe('NONE'), { timeout: 2000, interval: 10 });
    expect(posted).toEqual(['Privacy']);
    subscription.unsubscribe();
    client.stop();
  });

  test('an error of the whole call is told once: the mutation is not sent again', async () => {
    await fresh();
    await privet.graphql('mutation ($i: String!) { stopInstance(instance: $i) { state } }', { i: linked.name });
    const client = makeClient();
    const error: unknown = await update(client).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(CombinedGraphQLErrors.is(error) && error.errors[0]?.extensions?.['code']).toBe('INSTANCE_NOT_CONNECTED');
    expect(posted).toEqual(['UpdatePrivacy']);
    expect(writes()).toEqual([]);
    client.stop();
  });

  test('neither is it after an answer that is no HTTP success', async () => {
    await fresh();
    const client = makeClient('not-a-token');
    await expect(update(client)).rejects.toThrow();
    expect(posted).toEqual(['UpdatePrivacy']);
    client.stop();
  });

  test('a link that goes down in the middle: each field was sent to WhatsApp once by that call', async () => {
    await fresh();
    const client = makeClient();
    const match = { xmlns: 'privacy', type: 'set', category: 'groupadd' };
    privet.simulator.addFault({ match, do: 'close', apply: true, times: 1 });
    const { data } = await update(client);
    expect(data?.updatePrivacy).toMatchObject({ failures: [], settings: ALL_CHANGED });
    expect(posted).toEqual(['UpdatePrivacy']);
    expect(writes()).toEqual(Object.keys(ALL_CHANGED_WIRE));
    client.stop();
  });
});
