import { print } from 'graphql';
import type { TypedDocumentNode } from '@urql/core';

/** What a typed operation came to. */
export interface Answer<T> {
  readonly data: T | null;
  /** `extensions.code` and message of each error; empty without any. */
  readonly errors: readonly { readonly code: unknown; readonly message: string }[];
}

/** Where to ask, and as whom. */
export interface Caller {
  readonly url: string;
  readonly token: string;
}

/** One typed operation over HTTP. */
export async function ask<T, V extends object>(
  { url, token }: Caller,
  document: TypedDocumentNode<T, V>,
  variables: V,
): Promise<Answer<T>> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query: print(document), variables }),
    signal: AbortSignal.timeout(40_000),
  });
  const { data = null, errors = [] } = (await response.json()) as {
    readonly data?: T | null;
    readonly errors?: readonly { readonly message: string; readonly extensions: Record<string, unknown> }[];
  };
  return { data, errors: errors.map(({ message, extensions }) => ({ code: extensions['code'], message })) };
}

/** The data of an operation that must succeed. */
export async function askFor<T, V extends object>(
  caller: Caller,
  document: TypedDocumentNode<T, V>,
  variables: V,
): Promise<T> {
  const { data, errors } = await ask(caller, document, variables);
  if (!data || errors.length > 0) throw new Error(JSON.stringify(errors));
  return data;
}
