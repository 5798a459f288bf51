import { ApolloClient, ApolloLink, CombinedGraphQLErrors, HttpLink, InMemoryCache } from '@apollo/client';
import { OperationTypeNode } from 'graphql';
import { SseLink } from './sse-link.ts';

/** The page's own origin, unless it was built with VITE_PRIVET_URL. */
const url = `${import.meta.env.VITE_PRIVET_URL ?? ''}/graphql`;

export interface Connection {
  readonly client: ApolloClient;
  close(): void;
}

/** Queries and mutations by POST, subscriptions by server-sent events, all with the token. */
export function connect(token: string): Connection {
  const headers = { authorization: `Bearer ${token}` };
  const streams = new SseLink({ url, headers });
  const isStream = ({ operationType }: ApolloLink.Operation): boolean =>
    operationType === OperationTypeNode.SUBSCRIPTION;
  const client = new ApolloClient({
    // Every object has an `id` that no other has: the cache needs no rule to know it again.
    cache: new InMemoryCache(),
    link: ApolloLink.split(isStream, streams, new HttpLink({ uri: url, headers })),
  });
  return {
    client,
    close() {
      client.stop();
      streams.dispose();
    },
  };
}

/** What stopped a whole call, with its code where the service gave one. */
export function textOf(error: unknown): string {
  const [first] = CombinedGraphQLErrors.is(error) ? error.errors : [];
  if (first) return `${first.message} (${String(first.extensions?.['code'])})`;
  return error instanceof Error ? error.message : String(error);
}
