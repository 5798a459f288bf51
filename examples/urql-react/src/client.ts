import { createClient as createStreams } from 'graphql-sse';
import { cacheExchange, Client, type CombinedError, fetchExchange, subscriptionExchange } from 'urql';

/** The page's own origin, unless it was built with VITE_PRIVET_URL. */
const url = `${import.meta.env.VITE_PRIVET_URL ?? ''}/graphql`;
const LONGEST_PAUSE_MS = 30_000;

/** Pauses of 1, 2, 4 … 30 s, each cut by up to a half, so that not all pages of a restarted service come back at once. */
const pause = (retries: number): Promise<void> => {
  const ms = Math.min(1000 * 2 ** retries, LONGEST_PAUSE_MS) * (0.5 + Math.random() / 2);
  return new Promise((resolve) => setTimeout(resolve, ms));
};

export interface Connection {
  readonly client: Client;
  close(): void;
}

/** Queries and mutations by POST, subscriptions by server-sent events with graphql-sse, all with the token. */
export function connect(token: string): Connection {
  const headers = { authorization: `Bearer ${token}` };
  // A lost connection is no end: the service tells what holds then. A refused token is an error in a result, and ends it.
  const streams = createStreams({ url, headers, retryAttempts: Infinity, retry: pause });
  const client = new Client({
    url,
    fetchOptions: { headers },
    // By itself urql sends queries by GET, which the service does not take.
    preferGetMethod: false,
    exchanges: [
      // After a mutation it asks again for the queries that have a type of its answer in theirs.
      cacheExchange,
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: ({ query = '', variables, operationName, extensions }) => ({
          subscribe: (sink) => ({
            unsubscribe: streams.subscribe(
              { query, variables, operationName, extensions },
              {
                next: ({ data, errors }) => sink.next({ data, errors: errors && [...errors] }),
                error: (error) => sink.error(error),
                complete: () => sink.complete(),
              },
            ),
          }),
        }),
      }),
    ],
  });
  return { client, close: () => streams.dispose() };
}

/** What stopped a whole call, with its code where the service gave one. */
export function textOf(error: CombinedError): string {
  const [first] = error.graphQLErrors;
  return first ? `${first.message} (${String(first.extensions['code'])})` : error.message;
}
