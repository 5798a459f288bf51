import type { ExecutionArgs, GraphQLError } from 'graphql';
import { CloseCode, type ConnectionInitMessage, type Server, type SubscribePayload } from 'graphql-ws';
import type { WebSocket } from 'ws';
import { PrivetError } from '../../errors.ts';
import type { Log } from '../../graphql/services.ts';
import { type Peer, SocketCaller } from './socket-caller.ts';
import { SocketConnection } from './socket-connection.ts';
import { SocketOperation } from './socket-operation.ts';
import { type OperationParts, SocketOperations } from './socket-operations.ts';
import type { UnidentifiedClients } from './unidentified.ts';

export interface SocketParts extends OperationParts {
  readonly log: Log;
}

/** One WebSocket: its client, its operations, and its end. */
export class GraphQLSocket {
  readonly #parts: SocketParts;
  readonly #connection: SocketConnection;
  readonly #caller: SocketCaller;
  readonly #operations: SocketOperations;
  readonly #hasClosed = Promise.withResolvers<void>();
  /** Its place among the unidentified clients; disposed once the client is identified. */
  #unidentified: Disposable | undefined;
  #isClosing = false;

  constructor(socket: WebSocket, peer: Peer, parts: SocketParts) {
    this.#parts = parts;
    this.#connection = new SocketConnection(socket, parts.clock, parts.log);
    this.#caller = new SocketCaller(peer, parts.gate, this.#connection);
    this.#operations = new SocketOperations(this.#caller, this.#connection, parts);
  }

  /** Resolves once it has closed, however it did. */
  get closed(): Promise<void> {
    return this.#hasClosed.promise;
  }

  open(protocol: Server<GraphQLSocket>, unidentified: UnidentifiedClients): void {
    const connection = this.#connection;
    this.#unidentified = unidentified.admit(this.#caller.peer.address, () => connection.evict());
    let receive: (text: string) => Promise<void> = () => Promise.resolve();
    const ended = protocol.opened(
      {
        protocol: connection.protocol,
        send: (text) => connection.send(text),
        close: (code, reason) => connection.close(code, reason),
        onMessage: (listener) => (receive = listener),
      },
      this,
    );
    connection.open(
      (text) => void this.#receive(text, receive),
      (code, reason) => {
        this.#closed();
        void ended(code, reason).catch(() => {});
      },
    );
  }

  /** Identifies the client. False: the connection was closed. */
  async identify(params: ConnectionInitMessage['payload']): Promise<boolean> {
    try {
      const isOpen = await this.#caller.identify(params);
      if (isOpen) this.#unidentified?.[Symbol.dispose]();
      return isOpen;
    } catch (error) {
      const operation = new SocketOperation('', this.#parts.clock);
      operation.record.noteError(error instanceof PrivetError ? error.code : 'INTERNAL_SERVER_ERROR');
      operation.tell(this.#parts.events, false);
      this.#connection.refuse(error);
      return false;
    }
  }

  begin(id: string, payload: SubscribePayload): Promise<ExecutionArgs | GraphQLError[]> {
    return this.#operations.begin(id, payload);
  }

  completed(payload: SubscribePayload): void {
    this.#operations.completed(payload);
  }

  /** The server closes: running operations are answered, streams stop, and nothing new begins. */
  leave(): void {
    this.#isClosing = true;
    this.#connection.leave();
    this.#leaveOnceIdle();
  }

  terminate(): void {
    this.#connection.terminate();
  }

  async #receive(text: string, receive: (text: string) => Promise<void>): Promise<void> {
    if (this.#isClosing || !this.#connection.isReading()) return;
    try {
      this.#operations.leaveCompleted(text);
      await receive(text);
    } catch (error) {
      // A message type that only servers send. Or the answer could not be sent: then the connection is closed already.
      if (!this.#connection.isOpen) return;
      this.#parts.log.warn({ err: error }, 'A message over a WebSocket could not be handled');
      this.#connection.close(CloseCode.BadRequest, 'The message can not be handled');
    } finally {
      if (this.#isClosing) this.#leaveOnceIdle();
    }
  }

  #leaveOnceIdle(): void {
    if (this.#operations.isIdle) this.#connection.restart();
  }

  #closed(): void {
    this.#isClosing = true;
    this.#unidentified?.[Symbol.dispose]();
    this.#caller[Symbol.dispose]();
    this.#operations.end();
    this.#hasClosed.resolve();
  }
}
