import { ApolloClient, gql, InMemoryCache } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import {
  AllInstancesDocument,
  AllPrivacyDocument,
  CreateInstanceDocument,
  DeleteInstanceDocument,
  InstanceDocument,
  PairInstanceDocument,
  StopInstanceDocument,
  type AllInstancesSubscription,
} from './gql/graphql.ts';
import { allChanges } from '../src/fleet/watching/all-changes.ts';
import { Topic } from '../src/fleet/watching/nudges.ts';
import { askFor } from './support/ask.ts';
import { openEventStream } from './support/event-stream.ts';
import { bootPrivet, type LinkedInstance, type TestPrivet } from './support/privet.ts';

let privet: TestPrivet;
let linked: LinkedInstance;
let count = 0;

beforeAll(async () => {
  privet = await bootPrivet();
  linked = await privet.link('b-linked');
});
afterAll(() => privet[Symbol.asyncDispose]());

const nameOf = ({ instanceChanges }: AllInstancesSubscription): string | undefined => instanceChanges?.instance?.name;
const create = async (): Promise<string> => {
  const name = `new-${++count}`;
  await askFor(privet, CreateInstanceDocument, { name });
  return name;
};

test('instanceChanges: what is there by name, the word that this was all, then each that is made, changes or goes', async () => {
  await askFor(privet, CreateInstanceDocument, { name: 'a-first' });
  const stream = await openEventStream(privet, AllInstancesDocument, {});
  const there: (string | undefined)[] = [];
  const caughtUp = await stream.until((data) => {
    if (!data.instanceChanges?.caughtUp) there.push(nameOf(data));
    return data.instanceChanges?.caughtUp === true;
  });
  expect(there).toEqual(['a-first', 'b-linked']);
  expect(caughtUp.instanceChanges).toEqual({ instance: null, deleted: null, caughtUp: true });

  const name = await create();
  const made = (await stream.data()).instanceChanges;
  expect(made).toMatchObject({ instance: { name, state: 'UNPAIRED' }, deleted: null, caughtUp: true });
  await askFor(privet, PairInstanceDocument, { instance: name });
  await stream.until(({ instanceChanges }) => Boolean(instanceChanges?.instance?.pairing?.qr));
  await askFor(privet, StopInstanceDocument, { instance: name });
  await stream.until(({ instanceChanges }) => instanceChanges?.instance?.state === 'UNPAIRED');

  await askFor(privet, DeleteInstanceDocument, { instance: name });
  const gone = await stream.until(({ instanceChanges }) => Boolean(instanceChanges?.deleted));
  expect(gone.instanceChanges).toEqual({ instance: null, deleted: made?.instance?.id, caughtUp: true });
  await askFor(privet, DeleteInstanceDocument, { instance: 'a-first' });
});

test('privacyChanges: settings that are known, then each change on a phone, and what is deleted', async () => {
  const other = await privet.link('c-other');
  const unpaired = await create();
  const stream = await openEventStream(privet, AllPrivacyDocument, {});
  const [one, two, word] = [await stream.data(), await stream.data(), await stream.data()];
  expect([one, two].map(({ privacyChanges }) => privacyChanges?.settings?.instance.name)).toEqual([
    linked.name,
    other.name,
  ]);
  expect(word.privacyChanges).toEqual({ settings: null, deleted: null, caughtUp: true });

  privet.simulator.setPrivacy(other.phoneNumber, 'last', 'none');
  const changed = (await stream.data()).privacyChanges;
  expect(changed?.settings).toMatchObject({ id: two.privacyChanges?.settings?.id, visibility: { lastSeen: 'NONE' } });
  privet.simulator.setPrivacy(linked.phoneNumber, 'status', 'none');
  expect((await stream.data()).privacyChanges?.settings).toMatchObject({
    instance: { name: linked.name },
    visibility: { status: 'NONE' },
  });

  // Nobody was told of settings of that one.
  await askFor(privet, DeleteInstanceDocument, { instance: unpaired });
  await askFor(privet, DeleteInstanceDocument, { instance: other.name });
  const gone = await stream.until(({ privacyChanges }) => Boolean(privacyChanges?.deleted));
  expect(gone.privacyChanges?.deleted).toBe(changed?.settings?.id);
});

