import type { IncomingHttpHeaders, ServerHttp2Session, ServerHttp2Stream } from 'node:http2';
import type { Socket } from 'node:net';
import type { Logger } from 'pino';
import type { Clock } from '../../clock.ts';
import { HEADERS, HELLO_PATH, KNOWN_PATH, readRequest, textOf } from '../headers.ts';
import { CONNECTION_WINDOW, type PeerLimits } from '../limits.ts';
import { watchLiveness } from '../liveness.ts';
import { ConnectionMarks, isSameMark, type MarkedRequest, type PeerKey, randomText } from '../marks.ts';
import type { ErrorCodec } from '../outcome.ts';
import type { PeerHandler } from '../peers.ts';
import { answerWith, ServedCall } from './served-call.ts';

export interface ServingDeps {
  readonly key: PeerKey;
  readonly incarnation: string;
  readonly handler: PeerHandler;
  readonly clock: Clock;
  readonly log: Logger;
  readonly limits: PeerLimits;
  readonly codec: ErrorCodec;
}

/** Above it nobody greets: a run's name and a nonce are far shorter. */
const LONGEST_NAME = 200;

/** One connection of another node, or of anybody: until a mark of it holds, it gets nothing done. */
export class ServingConnection {
  readonly #session: ServerHttp2Session;
  readonly #socket: Socket;
  readonly #deps: ServingDeps;
  readonly #running = new Set<ServedCall>();
  readonly #liveness: Disposable;
  readonly #unknownTimer: Disposable;
  #marks: ConnectionMarks | undefined;
  #lastSequence = 0;
  #isKnown = false;
  #refused = 0;

  constructor(session: ServerHttp2Session, socket: Socket, deps: ServingDeps) {
    this.#session = session;
    this.#socket = socket;
    this.#deps = deps;
    const { clock, limits, log } = deps;
    this.#unknownTimer = clock.after(limits.unknownMs, () => this.drop());
    this.#liveness = watchLiveness(session, clock, limits, { gone: () => this.drop() });
    session.setLocalWindowSize(CONNECTION_WINDOW);
    session.on('stream', (stream, headers) => this.#onStream(stream, headers));
    session.on('error', (error) => log.debug({ err: error }, 'A connection of another node failed'));
    session.once('close', () => {
      this.#unknownTimer[Symbol.dispose]();
      this.#liveness[Symbol.dispose]();
    });
  }

  /** Whether whoever is at the other end has the key. */
  get isKnown(): boolean {
    return this.#isKnown;
  }

  /** Ends now. Of a session Node waits until all is written, and of one that closes until the other end has closed too. */
  drop(): void {
    this.#session.destroy();
    this.#socket.destroy();
  }

  /** Takes no more questions, ends the streams, lets running questions finish for a while. */
  async end(): Promise<void> {
    const { clock, limits } = this.#deps;
    const closed = new Promise<void>((resolve) => {
      if (this.#session.destroyed) resolve();
      this.#session.once('close', resolve);
    });
    if (!this.#isKnown) this.drop();
    this.#session.close();
    for (const call of this.#running) if (call.isStream) call.end();
    using _timer = clock.after(limits.closeMs, () => this.drop());
    await closed;
  }

  #onStream(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
    // How it ends is told by its close.
    stream.on('error', () => {});
    if (headers[':path'] === HELLO_PATH) return this.#greet(stream, headers);
    const request = readRequest(headers);
    if (!request || !this.#isMarked(request)) return this.#refuse(stream, 401);
    this.#lastSequence = request.sequence;
    this.#becomeKnown();
    this.#serve(stream, request);
  }

  /** Whether the other end made this request, for this connection, and after all others that came over it. */
  #isMarked(request: MarkedRequest & { readonly mark: string }): boolean {
    if (!this.#marks || !isSameMark(request.mark, this.#marks.request(request))) return false;
    return request.sequence > this.#lastSequence;
  }

  #greet(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
    const target = textOf(headers, HEADERS.target);
    const asker = textOf(headers, HEADERS.asker);
    const nonce = textOf(headers, HEADERS.nonce);
    const isWhole = asker !== undefined && nonce !== undefined && asker.length + nonce.length <= LONGEST_NAME;
    if (this.#marks || !isWhole) return this.#refuse(stream, 401);
    // The node that is looked for was here before this one.
    if (target !== this.#deps.incarnation) return this.#refuse(stream, 421);
    const challenge = randomText();
    this.#marks = new ConnectionMarks(this.#deps.key, { target, asker, nonce, challenge });
    const answer = { ':status': 200, [HEADERS.challenge]: challenge, [HEADERS.proof]: this.#marks.proof() };
    stream.respond(answer, { endStream: true });
  }

  #becomeKnown(): void {
    if (this.#isKnown || this.#session.destroyed) return;
    this.#isKnown = true;
    this.#unknownTimer[Symbol.dispose]();
    this.#session.settings({ maxConcurrentStreams: this.#deps.limits.openAtOnce });
  }

  #serve(stream: ServerHttp2Stream, request: MarkedRequest): void {
    if (!this.#marks) return;
    if (request.path === KNOWN_PATH) return answerWith(stream, 204, { marks: this.#marks, sequence: request.sequence });
    const call = new ServedCall(stream, request, { ...this.#deps, marks: this.#marks });
    this.#running.add(call);
    void call.ended.finally(() => this.#running.delete(call));
  }

  /** Nothing was read of it but its headers. Who goes on like that is sent away. */
  #refuse(stream: ServerHttp2Stream, status: number): void {
    answerWith(stream, status);
    if (++this.#refused >= this.#deps.limits.refusals) this.drop();
  }
}
