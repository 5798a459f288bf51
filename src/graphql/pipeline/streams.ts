import type { Clock } from '../../clock.ts';
import { PrivetError } from '../../errors.ts';
import type { Turns } from './turns.ts';

/** A subscription that is being served. */
export interface OpenStream {
  readonly signal: AbortSignal;
  /** It is over, for the reason given: the client is told that nothing more comes. */
  end(reason: PrivetError): void;
  /** Stops it without a last message, so that the client takes its connection for lost and reconnects. */
  breakOff(): void;
  /** The same values, until the source or the stream ends. */
  endingWith<T>(source: AsyncIterable<T>, ends: StreamEnds<T>): AsyncIterableIterator<T>;
}

/** What is done when a stream ends other than by its source. */
export interface StreamEnds<T> {
  /** A last value for the client, by the reason for which the stream ended. */
  readonly farewell: (reason: PrivetError) => T | undefined;
  /** The stream was broken off: its connection is to end, after what was sent already. */
  readonly brokenOff: () => void;
  readonly clock: Clock;
  /** The client has not taken a value for `STALL_MS`: until then the values that follow have waited in their source. */
  readonly stalled: () => void;
}

/** How long a client may leave a value lying, in milliseconds. */
export const STALL_MS = 45_000;

/** The subscriptions that are being served, so that they can be ended when the server closes. */
export class OpenStreams {
  readonly #open = new Set<OpenStream>();
  /** A stream has as many values at its beginning as there are instances, and each change has as many as there are streams. */
  readonly #turns: Turns;
  #isClosing = false;

  constructor(turns: Turns) {
    this.#turns = turns;
  }

  open(): OpenStream {
    const controller = new AbortController();
    const { signal } = controller;
    const end = (reason: PrivetError): void => {
      this.#open.delete(stream);
      controller.abort(reason);
    };
    const stream: OpenStream = {
      signal,
      end,
      breakOff: () => end(new ServerClosing()),
      endingWith: (source, ends) => until(signal, source, () => end(sourceEnded()), ends, this.#turns),
    };
    this.#open.add(stream);
    // A request that was on its way when the server began to close.
    if (this.#isClosing) stream.breakOff();
    return stream;
  }

  /** The server closes. Nothing of what they watch has ended: streams that are opened from now on are broken off too. */
  breakOffAll(): void {
    this.#isClosing = true;
    for (const stream of this.#open) stream.breakOff();
  }
}

/** Why a stream was broken off. */
class ServerClosing extends PrivetError {
  constructor() {
    super('TIMEOUT', 'The server is closing');
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
  { farewell, brokenOff, clock, stalled }: StreamEnds<T>,
  turns: Turns,
): AsyncIterableIterator<T> {
  const iterator = source[Symbol.asyncIterator]();
  const done = { done: true, value: undefined } as const;
  let wake: (() => void) | undefined;
  let last: T | undefined;
  let lying: Disposable | undefined;
  /** What follows on a stream that was broken off: nothing, not even that it is done, until the consumer gives up. */
  const silence = Promise.withResolvers<typeof done>();

  const finish = (): typeof done => {
    ended();
    return done;
  };
  const leave = (): IteratorResult<T, undefined> | Promise<typeof done> => {
    if (signal.reason instanceof ServerClosing) return silence.promise;
    if (last === undefined) return done;
    const value = last;
    last = undefined;
    return { done: false, value };
  };
  const stop = (): void => {
    if (signal.reason instanceof ServerClosing) brokenOff();
    else last = farewell(signal.reason);
    lying?.[Symbol.dispose]();
    wake?.();
    // Not awaited: a source that waits for its next value answers only after it.
    iterator.return?.().catch(() => {});
  };
  if (signal.aborted) stop();
  else signal.addEventListener('abort', stop, { once: true });

  return {
    async next() {
      lying?.[Symbol.dispose]();
      if (signal.aborted) return leave();
      const end = new Promise<'end'>((resolve) => {
        wake = () => resolve('end');
      });
      try {
        const result = await Promise.race([iterator.next(), end]);
        if (result === 'end') return leave();
        if (result.done) return finish();
        await turns.take();
        if (signal.aborted) return leave();
        // Asking for the next one says that this one was taken: nobody asks while the connection takes no more.
        lying = clock.after(STALL_MS, stalled);
        return result;
      } catch (error) {
        // The source was told to end: its error says nothing new.
        if (signal.aborted) return leave();
        ended();
        throw error;
      }
    },
    async return() {
      silence.resolve(done);
      return finish();
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