test("an instance's token is told of its own alone, and of pairing only with the scope for it", async () => {
  const created = await askFor(privet, CreateInstanceDocument, { name: 'd-own' });
  const own = { url: privet.url, token: created.createInstance?.token ?? '' };
  const query = 'mutation ($input: CreateTokenInput!) { createToken(input: $input) { token } }';
  const { data } = await privet.graphql<{ createToken: { token: string } }>(query, { input: { scopes: ['READ'] } });
  const reader = await openEventStream(
    { url: privet.url, token: data?.createToken.token ?? '' },
    AllInstancesDocument,
    {},
  );
  const stream = await openEventStream(own, AllInstancesDocument, {});
  expect(nameOf(await stream.data())).toBe('d-own');
  expect((await stream.data()).instanceChanges).toEqual({ instance: null, deleted: null, caughtUp: true });
  await reader.until(({ instanceChanges }) => instanceChanges?.caughtUp === true);

  // What happens to others comes before what happens to its own.
  const name = await create();
  await askFor(privet, DeleteInstanceDocument, { instance: name });
  await askFor(privet, PairInstanceDocument, { instance: 'd-own' });
  const names = new Set<string | undefined>();
  const paired = await stream.until((event) => {
    names.add(nameOf(event));
    return Boolean(event.instanceChanges?.instance?.pairing?.qr);
  });
  expect([...names]).toEqual(['d-own']);
  expect(paired.instanceChanges?.deleted).toBeNull();
  const seen = await reader.until(({ instanceChanges }) => instanceChanges?.instance?.state === 'PAIRING');
  expect(seen.instanceChanges?.instance).toMatchObject({ name: 'd-own', pairing: null });
  await askFor(privet, DeleteInstanceDocument, { instance: 'd-own' });
});

test("a page of many instances: one WebSocket, and Apollo's cache shows each change", async () => {
  const names = await Promise.all(Array.from({ length: 12 }, create));
  const socket = createClient({
    url: `${privet.url.replace('http', 'ws')}/graphql`,
    connectionParams: { token: privet.token },
  });
  const client = new ApolloClient({ cache: new InMemoryCache(), link: new GraphQLWsLink(socket) });
  onTestFinished(async () => {
    client.stop();
    await socket.dispose();
  });
  const shown = new Map<string, string | undefined>();
  for (const name of names) {
    client.watchQuery({ query: InstanceDocument, variables: { name } }).subscribe(({ data }) => {
      shown.set(name, (data as { instance?: { state: string } | null } | undefined)?.instance?.state);
    });
  }
  const events = client.subscribe({ query: AllInstancesDocument }).subscribe(({ data }) => {
    const id = data?.instanceChanges?.deleted;
    if (id != null) client.cache.evict({ id: client.cache.identify({ __typename: 'Instance', id }) ?? '' });
  });
  await vi.waitFor(() => expect([...shown.values()]).toEqual(names.map(() => 'UNPAIRED')), {
    timeout: 5000,
    interval: 10,
  });
  const [first = '', second = ''] = names;
  await askFor(privet, PairInstanceDocument, { instance: first });
  await vi.waitFor(() => expect(shown.get(first)).toBe('PAIRING'), { timeout: 5000, interval: 10 });

  const { instance } = await askFor(privet, InstanceDocument, { name: second });
  const id = client.cache.identify({ __typename: 'Instance', id: instance?.id ?? '' }) ?? '';
  const isKept = (): boolean =>
    client.readFragment({ id, fragment: gql('fragment Kept on Instance { name }') }) !== null;
  expect(isKept()).toBe(true);
  await askFor(privet, DeleteInstanceDocument, { instance: second });
  await vi.waitFor(() => expect(isKept()).toBe(false), { timeout: 5000, interval: 10 });
  events.unsubscribe();
});

test('who reads slowly is told the latest of each thing, however often it changed', async () => {
  const topic = new Topic();
  const values = new Map<string, { n: number }>([
    ['a', { n: 0 }],
    ['b', { n: 0 }],
  ]);
  const change = (id: string, value?: { n: number }): void => {
    if (value) values.set(id, value);
    else values.delete(id);
    topic.publish({ id, accountId: 'account', name: id });
  };
  const ending = new AbortController();
  const told = new Map<string, { n: number }>();
  const stream = allChanges(
    {
      subscribe: () => topic.subscribe('account'),
      present: (nudges) => ['a', 'b'].values().map((id) => (nudges.take(id), { id, value: values.get(id) })),
      read: (id) => values.get(id),
      noteSent: (id, value) => told.get(id) !== value && Boolean(told.set(id, value)),
      noteGone: ({ id }) => told.delete(id),
    },
    ending.signal,
  );
  expect((await stream.next()).value).toEqual({ value: { n: 0 }, caughtUp: false });
  // Before it was told, and while it is: never both the old and the new.
  change('b', { n: 1 });
  change('c', { n: 1 });
  change('c');
  for (let n = 1; n <= 5_000; n += 1) change('a', { n });
  change('b');
  change('d', { n: 1 });
  const seen = [];
  for (let events_ = 0; events_ < 3; events_ += 1) seen.push((await stream.next()).value);
  expect(seen).toEqual([
    { caughtUp: true },
    { value: { n: 5_000 }, caughtUp: true },
    { value: { n: 1 }, caughtUp: true },
  ]);
  change('a');
  expect((await stream.next()).value).toEqual({ deletedId: 'a', caughtUp: true });
  const last = stream.next();
  ending.abort();
  expect(await last).toEqual({ done: true, value: undefined });
});
