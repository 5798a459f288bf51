import { ApolloLink, Observable } from '@apollo/client';
import { print } from 'graphql';
import { createClient, type Client, type ClientOptions } from 'graphql-sse';

const LONGEST_PAUSE_MS = 30_000;

/** Pauses of 1, 2, 4 … 30 s, each cut by up to a half, so that not all pages of a restarted service come back at once. */
const pause = (retries: number): Promise<void> => {
  const ms = Math.min(1000 * 2 ** retries, LONGEST_PAUSE_MS) * (0.5 + Math.random() / 2);
  return new Promise((resolve) => setTimeout(resolve, ms));
};

/** Subscriptions of Apollo Client over server-sent events, one connection each; `headers` carry the token. */
export class SseLink extends ApolloLink {
  readonly #client: Client;

  constructor(options: ClientOptions) {
    super();
    // A lost connection is no end: the service tells what holds then. A refused token is an error in a result, and ends it.
    this.#client = createClient({ retryAttempts: Infinity, retry: pause, ...options });
  }

  override request({
    query,
    variables,
    operationName,
    extensions,
  }: ApolloLink.Operation): Observable<ApolloLink.Result> {
    return new Observable((observer) => {
      const request = { query: print(query), variables, operationName, extensions };
      // What it returns ends the request, when the last component that uses the subscription goes.
      return this.#client.subscribe<ApolloLink.Result['data'], ApolloLink.Result['extensions']>(request, {
        next: (result) => observer.next(result as ApolloLink.Result),
        error: (error) => observer.error(error),
        complete: () => observer.complete(),
      });
    });
  }

  /** Ends all its streams. */
  dispose(): void {
    this.#client.dispose();
  }
}
