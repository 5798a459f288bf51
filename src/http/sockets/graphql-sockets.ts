import { type IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { Socket } from 'node:net';
import { handleProtocols } from 'graphql-ws';
import { WebSocketServer } from 'ws';
import { GRAPHQL_PATH } from '../../graphql/pipeline/yoga.ts';
import { send } from '../adapter.ts';
import { clientOf, MAX_BODY, targetOf } from '../request-head.ts';
import { setSecurityHeaders } from '../security-headers.ts';
import { GraphQLSocket, type SocketParts } from './graphql-socket.ts';
import { type Problem, refuseAsGraphQL, PROBLEMS } from '../route.ts';
import { makeProtocol } from './socket-protocol.ts';
import { UnidentifiedClients } from './unidentified.ts';
import { watchRequest } from '../watch-request.ts';

/** How many connections, of all clients, may be without a token at a time. */
export const MAX_UNIDENTIFIED = 200;
/** How long running operations may take once the server closes, in milliseconds: as over HTTP. */
const LEAVE_MS = 10_000;

/** The bounds of a connection, whose client is not known yet. */
const BOUNDS = {
  maxPayload: MAX_BODY,
  // A fragment takes many times its own size in memory until the message is complete. Usual clients send none.
  maxFragments: 16,
  maxBufferedChunks: 256,
  // One message in a round of the event loop: else thousands of one read would all be served before any other client's.
  allowSynchronousEvents: false,
  // A few bytes could inflate to very many, and each connection would keep a window in memory.
  perMessageDeflate: false,
};

export interface SocketsOptions extends SocketParts {
  readonly trustedProxyHops: number;
  /** Whose pages may connect, beside those of this server. */
  readonly origins: ReadonlySet<string>;
}

/** Other upgrades are ignored: Java's client, for one, offers HTTP/2 with each request. */
export const isWebSocket = ({ headers }: IncomingMessage): boolean => headers.upgrade?.toLowerCase() === 'websocket';

/** GraphQL over WebSockets, at the same path as over HTTP. Disposing lets running operations end. */
export class GraphQLSockets implements AsyncDisposable {
  readonly #options: SocketsOptions;
  readonly #protocol = makeProtocol();
  readonly #open = new Set<GraphQLSocket>();
  readonly #unidentified = new UnidentifiedClients(MAX_UNIDENTIFIED);
  readonly #server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    handleProtocols,
    ...BOUNDS,
  });
  #isClosing = false;

  constructor(options: SocketsOptions) {
    this.#options = options;
  }

  /** Upgrades a request to a WebSocket, or refuses it with a reason. */
  upgrade(request: IncomingMessage, stream: Duplex, head: Buffer): void {
    // Nobody listens for errors until ws has the stream.
    stream.on('error', () => {});
    const { address } = clientOf(request, this.#options.trustedProxyHops);
    const problem = this.#problemOf(request);
    if (problem) return this.#refuse(problem, request, stream);
    this.#server.handleUpgrade(request, stream, head, (webSocket) => {
      const socket = new GraphQLSocket(webSocket, { request, address }, this.#options);
      this.#open.add(socket);
      void socket.closed.then(() => this.#open.delete(socket));
      socket.open(this.#protocol, this.#unidentified);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosing = true;
    for (const socket of this.#open) socket.leave();
    using _late = this.#options.clock.after(LEAVE_MS, () => {
      for (const socket of this.#open) socket.terminate();
    });
    await Promise.all([...this.#open].map(({ closed }) => closed));
  }

  #problemOf(request: IncomingMessage): Problem | undefined {
    if (targetOf(request)?.pathname !== GRAPHQL_PATH) return PROBLEMS.notFound;
    if (!this.#allows(request)) return PROBLEMS.originRefused;
    return this.#isClosing ? PROBLEMS.closing : undefined;
  }

  /** Browsers always send the page's origin, other clients send none. */
  #allows({ headers: { origin, host } }: IncomingMessage): boolean {
    if (origin === undefined || this.#options.origins.has(origin)) return true;
    return host !== undefined && URL.parse(origin)?.host === host.toLowerCase();
  }

  #refuse(problem: Problem, request: IncomingMessage, stream: Duplex): void {
    const response = new ServerResponse(request);
    response.shouldKeepAlive = false;
    if (!(stream instanceof Socket)) return void stream.destroy();
    response.assignSocket(stream);
    response.once('finish', () => stream.destroySoon());
    setSecurityHeaders(response);
    const record = watchRequest(request, response, this.#options.clock, this.#options.events);
    record.edge = 'graphql';
    if (problem === PROBLEMS.originRefused) record.noteRefusedOrigin(request.headers.origin);
    record.noteError(problem.code);
    void send(refuseAsGraphQL(problem), response);
  }
}
