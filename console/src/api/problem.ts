import type { CombinedError } from '@urql/core';

/** What stopped a whole call. */
export interface Problem {
  /** One of the schema's `ErrorCode`, or `UNREACHABLE`: no answer of the service came. */
  readonly code: string;
  /** The service's own words, in English. */
  readonly message: string;
  readonly retryAfterMs: number | undefined;
  readonly extensions: Readonly<Record<string, unknown>>;
  /** Of `RATE_LIMITED` for a stream: the calls of this minute are used up. Otherwise all streams of the token are open. */
  readonly isCallLimit?: boolean;
}

export const UNREACHABLE: Problem = { code: 'UNREACHABLE', message: '', retryAfterMs: undefined, extensions: {} };

interface AnsweredError {
  readonly message: string;
  readonly extensions?: Record<string, unknown> | undefined;
}

export function problemIn(errors: readonly AnsweredError[] | undefined): Problem | undefined {
  const [error] = errors ?? [];
  if (error === undefined) return undefined;
  const extensions = error.extensions ?? {};
  const { code, retryAfterMs } = extensions;
  return {
    code: typeof code === 'string' ? code : 'INTERNAL_SERVER_ERROR',
    message: error.message,
    retryAfterMs: typeof retryAfterMs === 'number' ? retryAfterMs : undefined,
    extensions,
  };
}

/** Of a query or mutation by urql. */
export const problemOf = (error: CombinedError | undefined): Problem | undefined =>
  error && (problemIn(error.graphQLErrors) ?? UNREACHABLE);
