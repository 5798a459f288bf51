import { type IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { Socket } from 'node:net';
import { handleProtocols } from 'graphql-ws';
import { WebSocketServer } from 'ws';
import { GRAPHQL_PATH } from '../../graphql/pipeline/yoga.ts';
import { send } from '../adapter.ts';
import { clientOf, MAX_BODY, setSafeHeaders, targetOf } from '../front.ts';
import { GraphQLSocket, type SocketParts } from './graphql-socket.ts';
import { type Refusal, refuseAsGraphQL, REFUSALS } from '../route.ts';
import { makeProtocol } from './socket-protocol.ts';
import { Strangers } from './strangers.ts';
import { watchRequest } from '../watch-request.ts';

/** Connections that have not said yet who they are, of all clients. */
export const STRANGERS = 200;
/** How long running operations may take once the server closes, in milliseconds: as over HTTP. */
const LEAVE_MS = 10_000;

/** What each connection may take, of whom nothing is known yet. */
const BOUNDS = {
  maxPayload: MAX_BODY,
  // Each part of a message takes many times its own size while the others are waited for. Clients send messages whole.
  maxFragments: 16,
  maxBufferedChunks: 256,
  // One message in a round of the event loop: else thousands that arrive in one read are all heard before anybody else.
  allowSynchronousEvents: false,
  // A few bytes would inflate to a great many, and each connection would keep its window.
  perMessageDeflate: false,
};

export interface SocketsOptions extends SocketParts {
  readonly trustedProxyHops: number;
  /** Whose pages may connect, beside those of this server. */
  readonly origins: ReadonlySet<string>;
}

/** Only for these: Java's client, for one, offers with each request to go on in HTTP/2. */
export const isWebSocket = ({ headers }: IncomingMessage): boolean => headers.upgrade?.toLowerCase() === 'websocket';

/** GraphQL over WebSockets, at the same path as over HTTP. Disposing lets running operations end. */
export class GraphQLSockets implements AsyncDisposable {
  readonly #options: SocketsOptions;
  readonly #protocol = makeProtocol();
  readonly #open = new Set<GraphQLSocket>();
  readonly #strangers = new Strangers(STRANGERS);
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

  /** Takes a request for an upgrade, or answers it with why not. */
  upgrade(request: IncomingMessage, stream: Duplex, head: Buffer): void {
    // Until ws has it, nobody else listens.
    stream.on('error', () => {});
    const { address } = clientOf(request, this.#options.trustedProxyHops);
    const refusal = this.#refusalOf(request);
    if (refusal) return this.#refuse(refusal, request, stream);
    this.#server.handleUpgrade(request, stream, head, (webSocket) => {
      const socket = new GraphQLSocket(webSocket, { request, address }, this.#options);
      this.#open.add(socket);
      void socket.closed.then(() => this.#open.delete(socket));
      socket.open(this.#protocol, this.#strangers);
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

  #refusalOf(request: IncomingMessage): Refusal | undefined {
    if (targetOf(request)?.pathname !== GRAPHQL_PATH) return REFUSALS.notFound;
    if (!this.#allows(request)) return REFUSALS.originRefused;
    return this.#isClosing ? REFUSALS.closing : undefined;
  }

  /** Only browsers send an origin, and no page of another one can leave it out. */
  #allows({ headers: { origin, host } }: IncomingMessage): boolean {
    if (origin === undefined || this.#options.origins.has(origin)) return true;
    return host !== undefined && URL.parse(origin)?.host === host.toLowerCase();
  }

  #refuse(refusal: Refusal, request: IncomingMessage, stream: Duplex): void {
    const response = new ServerResponse(request);
    response.shouldKeepAlive = false;
    if (!(stream instanceof Socket)) return void stream.destroy();
    response.assignSocket(stream);
    response.once('finish', () => stream.destroySoon());
    setSafeHeaders(response);
    const record = watchRequest(request, response, this.#options.clock, this.#options.events);
    record.edge = 'graphql';
    if (refusal === REFUSALS.originRefused) record.noteRefusedOrigin(request.headers.origin);
    record.noteError(refusal.code);
    void send(refuseAsGraphQL(refusal), response);
  }
}
