import { PrivetError } from '../errors.ts';

/** A subscription that is being served. */
export interface OpenStream {
  /** The token that opened it. */
  readonly tokenId: string;
  readonly signal: AbortSignal;
  end(reason: PrivetError): void;
  /**
   * The same values, until the source or the stream ends.
   * @param farewell a last value for the client, by the reason for which the stream ended.
   */
  endingWith<T>(source: AsyncIterable<T>, farewell: (reason: PrivetError) => T | undefined): AsyncIterableIterator<T>;
}

/** The subscriptions that are being served, so that they can be ended when the server closes. */
export class OpenStreams {
  readonly #open = new Set<OpenStream>();

  get size(): number {
    return this.#open.size;
  }

  /** Whose they are. */
  tokenIds(): ReadonlySet<string> {
    return new Set([...this.#open].map(({ tokenId }) => tokenId));
  }

  open(tokenId: string): OpenStream {
    const controller = new AbortController();
    const { signal } = controller;
    const stream: OpenStream = {
      tokenId,
      signal,
      end: (reason) => {
        this.#open.delete(stream);
        controller.abort(reason);
      },
      endingWith: (source, farewell) => until(signal, source, () => stream.end(sourceEnded()), farewell),
    };
    this.#open.add(stream);
    return stream;
  }

  endOf(tokenId: string, reason: PrivetError): void {
    for (const stream of this.#open) if (stream.tokenId === tokenId) stream.end(reason);
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
function until<T>(
  signal: AbortSignal,
  source: AsyncIterable<T>,
  ended: () => void,
  farewell: (reason: PrivetError) => T | undefined,
): AsyncIterableIterator<T> {
  const iterator = source[Symbol.asyncIterator]();
  const done = { done: true, value: undefined } as const;
  let wake: (() => void) | undefined;
  let last: T | undefined;

  const finish = (): typeof done => {
    ended();
    return done;
  };
  const leave = (): IteratorResult<T, undefined> => {
    if (last === undefined) return done;
    const value = last;
    last = undefined;
    return { done: false, value };
  };
  signal.addEventListener(
    'abort',
    () => {
      last = farewell(signal.reason);
      wake?.();
      // Not awaited: a source that waits for its next value answers only after it.
      iterator.return?.().catch(() => {});
    },
    { once: true },
  );

  return {
    async next() {
      if (signal.aborted) return leave();
      const end = new Promise<'end'>((resolve) => {
        wake = () => resolve('end');
      });
      try {
        const result = await Promise.race([iterator.next(), end]);
        if (result === 'end') return leave();
        return result.done ? finish() : result;
      } catch (error) {
        // What a source throws because it was told to end is not news.
        if (signal.aborted) return leave();
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
