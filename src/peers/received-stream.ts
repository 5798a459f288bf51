import { constants } from 'node:http2';
import { deserialize } from 'node:v8';
import type { SentRequest } from './client-connection.ts';
import { type Frame, FrameReader } from './frames.ts';
import { type ReceivingDeps, unanswered } from './received-answer.ts';
import { OUTCOME } from './outcome.ts';
import { PeerError } from './peers.ts';

/** The values of a stream of another node. What is not read stays there: only what is on its way is held here. */
export class ReceivedStream {
  readonly #sent: SentRequest;
  readonly #deps: ReceivingDeps;
  readonly #reader: FrameReader;
  readonly #signal: AbortSignal;
  #frames: Frame[] = [];
  /** How it ended, once that is known; what came before is still read. */
  #end: { readonly error?: unknown } | undefined;
  #wake: (() => void) | undefined;

  constructor(sent: SentRequest, signal: AbortSignal, deps: ReceivingDeps) {
    this.#sent = sent;
    this.#deps = deps;
    this.#signal = signal;
    this.#reader = new FrameReader(sent.marks, sent.sequence, deps.limits.answerBytes);
    const { stream } = sent;
    stream.on('data', (chunk: Buffer) => this.#take(chunk));
    stream.once('close', () => {
      signal.removeEventListener('abort', this.#onAbort);
      this.#finish({ error: unanswered(sent) });
    });
    signal.addEventListener('abort', this.#onAbort, { once: true });
    if (signal.aborted) this.#onAbort();
  }

  async next(): Promise<IteratorResult<unknown, undefined>> {
    while (this.#frames.length === 0 && !this.#end) {
      this.#sent.stream.resume();
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      await promise;
    }
    const frame = this.#frames.shift();
    if (frame?.kind === OUTCOME.value) return { done: false, value: deserialize(frame.payload) };
    if (frame && frame.kind !== OUTCOME.end) throw this.#deps.codec.decode(frame.kind, frame.payload);
    if (!frame && this.#end && 'error' in this.#end) throw this.#end.error;
    return { done: true, value: undefined };
  }

  /** Nothing of it is read any more; a read that waits ends. */
  stop(end: { readonly error?: unknown } = {}): void {
    this.#frames = [];
    this.#finish(end);
    this.#sent.stream.close(constants.NGHTTP2_CANCEL);
  }

  readonly #onAbort = (): void => this.stop({ error: this.#signal.reason });

  #take(chunk: Buffer): void {
    try {
      this.#frames.push(...this.#reader.push(chunk));
    } catch (error) {
      this.stop({ error: new PeerError('lost', 'What came from the node is not what it wrote', { cause: error }) });
    }
    const last = this.#frames.at(-1);
    if (!last) return;
    // Nothing follows the frame that ends it: the stream itself ends only once it is read to its end.
    if (last.kind === OUTCOME.value) this.#sent.stream.pause();
    else this.#finish({});
    this.#wake?.();
  }

  #finish(end: { readonly error?: unknown }): void {
    this.#end ??= end;
    this.#wake?.();
  }
}
