import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants } from 'node:http2';
import { connect as connectSocket, type Socket } from 'node:net';
import type { Clock } from '../clock.ts';
import { HEADERS, HELLO_PATH, KNOWN_PATH, textOf } from './headers.ts';
import { CONNECTION_WINDOW, type PeerLimits, SESSION_OPTIONS } from './limits.ts';
import { watchLiveness } from './liveness.ts';
import { ConnectionMarks, hashOf, isSameMark, type PeerKey, randomText } from './marks.ts';
import { type Peer, PeerError } from './peers.ts';

export interface AskingDeps {
  readonly key: PeerKey;
  /** The run that asks. */
  readonly self: string;
  readonly clock: Clock;
  readonly limits: PeerLimits;
}

/** A request that has left, or is about to. */
export interface SentRequest {
  readonly stream: ClientHttp2Stream;
  readonly sequence: number;
  readonly marks: ConnectionMarks;
  /** Whether the other node has certainly not begun it, now that it has ended without an answer. */
  readonly isUnseen: () => boolean;
}

/** A connection that is there, and whose other end has proven who it is. */
export interface Opened {
  readonly session: ClientHttp2Session;
  readonly socket: Socket;
  readonly marks: ConnectionMarks;
}

/** HTTP/2 has 2^30 streams a connection: long before that, another one is made. */
const MOST_REQUESTS = 2 ** 29;

/** A URL leaves it out. */
const HTTP_PORT = 80;

const EMPTY = Buffer.alloc(0);

/** The connection to one run of another node, which has proven that it is that. */
export class ClientConnection {
  readonly #session: ClientHttp2Session;
  readonly #socket: Socket;
  readonly #marks: ConnectionMarks;
  readonly #deps: AskingDeps;
  readonly #onGone: () => void;
  readonly #liveness: Disposable;
  #sequence = 0;
  #open = 0;
  /** It takes no more requests, and ends once those that run have. */
  #isSpent = false;
  #idleSince: number;
  /** The last stream that the other node took before it said that it goes. */
  #lastTaken = Number.POSITIVE_INFINITY;

  /** @param onGone it takes no more requests; may be called more than once. */
  constructor({ session, socket, marks }: Opened, deps: AskingDeps, onGone: () => void) {
    this.#session = session;
    this.#socket = socket;
    this.#marks = marks;
    this.#deps = deps;
    this.#onGone = onGone;
    this.#idleSince = deps.clock.monotonic();
    const { clock, limits } = deps;
    this.#liveness = watchLiveness(session, clock, limits, {
      beat: () => {
        if (this.isIdle && (this.#isSpent || clock.monotonic() - this.#idleSince > limits.idleMs)) this.close();
      },
      gone: () => this.drop(),
    });
    session.on('goaway', (_code, lastStream) => {
      this.#lastTaken = lastStream;
      onGone();
    });
    session.once('close', () => {
      this.#liveness[Symbol.dispose]();
      onGone();
    });
    session.setLocalWindowSize(CONNECTION_WINDOW);
    // The other end lets in few streams until it knows who asks.
    this.request(KNOWN_PATH, EMPTY, undefined).stream.resume();
  }

  get isIdle(): boolean {
    return this.#open === 0;
  }

  /** @throws PeerError 'unreachable' where it takes no more of them */
  request(path: string, body: Buffer, remainingMs: number | undefined): SentRequest {
    const { limits, clock } = this.#deps;
    if (this.#open >= limits.openAtOnce) throw new PeerError('unreachable', 'Too much is asked of the node at once');
    const sequence = ++this.#sequence;
    const deadlineMs = remainingMs === undefined ? '' : String(Math.max(0, Math.floor(remainingMs)));
    const request = { sequence, verb: 'POST', path, deadlineMs, length: body.length, bodyHash: hashOf(body) };
    let stream: ClientHttp2Stream;
    try {
      stream = this.#session.request({
        ':method': request.verb,
        ':path': path,
        'content-length': body.length,
        [HEADERS.sequence]: sequence,
        ...(deadlineMs === '' ? {} : { [HEADERS.deadline]: deadlineMs }),
        [HEADERS.bodyHash]: request.bodyHash,
        [HEADERS.mark]: this.#marks.request(request),
      });
    } catch (error) {
      this.#onGone();
      throw new PeerError('unreachable', 'The connection to the node has ended', { cause: error });
    }
    this.#open++;
    stream.on('error', () => {});
    stream.once('close', () => {
      this.#open--;
      this.#idleSince = clock.monotonic();
    });
    stream.end(body);
    if (sequence >= MOST_REQUESTS) {
      this.#isSpent = true;
      this.#onGone();
    }
    const isUnseen = (): boolean =>
      stream.id === undefined || stream.id > this.#lastTaken || stream.rstCode === constants.NGHTTP2_REFUSED_STREAM;
    return { stream, sequence, marks: this.#marks, isUnseen };
  }

  /** For one that is idle. */
  close(): void {
    this.#onGone();
    this.#session.close();
  }

  /** Ends now, and with it all that runs over it. Node itself would wait until all is written, or the other end closes. */
  drop(): void {
    this.#onGone();
    this.#session.destroy();
    this.#socket.destroy();
  }
}

/**
 * Connects to that run, and to none that came after it at its address: nothing is said before it has proven that it has the
 * key.
 * @throws PeerError 'unreachable'
 */
export async function openConnection(peer: Peer, deps: AskingDeps, signal: AbortSignal): Promise<Opened> {
  const { hostname, port } = new URL(peer.url);
  const { clock, limits } = deps;
  const host = hostname.replace(/^\[|\]$/g, '');
  const socket = connectSocket({ host, port: Number(port || HTTP_PORT), noDelay: true });
  const session = connect(peer.url, {
    ...SESSION_OPTIONS,
    settings: { enablePush: false, maxHeaderListSize: 8 * 1024 },
    createConnection: () => socket,
  });
  const failed = Promise.withResolvers<never>();
  const fail = (why: string, cause?: unknown): void =>
    failed.reject(new PeerError('unreachable', `The node at ${peer.url} ${why}`, { cause }));
  session.on('error', (error) => fail('can not be connected to', error));
  session.once('close', () => fail('closed the connection'));
  using _timer = clock.after(limits.connectMs, () => fail('did not answer in time'));
  const onAbort = (): void => fail('is not asked any more');
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    return { session, socket, marks: await Promise.race([greet(session, peer, deps, fail), failed.promise]) };
  } catch (error) {
    session.destroy();
    socket.destroy();
    throw error;
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

function greet(
  session: ClientHttp2Session,
  { incarnation }: Peer,
  { key, self }: AskingDeps,
  fail: (why: string) => void,
): Promise<ConnectionMarks> {
  const nonce = randomText();
  const { promise, resolve } = Promise.withResolvers<ConnectionMarks>();
  const stream = session.request({
    ':path': HELLO_PATH,
    [HEADERS.target]: incarnation,
    [HEADERS.asker]: self,
    [HEADERS.nonce]: nonce,
  });
  stream.on('error', () => {});
  stream.once('response', (headers) => {
    const challenge = textOf(headers, HEADERS.challenge);
    if (challenge === undefined) return fail(headers[':status'] === 421 ? 'is another run' : 'did not say who it is');
    const marks = new ConnectionMarks(key, { target: incarnation, asker: self, nonce, challenge });
    // Whoever has the address of a node that is gone gets no question to read.
    if (!isSameMark(textOf(headers, HEADERS.proof), marks.proof())) return fail('is none of this database');
    resolve(marks);
  });
  stream.resume();
  return promise;
}
