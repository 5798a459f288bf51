import { once } from 'node:events';
import { createServer, type Http2Server, type ServerHttp2Session } from 'node:http2';
import type { Socket } from 'node:net';
import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import { OperatorError } from '../errors.ts';
import { PEER_LIMITS, type PeerLimits, SESSION_OPTIONS } from './limits.ts';
import type { PeerKey } from './marks.ts';
import { type CrossingClass, ErrorCodec } from './outcome.ts';
import type { PeerHandler } from './peers.ts';
import { ServingConnection } from './serving/serving-connection.ts';

export interface ListenOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly key: PeerKey;
  /** Of this node: a question for another run is not answered. */
  readonly incarnation: string;
  readonly handler: PeerHandler;
  readonly clock: Clock;
  readonly log: Logger;
  /** Errors that cross as what they are, beside those of errors.ts. */
  readonly errors?: readonly CrossingClass[];
  readonly limits?: Partial<PeerLimits>;
}

/** Where other nodes ask. Disposing ends the streams, and gives running questions a moment to finish. */
export interface PeerListener extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
}

/** @throws OperatorError when the address can not be had */
export async function listenForPeers(options: ListenOptions): Promise<PeerListener> {
  const { host, port } = options;
  const limits = { ...PEER_LIMITS, ...options.limits };
  const connections = new ServedConnections(options, limits);
  const server = createServer({
    ...SESSION_OPTIONS,
    // As many as an unproven connection may have: what is opened before is refused unseen.
    settings: { maxConcurrentStreams: limits.refusals, enablePush: false, maxHeaderListSize: 8 * 1024 },
    // A node that goes away resets all its streams at once. Who has not proven himself has few to reset.
    streamResetBurst: limits.openAtOnce * 4,
    streamResetRate: limits.openAtOnce,
  });
  // Node makes the session while it is told of the connection, and lets nobody end a session's socket through it.
  let coming: Socket | undefined;
  server.prependListener('connection', (socket: Socket) => {
    socket.setNoDelay(true);
    coming = socket;
  });
  server.on('session', (session) => {
    if (coming) connections.add(session, coming);
    coming = undefined;
  });
  server.on('sessionError', (error) => options.log.debug({ err: error }, 'A connection of another node failed'));
  server.listen({ host, port });
  try {
    await once(server, 'listening');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new OperatorError(`Can not listen for other nodes on ${host} port ${port}: ${code}`, { cause: error });
  }
  const bound = portOf(server);
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    port: bound,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      await connections.end();
      await closed;
    },
  };
}

function portOf(server: Http2Server): number {
  const address = server.address();
  return address !== null && typeof address === 'object' ? address.port : 0;
}

/** The connections of a listener. Those that nobody has proven himself on are few, and the oldest of them makes room. */
class ServedConnections {
  readonly #options: ListenOptions;
  readonly #limits: PeerLimits;
  readonly #codec: ErrorCodec;
  readonly #all = new Set<ServingConnection>();

  constructor(options: ListenOptions, limits: PeerLimits) {
    this.#options = options;
    this.#limits = limits;
    this.#codec = new ErrorCodec(options.errors);
  }

  add(session: ServerHttp2Session, socket: Socket): void {
    this.#makeRoom(false, this.#limits.unknownConnections);
    this.#makeRoom(true, this.#limits.knownConnections);
    const connection = new ServingConnection(session, socket, {
      ...this.#options,
      limits: this.#limits,
      codec: this.#codec,
    });
    this.#all.add(connection);
    session.once('close', () => this.#all.delete(connection));
  }

  async end(): Promise<void> {
    await Promise.all([...this.#all].map((connection) => connection.end()));
  }

  /** In the order of coming, so the first is the oldest. */
  #makeRoom(isKnown: boolean, most: number): void {
    const those = [...this.#all].filter((connection) => connection.isKnown === isKnown);
    if (those.length >= most) those[0]?.drop();
  }
}
