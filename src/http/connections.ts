import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Clock } from '../clock.ts';
import type { Turns } from '../graphql/pipeline/turns.ts';

/**
 * How many requests of a connection may be unanswered at a time. Usual clients and proxies wait for an answer before the
 * next request; Node itself has no limit.
 */
export const REQUESTS_AT_ONCE = 10;
/** How long a client may leave an answer unread, in milliseconds: longer than any call takes. */
export const UNREAD_MS = 45_000;
const LOOK_MS = 15_000;

interface Connection {
  requests: number;
  /** The requests that wait for the answer to the one before. */
  readonly waiting: (() => void)[];
  /** How many bytes had been sent when progress was last seen. */
  sent: number;
  /** How many bytes of the current piece were still unsent then. */
  leaving: number | undefined;
  movedAt: number;
}

/**
 * The connections of a server, each with bounds. Its requests are served one after the other, so at most one answer waits
 * in memory. Too many requests at a time close the connection, and so does an answer or a stream that the client does not
 * read.
 */
export class Connections {
  readonly #clock: Clock;
  readonly #turns: Turns;
  readonly #open = new Map<Socket, Connection>();
  #timer: Disposable | undefined;

  /** @param turns taken by requests that have waited: otherwise those of many connections would all begin at once. */
  constructor(server: Server, clock: Clock, turns: Turns) {
    this.#clock = clock;
    this.#turns = turns;
    server.on('connection', (socket) => this.#opened(socket));
  }

  /** Begins a request once those before it on its connection have been answered. Closes the connection if there are too many. */
  serve({ socket }: IncomingMessage, response: ServerResponse, begin: () => void): void {
    const connection = this.#open.get(socket);
    if (!connection || socket.destroyed) return;
    if (connection.requests >= REQUESTS_AT_ONCE) return leave(socket);
    connection.requests += 1;
    // In the next round of the event loop: else all requests of one read would be served before any other client's.
    response.on('close', () => setImmediate(() => void this.#answered(socket, connection)));
    if (connection.requests === 1) begin();
    else connection.waiting.push(begin);
  }

  async #answered(socket: Socket, connection: Connection): Promise<void> {
    connection.requests -= 1;
    const next = connection.waiting.shift();
    if (!next || socket.destroyed) return;
    await this.#turns.take();
    if (!socket.destroyed) next();
  }

  /** Whether a connection may switch to another protocol: not while an answer is due on it. */
  isIdle({ socket }: IncomingMessage): boolean {
    return this.#open.get(socket)?.requests === 0;
  }

  #opened(socket: Socket): void {
    this.#open.set(socket, { requests: 0, waiting: [], sent: 0, leaving: undefined, movedAt: this.#clock.monotonic() });
    socket.once('close', () => this.#closed(socket));
    this.#timer ??= this.#wait();
  }

  #closed(socket: Socket): void {
    this.#open.delete(socket);
    if (this.#open.size > 0) return;
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
  }

  /** One timer for all connections, while there are any. */
  #wait(): Disposable {
    return this.#clock.after(LOOK_MS, () => {
      this.#timer = this.#wait();
      this.#look(this.#clock.monotonic());
    });
  }

  #look(now: number): void {
    for (const [socket, connection] of this.#open) {
      // Node's `bytesWritten` includes bytes that wait in memory: its growth alone does not show that the client reads.
      const sent = socket.bytesWritten - socket.writableLength;
      const leaving = leavingOf(socket);
      if (socket.writableLength === 0 || sent !== connection.sent || leaving !== connection.leaving) {
        connection.sent = sent;
        connection.leaving = leaving;
        connection.movedAt = now;
      } else if (now - connection.movedAt >= UNREAD_MS) {
        socket.destroy();
      }
    }
  }
}

/**
 * How many bytes of the current piece the system has not taken yet. An answer written at once is one piece, all of which
 * `writableLength` counts to its end. Node's own time-out reads the same number (`_onTimeout` in net.js).
 */
const leavingOf = ({ _handle }: Socket & { readonly _handle?: { readonly writeQueueSize: number } | null }) =>
  _handle?.writeQueueSize;

/**
 * Closes a connection although one read may hold thousands more requests. Node would make an object for each of them, and
 * keep them until it has read all other connections that are ready: so its parser is told to stop. Without such a parser
 * the objects are made, and not served.
 */
function leave(socket: Socket & { readonly parser?: { onIncoming?: unknown } | null }): void {
  if (socket.parser) socket.parser.onIncoming = () => TAKE_NO_MORE;
  socket.destroy();
}

/** An answer to the parser that `_http_server.js` uses: no body follows, and the rest is another protocol. */
const TAKE_NO_MORE = 2;
