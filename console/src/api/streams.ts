import { stringifyDocument, type TypedDocumentNode } from '@urql/core';
import { createClient, NetworkError } from 'graphql-sse';
import { Backoff } from './backoff.ts';
import { type Problem, problemIn, UNREACHABLE } from './problem.ts';
import { onWake } from './wake.ts';
import { watchedFetch } from './watched-fetch.ts';

export interface StreamSink<Data> {
  /** Before the first event, and again each time that the connection was made anew: everything is told from the start. */
  start?(): void;
  next(data: Data): void;
  /** The service says that it can not go on: it is not tried again. */
  fail?(problem: Problem): void;
  /** The service says that there is no more, as when the instance was deleted. */
  end?(): void;
}

interface Way {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Told of each answer, and of each time that there was none. */
  readonly note: (problem: Problem | undefined) => void;
  /** It is not open, and nothing is wrong with that: it was closed, or the tab is hidden. */
  readonly rest: () => void;
}

/** What another try can not change. */
const FINAL = new Set<Problem['code']>(['UNAUTHENTICATED', 'FORBIDDEN', 'NOT_FOUND', 'BAD_USER_INPUT', 'BAD_REQUEST']);

interface Answered {
  readonly data?: unknown;
  readonly errors?: readonly { readonly message: string; readonly extensions?: Record<string, unknown> | undefined }[];
}

/** What refuses a stream says why: in the stream's only event, or as an answer to any other call. */
const EVENT = /^data: (?<json>\{.*)$/m;

async function problemBehind(error: unknown): Promise<Problem> {
  if (!(error instanceof NetworkError)) return UNREACHABLE;
  const response = (error as { response?: unknown }).response;
  if (!(response instanceof Response)) return UNREACHABLE;
  try {
    const body = await response.text();
    const { errors } = JSON.parse(EVENT.exec(body)?.groups?.['json'] ?? body) as Answered;
    const problem = problemIn(errors) ?? UNREACHABLE;
    return { ...problem, isCallLimit: response.headers.get('x-ratelimit-remaining') === '0' };
  } catch {
    return UNREACHABLE;
  }
}

/**
 * A stream that goes on: after a lost connection it is opened again, later each time. It is closed while the tab is hidden,
 * since a browser has six connections to a service over HTTP/1.1, and all of its tabs share them.
 */
export function openStream<Data, Variables extends Record<string, unknown>>(
  { url, headers, note, rest }: Way,
  documentNode: TypedDocumentNode<Data, Variables>,
  variables: Variables,
  sink: StreamSink<Data>,
): () => void {
  const query = stringifyDocument(documentNode);
  const backoff = new Backoff();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let closeOne: (() => void) | undefined;
  let isOver = false;

  const stop = (): void => {
    clearTimeout(timer);
    closeOne?.();
    closeOne = undefined;
  };
  const close = (): void => {
    isOver = true;
    stop();
    rest();
    unwatch();
    document.removeEventListener('visibilitychange', onVisibility);
  };

  function run(): void {
    stop();
    if (isOver || document.hidden) return;
    let isMine = true;
    let isConnected = false;
    const connected = (): void => {
      if (!isMine) return;
      isConnected = true;
      note(undefined);
      sink.start?.();
    };
    const client = createClient({ url, headers, retryAttempts: 0, fetchFn: watchedFetch, on: { connected } });
    const failed = (problem: Problem): void => {
      if (!isMine) return;
      stop();
      if (FINAL.has(problem.code)) close();
      // What failed for good is told once, by the page: nothing is waited for.
      if (!isOver || problem.code === 'UNAUTHENTICATED') note(problem);
      if (isOver) sink.fail?.(problem);
      else timer = setTimeout(run, backoff.next(problem.retryAfterMs));
    };
    const failedBy = async (error: unknown): Promise<void> => failed(await problemBehind(error));
    const unsubscribe = client.subscribe(
      { query, variables },
      {
        next: (event) => {
          if (!isMine) return;
          const problem = problemIn((event as Answered).errors);
          if (problem !== undefined) return failed(problem);
          // Only now: what accepts a stream and ends it at once is not asked again and again.
          backoff.reset();
          if (event.data) sink.next(event.data as Data);
        },
        error: (error) => void failedBy(error),
        complete: () => {
          if (!isMine) return;
          if (!isConnected || sink.end === undefined) return failed(UNREACHABLE);
          close();
          sink.end();
        },
      },
    );
    closeOne = () => {
      isMine = false;
      unsubscribe();
      client.dispose();
    };
  }

  const onVisibility = (): void => {
    if (!document.hidden) return run();
    stop();
    rest();
  };
  document.addEventListener('visibilitychange', onVisibility);
  const unwatch = onWake(run);
  run();
  return close;
}
