import type { IncomingMessage } from 'node:http';
import { CloseCode, type ConnectionInitMessage } from 'graphql-ws';
import type { Gate } from '../../access/limits/gate.ts';
import type { Principal } from '../../access/principal.ts';
import { bearerToken } from '../../graphql/pipeline/authentication.ts';
import type { SocketConnection } from './socket-connection.ts';

/** What is known of the client at the upgrade. */
export interface Peer {
  readonly request: IncomingMessage;
  readonly address: string;
}

/** The token that a WebSocket belongs to, from its first message to the token's end. */
export class SocketCaller implements Disposable {
  readonly peer: Peer;
  readonly #gate: Gate;
  readonly #connection: SocketConnection;
  readonly #held = new DisposableStack();
  /** Kept because each operation checks the token again. */
  #token: string | undefined;

  constructor(peer: Peer, gate: Gate, connection: SocketConnection) {
    this.peer = peer;
    this.#gate = gate;
    this.#connection = connection;
  }

  /**
   * Identifies the client by its first message, or by the headers of the upgrade. Takes one of the token's places for sockets.
   * @returns false when the connection has been closed meanwhile.
   * @throws PrivetError
   */
  async identify(params: ConnectionInitMessage['payload']): Promise<boolean> {
    this.#token = tokenIn(params) ?? bearerToken(this.peer.request.headers.authorization ?? null);
    const principal = await this.again();
    if (!this.#connection.isOpen) return false;
    this.#held.use(this.#gate.openSocket(principal));
    const end = this.#gate.hold(principal, ({ message }) => this.#connection.close(CloseCode.Unauthorized, message));
    this.#held.use(end);
    return true;
  }

  /**
   * Checks the token again: it may have ended since the last operation.
   * @throws PrivetError
   */
  async again(): Promise<Principal> {
    return this.#gate.identify(this.#token, this.peer.address);
  }

  [Symbol.dispose](): void {
    this.#held.dispose();
    this.#token = undefined;
  }
}

/** The token in `connection_init`: like a header, under `Authorization`; or alone, under `token`. */
function tokenIn(params: ConnectionInitMessage['payload']): string | undefined {
  const { Authorization, authorization = Authorization, token } = params ?? {};
  if (typeof authorization === 'string') return bearerToken(authorization);
  return typeof token === 'string' && token !== '' ? token : undefined;
}
