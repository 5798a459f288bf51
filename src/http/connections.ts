import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Clock } from '../clock.ts';
import type { Turns } from '../graphql/pipeline/turns.ts';

/**
 * How many requests of one connection may be unanswered at a time. Clients and proxies send the next one once they have
 * the answer; Node reads on as long as somebody sends.
 */
export const REQUESTS_AT_ONCE = 10;
/** How long a client may leave an answer lying, in milliseconds: longer than any call takes to be answered. */
export const UNREAD_MS = 45_000;
const LOOK_MS = 15_000;

interface Connection {
  requests: number;
  /** Those that wait for the one before to be answered. */
  readonly waiting: (() => void)[];
  /** How many bytes had left, when that was last seen to have grown or nothing was to be sent. */
  sent: number;
  /** How many were left of the piece that was leaving then. */
  leaving: number | undefined;
  movedAt: number;
}

/**
 * The connections of a server. Bounds what each of them takes: its requests are served one after the other, as they are
 * answered, so that one answer waits in memory to be read; too many requests at a time end it, and so does an answer that
 * the client does not read, whether it is a whole one or a stream.
 */
export class Connections {
  readonly #clock: Clock;
  readonly #turns: Turns;
  readonly #open = new Map<Socket, Connection>();
  #timer: Disposable | undefined;

  /** @param turns of requests that have waited for one before them: those of many connections would all follow at once. */
  constructor(server: Server, clock: Clock, turns: Turns) {
    this.#clock = clock;
    this.#turns = turns;
    server.on('connection', (socket) => this.#opened(socket));
  }

  /** Serves a request once those before it on its connection have been answered; never where there are too many. */
  serve({ socket }: IncomingMessage, response: ServerResponse, begin: () => void): void {
    const connection = this.#open.get(socket);
    if (!connection || socket.destroyed) return;
    if (connection.requests >= REQUESTS_AT_ONCE) return leave(socket);
    connection.requests += 1;
    // In the next round: what is answered at once would let all that came in the same read be served before anybody else.
    response.once('close', () => setImmediate(() => void this.#answered(socket, connection)));
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

  /** Whether a connection may be given to another protocol: not while there is an answer to come on it. */
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

  /** One timer for all of them, as long as there are any. */
  #wait(): Disposable {
    return this.#clock.after(LOOK_MS, () => {
      this.#timer = this.#wait();
      this.#look(this.#clock.monotonic());
    });
  }

  #look(now: number): void {
    for (const [socket, connection] of this.#open) {
      // Node's `bytesWritten` counts what still waits as well: something added to it is no sign of a reader.
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
 * What the system has not taken yet of the piece that is leaving: an answer written as a whole is one, and `writableLength`
 * counts all of it to its end. Node's own time-out of a socket looks there too (`_onTimeout` in net.js).
 */
const leavingOf = ({ _handle }: Socket & { readonly _handle?: { readonly writeQueueSize: number } | null }) =>
  _handle?.writeQueueSize;

/**
 * Ends a connection in the middle of what was read of it. Node would make a request and a response of each that is left,
 * thousands in one read, and keep them until all connections that are ready have been read: by its own way to say so, its
 * parser is told to take nothing more. Where it has no such way, they are made, and not served.
 */
function leave(socket: Socket & { readonly parser?: { onIncoming?: unknown } | null }): void {
  if (socket.parser) socket.parser.onIncoming = () => TAKE_NO_MORE;
  socket.destroy();
}

/** Of what `_http_server.js` answers the parser: no body comes, and what follows is of another protocol. */
const TAKE_NO_MORE = 2;
