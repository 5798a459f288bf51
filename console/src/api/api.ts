import { Client, fetchExchange, mapExchange, type TypedDocumentNode } from '@urql/core';
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { ViewerDocument } from '../gql/graphql.ts';
import { Backoff } from './backoff.ts';
import { type Asker, type Health, HealthWatch } from './health.ts';
import { type Problem, problemOf } from './problem.ts';
import type { Store } from './store.ts';
import { openStream, type StreamSink } from './streams.ts';

const URL_ = '/graphql';
/** The service ends each call within 30 s; this is for what stands between. */
const CALL_MS = 40_000;

/** What one token can reach: a client of the public API as any other, and how the service answers it. */
export interface Api {
  /** Another one for each token that is signed in: nothing of one before stays on a page. */
  readonly id: number;
  readonly client: Client;
  /** The worst of what calls and streams were told. */
  readonly health: Store<Health>;
  /** What calls were told. It comes back to `online` by itself: see `useLiveQuery`. */
  readonly callsHealth: Store<Health>;
  /** Goes on until it is closed, over lost connections too. @returns what closes it. */
  stream<Data, Variables extends Record<string, unknown>>(
    document: TypedDocumentNode<Data, Variables>,
    variables: Variables,
    sink: StreamSink<Data>,
  ): () => void;
  /** Nothing is sent any more. */
  close(): void;
}

let made = 0;

/** @param refused is called once the token does not work any more. */
export function createApi(token: string, refused: () => void): Api {
  const watch = new HealthWatch();
  const headers = { authorization: `Bearer ${token}` };
  let isClosed = false;
  const note = (asker: Asker, problem: Problem | undefined): void => {
    if (isClosed) return;
    if (problem?.code === 'UNAUTHENTICATED') refused();
    else watch.note(asker, problem);
  };
  const client = new Client({
    url: URL_,
    // Without a cache: what a page shows is what the service says now.
    exchanges: [mapExchange({ onResult: ({ error }) => note('calls', problemOf(error)) }), fetchExchange],
    requestPolicy: 'network-only',
    preferGetMethod: false,
    fetchOptions: { headers },
    fetch: async (input, init) => {
      // What is still to be sent again belongs to somebody who has signed out.
      if (isClosed) throw new Error('signed out');
      const late = AbortSignal.timeout(CALL_MS);
      return fetch(input, { ...init, signal: init?.signal ? AbortSignal.any([init.signal, late]) : late });
    },
  });

  /** While calls are not answered, one is asked now and then that any token may make: the others wait for its answer. */
  const backoff = new Backoff();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const probe = (): void => {
    clearTimeout(timer);
    if (isClosed || watch.calls.value.kind !== 'unreachable') return backoff.reset();
    timer = setTimeout(() => {
      void client.query(ViewerDocument, {}).toPromise().then(probe);
    }, backoff.next());
  };
  watch.calls.follow(probe);

  return {
    id: ++made,
    client,
    health: watch.health,
    callsHealth: watch.calls,
    stream: (document, variables, sink) => {
      const asker = Symbol('stream');
      const way = {
        url: URL_,
        headers,
        note: (problem: Problem | undefined) => note(asker, problem),
        rest: () => watch.forget(asker),
      };
      return openStream(way, document, variables, sink);
    },
    close: () => {
      isClosed = true;
      clearTimeout(timer);
      watch.close();
    },
  };
}

const Context = createContext<Api | undefined>(undefined);
export const ApiProvider = Context.Provider;

/** Of the token that is signed in. */
export function useApi(): Api {
  const api = useContext(Context);
  if (api === undefined) throw new Error('no ApiProvider above');
  return api;
}
