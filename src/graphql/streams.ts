import { PrivetError } from '../errors.ts';

/** A subscription that is being served. */
export interface OpenStream {
  readonly signal: AbortSignal;
  end(reason: PrivetError): void;
  /** The same values, until the source or the stream ends. */
  endingWith<T>(source: AsyncIterable<T>): AsyncIterableIterator<T>;
}

/** The subscriptions that are being served, so that they can be ended when the server closes. */
export class OpenStreams {
  readonly #open = new Set<OpenStream>();

  get size(): number {
    return this.#open.size;
  }

  open(): OpenStream {
    const controller = new AbortController();
    const { signal } = controller;
    const stream: OpenStream = {
      signal,
      end: (reason) => {
        this.#open.delete(stream);
        controller.abort(reason);
      },
      endingWith: (source) => until(signal, source, () => stream.end(sourceEnded())),
    };
    this.#open.add(stream);
    return stream;
  }

  endAll(): void {
    for (const stream of this.#open) stream.end(new PrivetError('TIMEOUT', 'The server is closing'));
  }
}

const sourceEnded = (): PrivetError => new PrivetError('TIMEOUT', 'The stream has ended');

/**
 * Ends at once with the signal. A generator would not do: its `return()` waits for the value it is waiting for, and a
 * race against one promise for the whole life of a stream keeps every value that ever passed.
 */
function until<T>(signal: AbortSignal, source: AsyncIterable<T>, ended: () => void): AsyncIterableIterator<T> {
  const iterator = source[Symbol.asyncIterator]();
  const done = { done: true, value: undefined } as const;
  let wake: (() => void) | undefined;

  const finish = (): typeof done => {
    ended();
    return done;
  };
  signal.addEventListener(
    'abort',
    () => {
      wake?.();
      // Not awaited: a source that waits for its next value answers only after it.
      iterator.return?.().catch(() => {});
    },
    { once: true },
  );

  return {
    async next() {
      if (signal.aborted) return done;
      const end = new Promise<typeof done>((resolve) => {
        wake = () => resolve(done);
      });
      try {
        const result = await Promise.race([iterator.next(), end]);
        return result.done ? finish() : result;
      } catch (error) {
        // What a source throws because it was told to end is not news.
        if (signal.aborted) return done;
        ended();
        throw error;
      }
    },
    async return() {
      return finish();
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
