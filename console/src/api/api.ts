import { Client, fetchExchange, mapExchange, type TypedDocumentNode } from '@urql/core';
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { type Health, healthAfter, newHealth } from './health.ts';
import { type Problem, problemOf } from './problem.ts';
import type { Store } from './store.ts';
import { openStream, type StreamSink } from './streams.ts';

const URL_ = '/graphql';
/** The service ends each call within 30 s; this is for what stands between. */
const CALL_MS = 40_000;

/** What one token can reach: a client of the public API as any other, and how the service answers it. */
export interface Api {
  readonly client: Client;
  readonly health: Store<Health>;
  /** Goes on until it is closed, over lost connections too. @returns what closes it. */
  stream<Data, Variables extends Record<string, unknown>>(
    document: TypedDocumentNode<Data, Variables>,
    variables: Variables,
    sink: StreamSink<Data>,
  ): () => void;
}

/** @param refused is called once the token does not work any more. */
export function createApi(token: string, refused: () => void): Api {
  const health = newHealth();
  const headers = { authorization: `Bearer ${token}` };
  const note = (problem: Problem | undefined): void => {
    if (problem?.code === 'UNAUTHENTICATED') refused();
    health.set(healthAfter(problem, Date.now()));
  };
  const client = new Client({
    url: URL_,
    // Without a cache: what a page shows is what the service says now.
    exchanges: [mapExchange({ onResult: ({ error }) => note(problemOf(error)) }), fetchExchange],
    requestPolicy: 'network-only',
    preferGetMethod: false,
    fetchOptions: { headers },
    fetch: (input, init) => {
      const late = AbortSignal.timeout(CALL_MS);
      return fetch(input, { ...init, signal: init?.signal ? AbortSignal.any([init.signal, late]) : late });
    },
  });
  return {
    client,
    health,
    stream: (document, variables, sink) => openStream({ url: URL_, headers, note }, document, variables, sink),
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
