import { ApolloClient, ApolloLink, InMemoryCache, Observable } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { Client, fetchExchange, subscriptionExchange } from '@urql/core';
import { setTimeout as delay } from 'node:timers/promises';
import { print } from 'graphql';
import { createClient, type Client as SSEClient, type ClientOptions, type RequestParams } from 'graphql-sse';
import { createClient as createSocketClient, type Client as SocketClient } from 'graphql-ws';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { startSimulator, type Simulator } from '../simulator/simulator.ts';
import {
  CreateInstanceDocument,
  DeleteInstanceDocument,
  PairInstanceDocument,
  PrivacyChangesDocument,
} from './gql/graphql.ts';
import { askFor } from './support/ask.ts';
import { dataFolder, runService, simulatorEnv, type ServiceProcess } from './support/service-process.ts';

const TOKEN = 'restart-test-account-token-012345';
const NAME = 'shop';

type StreamClient = Pick<SSEClient, 'subscribe'> | Pick<SocketClient, 'subscribe'>;

/** What a page shows of one value, and what became of the subscription that it comes from. */
interface Page {
  shown: string | undefined;
  end: 'completed' | 'failed' | undefined;
  /** Every value, in order. */
  readonly seen: (string | undefined)[];
}

let simulator: Simulator;
let env: Record<string, string>;
let service: ServiceProcess;
let phoneNumber: string;

beforeEach(async () => {
  simulator = await startSimulator();
  onTestFinished(() => simulator[Symbol.asyncDispose]());
  env = { ...simulatorEnv(simulator), PRIVET_DATA: dataFolder(), PRIVET_ACCOUNT_TOKEN: TOKEN };
  service = await runService(env);
  // From now on the same address, as behind any deployment.
  env = { ...env, PORT: new URL(service.url).port };
  const caller = { url: service.url, token: TOKEN };
  await askFor(caller, CreateInstanceDocument, { name: NAME });
  const { pairInstance } = await askFor(caller, PairInstanceDocument, { instance: NAME });
  phoneNumber = await simulator.scan(pairInstance?.pairing?.qr ?? '');
});

function page(): {
  page: Page;
  show: (lastSeen: string | null | undefined) => void;
  sink: { error(): void; complete(): void };
} {
  const state: Page = { shown: undefined, end: undefined, seen: [] };
  return {
    page: state,
    show: (lastSeen) => {
      state.shown = lastSeen ?? undefined;
      state.seen.push(state.shown);
    },
    sink: { error: () => void (state.end = 'failed'), complete: () => void (state.end = 'completed') },
  };
}

const headers = { authorization: `Bearer ${TOKEN}` };
const variables = { instance: NAME };
type Data = { privacy?: { visibility: { lastSeen?: string | null } } | null } | null | undefined;
const lastSeenIn = (data: Data): string | null | undefined => data?.privacy?.visibility.lastSeen;

/** graphql-sse with nothing but an address and a token. */
function sse(url: string): Page {
  const client = createClient({ url: `${url}/graphql`, headers });
  onTestFinished(() => client.dispose());
  const { page: state, show, sink } = page();
  client.subscribe(
    { query: print(PrivacyChangesDocument), variables },
    { next: ({ data }) => show(lastSeenIn(data as Data)), ...sink },
  );
  return state;
}

/** graphql-sse's recipe for Apollo: the whole operation goes out, with what else Apollo has put into it. */
class SSELink extends ApolloLink {
  readonly #client;

  constructor(options: ClientOptions) {
    super();
    this.#client = createClient(options);
  }

  override request(operation: ApolloLink.Operation): Observable<ApolloLink.Result> {
    return new Observable((sink) =>
      this.#client.subscribe({ ...operation, query: print(operation.query) } as RequestParams, {
        next: (result) => sink.next(result as ApolloLink.Result),
        complete: () => sink.complete(),
        error: (error) => sink.error(error),
      }),
    );
  }
}

function apollo(url: string, link: ApolloLink = new SSELink({ url: `${url}/graphql`, headers })): Page {
  const client = new ApolloClient({ cache: new InMemoryCache(), link });
  const { page: state, show, sink } = page();
  const subscription = client
    .subscribe({ query: PrivacyChangesDocument, variables })
    .subscribe({ next: ({ data }) => show(lastSeenIn(data)), ...sink });
  onTestFinished(() => {
    subscription.unsubscribe();
    client.stop();
  });
  return state;
}

/** graphql-ws: one connection for all that a page does, by its links for Apollo and for urql. */
function socketClient(url: string): SocketClient {
  const client = createSocketClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    connectionParams: { Authorization: `Bearer ${TOKEN}` },
    // By itself it tries again after a lost connection, but not after one that was refused, as while the service is down.
    shouldRetry: () => true,
    retryAttempts: Infinity,
    retryWait: () => delay(500),
  });
  onTestFinished(() => void client.dispose());
  return client;
}

const apolloOverSocket = (url: string): Page => apollo(url, new GraphQLWsLink(socketClient(url)));
const urqlOverSocket = (url: string): Page => urql(url, socketClient(url));

function urql(url: string, stream: StreamClient = createClient({ url: `${url}/graphql`, headers })): Page {
  const client = new Client({
    url: `${url}/graphql`,
    preferGetMethod: false,
    exchanges: [
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: ({ query = '', variables: values }) => ({
          subscribe: (sink) => ({
            unsubscribe: stream.subscribe(
              { query, variables: values ?? {} },
              {
                next: ({ data = null }) => sink.next({ data }),
                error: (error) => sink.error(error),
                complete: () => sink.complete(),
              },
            ),
          }),
        }),
      }),
    ],
  });
  const { page: state, show } = page();
  const { unsubscribe } = client.subscription(PrivacyChangesDocument, variables).subscribe(({ data, error }) => {
    if (error) state.end = 'failed';
    else show(lastSeenIn(data));
  });
  onTestFinished(unsubscribe);
  return state;
}

test.each(['SIGTERM', 'SIGKILL'] as const)(
  'after a restart by %s each page shows by itself what was changed meanwhile',
  async (signal) => {
    const { url } = service;
    const pages = {
      sse: sse(url),
      apollo: apollo(url),
      urql: urql(url),
      a: apolloOverSocket(url),
      u: urqlOverSocket(url),
    };
    const all = Object.values(pages);
    await expect.poll(() => all.map(({ shown }) => shown), { timeout: 10_000 }).toEqual(all.map(() => 'ALL'));

    const began = performance.now();
    expect(await service.kill(signal)).toBe(signal === 'SIGTERM' ? 0 : 'SIGKILL');
    // Streams do not hold the service up: what was sent has left, and nothing else is waited for.
    expect(performance.now() - began).toBeLessThan(5_000);
    simulator.setPrivacy(phoneNumber, 'last', 'none');
    service = await runService(env);

    await expect.poll(() => all.map(({ shown }) => shown), { timeout: 30_000 }).toEqual(all.map(() => 'NONE'));
    expect(all.map(({ end }) => end)).toEqual(all.map(() => undefined));

    // What is really over is said to be over.
    await askFor({ url: service.url, token: TOKEN }, DeleteInstanceDocument, variables);
    const ends = (): unknown[] => [pages.sse, pages.apollo, pages.a].map(({ end }) => end);
    await expect.poll(ends, { timeout: 5_000 }).toEqual(Array(3).fill('completed'));
  },
  90_000,
);
