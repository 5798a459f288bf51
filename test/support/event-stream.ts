import { print } from 'graphql';
import type { TypedDocumentNode } from '@urql/core';
import { onTestFinished } from 'vitest';

/** What one event of a subscription carries. */
export interface StreamResult<T> {
  readonly data?: T | null;
  readonly errors?: readonly { readonly message: string; readonly extensions: Record<string, unknown> }[];
}

/** A subscription over server-sent events, read by hand. Each test's streams are closed when it ends. */
export interface EventStream<T> {
  /** What the next event carries; undefined at `event: complete`. Rejects when the connection ends without that word. */
  next(): Promise<StreamResult<T> | undefined>;
  /** The data of the next event. Rejects where it has none. */
  data(): Promise<T>;
  /** The first data that fits; those before it are passed over. */
  until(fits: (data: T) => boolean): Promise<T>;
  /** Goes away, as a client does that is closed. */
  close(): void;
}

const WAIT_MS = 15_000;

export async function openEventStream<T, V extends object>(
  at: { readonly url: string; readonly token: string },
  document: TypedDocumentNode<T, V>,
  variables: V,
  waitMs = WAIT_MS,
): Promise<EventStream<T>> {
  const controller = new AbortController();
  // A hook of this module would be the first file's alone, where one process runs several.
  onTestFinished(() => controller.abort());
  const response = await fetch(`${at.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'text/event-stream',
      authorization: `Bearer ${at.token}`,
    },
    body: JSON.stringify({ query: print(document), variables }),
    signal: controller.signal,
  });
  const type = response.headers.get('content-type') ?? 'nothing';
  if (!type.startsWith('text/event-stream') || !response.body) throw new Error(`${response.status} with ${type}`);
  // Read from now on: the body of an answer that nobody reads ends when the answer is garbage.
  const events = readEvents(response.body.values());

  const next = async (): Promise<StreamResult<T> | undefined> => {
    const late = new Error(`No event within ${waitMs} ms`);
    const timer = setTimeout(() => controller.abort(late), waitMs);
    try {
      const { done, value } = await events.next();
      if (done) throw new Error('The connection ended without "complete"');
      return value.event === 'complete' ? undefined : (JSON.parse(value.data) as StreamResult<T>);
    } finally {
      clearTimeout(timer);
    }
  };
  const data = async (): Promise<T> => {
    const result = await next();
    if (!result?.data || result.errors) throw new Error(`Not data: ${JSON.stringify(result)}`);
    return result.data;
  };
  return {
    next,
    data,
    async until(fits) {
      for (const end = Date.now() + waitMs; Date.now() < end;) {
        const found = await data();
        if (fits(found)) return found;
      }
      throw new Error(`Nothing fitting within ${waitMs} ms`);
    },
    close: () => controller.abort(),
  };
}

interface ServerSentEvent {
  readonly event: string;
  readonly data: string;
}

async function* readEvents(body: AsyncIterable<Uint8Array>): AsyncGenerator<ServerSentEvent, void> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of body) {
    const blocks = (rest + decoder.decode(chunk, { stream: true })).split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const lines = block.split('\n');
      // Lines that begin with a colon are comments: they keep the connection alive.
      const valueOf = (name: string): string | undefined =>
        lines
          .find((line) => line.startsWith(`${name}:`))
          ?.slice(name.length + 1)
          .trimStart();
      const event = valueOf('event');
      if (event !== undefined) yield { event, data: valueOf('data') ?? '' };
    }
  }
}
