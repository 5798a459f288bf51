import { serialize } from 'node:v8';
import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import { type AskingDeps, ClientConnection, openConnection } from './client-connection.ts';
import { ASK_PATH, STREAM_PATH } from './headers.ts';
import { PEER_LIMITS, type PeerLimits } from './limits.ts';
import type { PeerKey } from './marks.ts';
import { type CrossingClass, ErrorCodec } from './outcome.ts';
import { type Peer, type PeerCall, PeerError, type Peers } from './peers.ts';
import { receiveAnswer, type ReceivingDeps } from './received-answer.ts';
import { ReceivedStream } from './received-stream.ts';

export interface PeersOptions {
  readonly key: PeerKey;
  /** The incarnation of the node that asks. */
  readonly self: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** Errors that come back as what they are, beside those of errors.ts. */
  readonly errors?: readonly CrossingClass[];
  readonly limits?: Partial<PeerLimits>;
}

/** Asks other nodes over HTTP/2, one connection a run of a node. Disposing ends all that it asks. */
export function createPeers({ errors, ...options }: PeersOptions): Peers & AsyncDisposable {
  return new HttpPeers({ ...options, limits: { ...PEER_LIMITS, ...options.limits }, codec: new ErrorCodec(errors) });
}

interface Deps extends AskingDeps, ReceivingDeps {
  readonly log: Logger;
}

interface Opening {
  readonly connection: Promise<ClientConnection>;
  opened: ClientConnection | undefined;
}

const tooLate = (): PeerError => new PeerError('unreachable', 'The time was up before the node could be asked');

class HttpPeers implements Peers, AsyncDisposable {
  readonly #deps: Deps;
  readonly #connections = new Map<string, Opening>();
  readonly #closed = new AbortController();
  /** All that have not ended, those too that take no more questions; when they have. */
  readonly #living = new Map<ClientConnection, Promise<void>>();

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  async ask(peer: Peer, method: string, body: unknown, call: PeerCall): Promise<unknown> {
    const { clock } = this.#deps;
    call.signal.throwIfAborted();
    const due = clock.monotonic() + call.remainingMs;
    const bytes = this.#bytesOf(body);
    const connection = await this.#connected(peer, call.signal, call.remainingMs);
    const remainingMs = due - clock.monotonic();
    if (remainingMs <= 0) throw tooLate();
    const sent = connection.request(ASK_PATH + encodeURIComponent(method), bytes, remainingMs);
    return receiveAnswer(sent, { signal: call.signal, remainingMs }, this.#deps);
  }

  stream(peer: Peer, method: string, body: unknown, signal: AbortSignal): AsyncIterable<unknown> {
    return { [Symbol.asyncIterator]: () => new PeerValues(() => this.#begin(peer, method, body, signal)) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed.abort();
    for (const connection of this.#living.keys()) connection.drop();
    await Promise.all(this.#living.values());
  }

  async #begin(peer: Peer, method: string, body: unknown, signal: AbortSignal): Promise<ReceivedStream> {
    signal.throwIfAborted();
    const bytes = this.#bytesOf(body);
    const connection = await this.#connected(peer, signal, this.#deps.limits.longestMs);
    return new ReceivedStream(
      connection.request(STREAM_PATH + encodeURIComponent(method), bytes, undefined),
      signal,
      this.#deps,
    );
  }

  #bytesOf(body: unknown): Buffer {
    const bytes = serialize(body);
    const { requestBytes } = this.#deps.limits;
    if (bytes.length > requestBytes) throw new RangeError(`A question of ${bytes.length} bytes is too long for a node`);
    return bytes;
  }

  /** Others may wait for the same connection: who stops waiting does not end it. */
  async #connected(peer: Peer, signal: AbortSignal, remainingMs: number): Promise<ClientConnection> {
    const opening = this.#connections.get(peer.incarnation) ?? this.#open(peer);
    if (opening.opened) return opening.opened;
    const aborted = Promise.withResolvers<never>();
    const onAbort = (): void => aborted.reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    using _timer = this.#deps.clock.after(remainingMs, () => aborted.reject(tooLate()));
    try {
      return await Promise.race([opening.connection, aborted.promise]);
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  #open(peer: Peer): Opening {
    if (this.#closed.signal.aborted) throw new PeerError('unreachable', 'This node asks no more');
    this.#makeRoom();
    const opening: Opening = {
      connection: this.#connect(
        peer,
        (opened) => (opening.opened = opened),
        () => this.#forget(peer, opening),
      ),
      opened: undefined,
    };
    this.#connections.set(peer.incarnation, opening);
    opening.connection.catch(() => this.#forget(peer, opening));
    return opening;
  }

  async #connect(
    peer: Peer,
    onOpen: (opened: ClientConnection) => void,
    onGone: () => void,
  ): Promise<ClientConnection> {
    const made = await openConnection(peer, this.#deps, this.#closed.signal);
    const { session } = made;
    // It may have ended since it greeted: then nothing tells of its end any more.
    if (session.destroyed) throw new PeerError('unreachable', `The node at ${peer.url} closed the connection`);
    const ended = new Promise<void>((resolve) => session.once('close', resolve));
    const connection = new ClientConnection(made, this.#deps, onGone);
    this.#living.set(connection, ended);
    void ended.then(() => this.#living.delete(connection));
    onOpen(connection);
    if (this.#closed.signal.aborted) connection.drop();
    return connection;
  }

  #forget({ incarnation }: Peer, opening: Opening): void {
    if (this.#connections.get(incarnation) === opening) this.#connections.delete(incarnation);
  }

  #makeRoom(): void {
    if (this.#connections.size < this.#deps.limits.connections) return;
    const idle = [...this.#connections.values()].find(({ opened }) => opened?.isIdle);
    if (!idle) throw new PeerError('unreachable', 'Too many nodes are asked at once');
    idle.opened?.close();
  }
}

/** Begins with its first read. Unlike a generator it can be ended while a read waits. */
class PeerValues implements AsyncIterator<unknown, undefined> {
  readonly #begin: () => Promise<ReceivedStream>;
  #values: Promise<ReceivedStream> | undefined;
  #isOver = false;

  constructor(begin: () => Promise<ReceivedStream>) {
    this.#begin = begin;
  }

  async next(): Promise<IteratorResult<unknown, undefined>> {
    if (this.#isOver) return { done: true, value: undefined };
    try {
      this.#values ??= this.#begin();
      const result = await (await this.#values).next();
      if (result.done) this.#isOver = true;
      return this.#isOver ? { done: true, value: undefined } : result;
    } catch (error) {
      this.#isOver = true;
      throw error;
    }
  }

  async return(): Promise<IteratorResult<unknown, undefined>> {
    this.#isOver = true;
    // Where it could not begin, there is nothing to end.
    await this.#values?.then((values) => values.stop()).catch(() => {});
    return { done: true, value: undefined };
  }
}
