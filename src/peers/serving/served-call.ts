import { constants, type ServerHttp2Stream } from 'node:http2';
import { deserialize, serialize } from 'node:v8';
import { PrivetError } from '../../errors.ts';
import { ASK_PATH, HEADERS, STREAM_PATH } from '../headers.ts';
import { type ConnectionMarks, type MarkedRequest } from '../marks.ts';
import { type Crossing, OUTCOME } from '../outcome.ts';
import { readBody } from './request-body.ts';
import { writeValues } from './served-stream.ts';
import type { ServingDeps } from './serving-connection.ts';

const askerGone = (): PrivetError => new PrivetError('TIMEOUT', 'The node that asked waits no more');
const timeIsUp = (): PrivetError => new PrivetError('TIMEOUT', 'The call did not end in time');

const EMPTY = Buffer.alloc(0);

/** Answers where nothing else may go on: the rest of the request is not read. */
export function answerWith(
  stream: ServerHttp2Stream,
  status: number,
  marked?: { readonly marks: ConnectionMarks; readonly sequence: number },
): void {
  if (stream.destroyed || stream.closed) return;
  const mark = marked && { [HEADERS.mark]: marked.marks.answer(marked.sequence, status, EMPTY) };
  stream.respond({ ':status': status, ...mark }, { endStream: true });
  stream.close(constants.NGHTTP2_NO_ERROR);
}

interface CallDeps extends ServingDeps {
  readonly marks: ConnectionMarks;
}

/** One question of another node whose mark holds. */
export class ServedCall {
  readonly isStream: boolean;
  /** Resolves once nothing of it runs any more. */
  readonly ended: Promise<void>;
  readonly #stream: ServerHttp2Stream;
  readonly #request: MarkedRequest;
  readonly #deps: CallDeps;
  readonly #withdrawn = new AbortController();
  readonly #due: number;
  readonly #timer: Disposable | undefined;
  #isAnswered = false;

  constructor(stream: ServerHttp2Stream, request: MarkedRequest, deps: CallDeps) {
    this.#stream = stream;
    this.#request = request;
    this.#deps = deps;
    this.isStream = request.path.startsWith(STREAM_PATH);
    const { clock, limits } = deps;
    const ms = this.isStream ? Number.POSITIVE_INFINITY : Math.min(Number(request.deadlineMs), limits.longestMs);
    this.#due = clock.monotonic() + ms;
    this.#timer = this.isStream ? undefined : clock.after(ms, () => this.#withdrawn.abort(timeIsUp()));
    stream.once('close', () => {
      this.#timer?.[Symbol.dispose]();
      if (!this.#isAnswered) this.#withdrawn.abort(askerGone());
    });
    this.ended = this.#run();
  }

  /** Nobody reads its answer any more. */
  end(): void {
    this.#withdrawn.abort(askerGone());
    this.#stream.close(constants.NGHTTP2_CANCEL);
  }

  async #run(): Promise<void> {
    const { log, limits, marks } = this.#deps;
    const { path, length, sequence } = this.#request;
    if (length > limits.requestBytes) return answerWith(this.#stream, 413, { marks, sequence });
    try {
      const body = await readBody(this.#stream, this.#request, this.#withdrawn.signal);
      if (!body) return answerWith(this.#stream, 401);
      if (this.isStream) await this.#answerStream(body);
      else if (path.startsWith(ASK_PATH)) await this.#answer(body);
      else answerWith(this.#stream, 404, { marks, sequence });
    } catch (error) {
      log.error({ err: error, path }, 'A question of another node could not be answered');
      this.#stream.close(constants.NGHTTP2_INTERNAL_ERROR);
    } finally {
      this.#timer?.[Symbol.dispose]();
    }
  }

  async #answer(body: Buffer): Promise<void> {
    const { handler, clock, marks } = this.#deps;
    const { path, sequence } = this.#request;
    const call = { signal: this.#withdrawn.signal, remainingMs: Math.max(0, this.#due - clock.monotonic()) };
    const { status, payload } = await this.#outcomeOf(() => handler.ask(methodOf(path), deserialize(body), call));
    this.#isAnswered = true;
    if (this.#stream.destroyed || this.#stream.closed) return;
    this.#stream.respond({
      ':status': status,
      'content-length': payload.length,
      [HEADERS.mark]: marks.answer(sequence, status, payload),
    });
    this.#stream.end(payload);
  }

  async #answerStream(body: Buffer): Promise<void> {
    const { handler, marks } = this.#deps;
    const { path, sequence } = this.#request;
    const { signal } = this.#withdrawn;
    const values = handler.stream(methodOf(path), deserialize(body), signal)[Symbol.asyncIterator]();
    const next = async (): Promise<Crossing> => {
      const ended: unknown[] = [];
      const outcome = await this.#outcomeOf(async () => {
        const result = await values.next();
        if (result.done) ended.push(result);
        return result.value;
      });
      return ended.length > 0 && outcome.status === OUTCOME.value ? { status: OUTCOME.end, payload: EMPTY } : outcome;
    };
    if (this.#stream.destroyed || this.#stream.closed) return;
    this.#stream.respond({ ':status': OUTCOME.value, [HEADERS.mark]: marks.answer(sequence, OUTCOME.value, EMPTY) });
    await writeValues(this.#stream, { next, end: async () => values.return?.() }, { marks, sequence, signal });
  }

  /** What it comes to, in bytes. What the other node must not see is logged here. */
  async #outcomeOf(work: () => Promise<unknown>): Promise<Crossing> {
    const { codec, log, limits } = this.#deps;
    try {
      const payload = serialize(await work());
      if (payload.length <= limits.answerBytes) return { status: OUTCOME.value, payload };
      throw new RangeError(`An answer of ${payload.length} bytes is too long for another node`);
    } catch (error) {
      const crossing = codec.encode(error);
      if (crossing) return crossing;
      // What ended because nobody waits is no failure.
      const isWithdrawn = this.#withdrawn.signal.aborted && error === this.#withdrawn.signal.reason;
      if (!isWithdrawn) log.error({ err: error, path: this.#request.path }, 'A question of another node failed');
      return { status: OUTCOME.failed, payload: EMPTY };
    }
  }
}

/** What follows the first part of the path. */
const methodOf = (path: string): string => decodeURIComponent(path.slice(path.indexOf('/', 1) + 1));
