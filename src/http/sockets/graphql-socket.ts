import type { IncomingMessage } from 'node:http';
import { parse, type ExecutionArgs, type FormattedExecutionResult, type GraphQLError } from 'graphql';
import {
  CloseCode,
  type ConnectionInitMessage,
  makeServer,
  MessageType,
  type OperationResult,
  parseMessage,
  type Server,
  type SubscribePayload,
} from 'graphql-ws';
import type { RawData, WebSocket } from 'ws';
import type { Gate } from '../../access/limits/gate.ts';
import type { Principal } from '../../access/principal.ts';
import type { Clock } from '../../clock.ts';
import { PrivetError, RetryLaterError, unauthenticated } from '../../errors.ts';
import { bearerToken } from '../../graphql/pipeline/authentication.ts';
import type { Log } from '../../graphql/context.ts';
import { toGraphQLError } from '../../graphql/errors.ts';
import type { OperationOutcome } from '../../graphql/pipeline/request-record.ts';
import { schema } from '../../graphql/schema/schema.ts';
import type { GraphQLPipeline } from '../../graphql/pipeline/yoga.ts';
import type { ServerEvents } from '../../telemetry/events.ts';
import { formatted, SocketOperation } from './socket-operation.ts';
import type { Strangers } from './strangers.ts';

/** How long a client may take to say who it is, in milliseconds. */
const INIT_MS = 3_000;
/** Operations of one connection, streams included. What a token may have of each is the gate's to say. */
export const OPERATIONS_A_SOCKET = 200;
/** What may wait in memory for a client to read it, in bytes, before the client is heard again. */
const MOST_UNREAD = 1024 * 1024;
/** Who does not answer a ping until the next one is gone; and no proxy takes the connection for idle. */
const PING_MS = 25_000;
/** How long a client may take to close its side, in milliseconds. */
const CLOSE_MS = 2_000;
/** The longest reason that there is room for, in bytes. */
const LONGEST_REASON = 123;
/** What clients come back after, by themselves; see the close codes that graphql-ws' client takes for fatal. */
const TRY_AGAIN_LATER = 1013;
const SERVICE_RESTART = 1012;
/** The longest message that ends an operation, in characters: others are not worth looking into. */
const LONGEST_COMPLETE = 512;

export interface SocketParts {
  readonly pipeline: GraphQLPipeline;
  readonly gate: Gate;
  readonly clock: Clock;
  readonly log: Log;
  readonly events: ServerEvents | undefined;
}

/** Whom a connection is with, as far as that is known at its upgrade. */
export interface Peer {
  readonly request: IncomingMessage;
  readonly address: string;
}

/** Speaks graphql-transport-ws for all connections. What operations come to is the pipeline's, not this library's. */
export const makeProtocol = () =>
  makeServer<ConnectionInitMessage['payload'], GraphQLSocket>({
    connectionInitWaitTimeout: INIT_MS,
    onConnect: ({ extra, connectionParams }) => extra.identify(connectionParams),
    onSubscribe: ({ extra }, id, payload) => extra.begin(id, payload),
    execute: ({ contextValue }) => contextValue as OperationResult,
    onNext: (_context, _id, _payload, _args, { errors, ...result }) =>
      errors ? ({ ...result, errors: errors.map(formatted) } as FormattedExecutionResult) : undefined,
    onError: (_context, _id, _payload, errors) => errors.map(formatted),
    onComplete: ({ extra }, _id, payload) => extra.completed(payload),
  });

/** ws hands out each message as one buffer unless it is told otherwise. */
const textOf = (data: RawData): string => (Buffer.isBuffer(data) ? data.toString() : '');

/** Stands for a document that the pipeline has executed already. */
const EXECUTED = parse('{ __typename }');

/** One WebSocket: who it is, what runs on it, and when it ends. */
export class GraphQLSocket {
  readonly #socket: WebSocket;
  readonly #peer: Peer;
  readonly #hasClosed = Promise.withResolvers<void>();
  readonly #parts: SocketParts;
  readonly #operations = new Map<SubscribePayload, SocketOperation>();
  /** Kept since the token is looked at again for each operation. */
  #token: string | undefined;
  /** Its place among those who have not said yet who they are; disposed once it has. */
  #stranger: Disposable | undefined;
  #held: Disposable | undefined;
  #place: Disposable | undefined;
  #timer: Disposable | undefined;
  #isClosing = false;

  constructor(socket: WebSocket, peer: Peer, parts: SocketParts) {
    this.#socket = socket;
    this.#peer = peer;
    this.#parts = parts;
  }

  /** Resolves once it has closed, however it did. */
  get closed(): Promise<void> {
    return this.#hasClosed.promise;
  }

  open(protocol: Server<GraphQLSocket>, strangers: Strangers): void {
    const socket = this.#socket;
    this.#stranger = strangers.admit(this.#peer.address, () => this.#giveWay());
    const ended = protocol.opened(
      {
        protocol: socket.protocol,
        // Resolves once the message has left: a stream is asked for its next value only then, and skips what is outdated.
        send: (text) =>
          new Promise((resolve, reject) => {
            if (socket.readyState !== socket.OPEN) return resolve();
            socket.send(text, (error) => (error ? reject(error) : resolve()));
          }),
        close: (code, reason) => this.close(code, reason),
        onMessage: (receive) => socket.on('message', (data) => void this.#receive(textOf(data), receive)),
      },
      this,
    );
    // What ws itself refuses, such as a message that is too large, it closes the connection for.
    socket.on('error', () => {});
    socket.on('ping', () => this.#isReading());
    socket.once('close', (code, reason) => {
      this.#closed();
      void ended(code, String(reason)).catch(() => {});
    });
    this.#beat();
  }

  /** Who the client is, by what it sent first, or by the headers of its upgrade. False: the connection was closed. */
  async identify(params: ConnectionInitMessage['payload']): Promise<boolean> {
    const { gate } = this.#parts;
    this.#token = tokenIn(params) ?? bearerToken(this.#peer.request.headers.authorization ?? null);
    try {
      const principal = await gate.identify(this.#token, this.#peer.address);
      if (this.#socket.readyState !== this.#socket.OPEN) return false;
      this.#place = gate.openSocket(principal);
      this.#stranger?.[Symbol.dispose]();
      this.#held = gate.hold(principal, (reason) => this.close(CloseCode.Unauthorized, reason.message));
      return true;
    } catch (error) {
      const operation = new SocketOperation('', this.#parts.clock);
      operation.record.noteError(error instanceof PrivetError ? error.code : 'INTERNAL_SERVER_ERROR');
      operation.tell(this.#parts.events, false);
      this.#refuse(error);
      return false;
    }
  }

  /** Runs one operation, and hands its result to the protocol. */
  async begin(id: string, payload: SubscribePayload): Promise<ExecutionArgs | GraphQLError[]> {
    const { pipeline, gate, clock } = this.#parts;
    if (this.#operations.size >= OPERATIONS_A_SOCKET) return [toGraphQLError(tooMany())];
    const operation = new SocketOperation(id, clock);
    this.#operations.set(payload, operation);
    const principal = await this.#caller();
    if (!principal) return this.#failed(payload, [toGraphQLError(unauthenticated())]);
    const connection = { cut: () => this.terminate(), leave: () => {} };
    const caller = { principal, clientAddress: this.#peer.address, connection };
    let result: OperationOutcome;
    try {
      result = await operation.run(pipeline, gate, payload, caller);
    } catch (error) {
      if (!(error instanceof PrivetError)) throw error;
      operation.record.noteError(error.code);
      return this.#failed(payload, [toGraphQLError(error)]);
    }
    if ('errors' in result && result.errors && !('data' in result)) return this.#failed(payload, [...result.errors]);
    return { schema, document: EXECUTED, contextValue: result };
  }

  completed(payload: SubscribePayload): void {
    this.#operations.get(payload)?.tell(this.#parts.events, false);
    this.#operations.delete(payload);
  }

  /** The server closes: what runs is answered, streams fall silent, and nothing new begins. */
  leave(): void {
    this.#isClosing = true;
    this.#leaveOnceIdle();
  }

  close(code?: number, reason = ''): void {
    const bytes = Buffer.alloc(LONGEST_REASON);
    // In whole characters.
    const { written } = new TextEncoder().encodeInto(reason, bytes);
    this.#socket.close(code, bytes.subarray(0, written));
    this.#timer?.[Symbol.dispose]();
    this.#timer = this.#parts.clock.after(CLOSE_MS, () => this.terminate());
  }

  terminate(): void {
    this.#socket.terminate();
  }

  async #receive(text: string, receive: (text: string) => Promise<void>): Promise<void> {
    if (this.#isClosing || !this.#isReading()) return;
    try {
      if (text.length <= LONGEST_COMPLETE) this.#leaveCompleted(text);
      await receive(text);
    } catch (error) {
      // A type that only servers send; or the answer could not be sent, when the connection is closed already.
      if (this.#socket.readyState !== this.#socket.OPEN) return;
      this.#parts.log.warn({ err: error }, 'A message over a WebSocket could not be handled');
      this.close(CloseCode.BadRequest, 'The message can not be handled');
    } finally {
      if (this.#isClosing) this.#leaveOnceIdle();
    }
  }

  /** The protocol forgets an operation that its client has completed; whoever works on it is told as well. */
  #leaveCompleted(text: string): void {
    if (!text.includes(MessageType.Complete)) return;
    try {
      const message = parseMessage(text);
      if (message.type !== MessageType.Complete) return;
      for (const operation of this.#operations.values()) if (operation.id === message.id) operation.leave();
    } catch {
      // The protocol says what is wrong with it.
    }
  }

  /** False: too much waits for a client that goes on asking, and it was cut off. */
  #isReading(): boolean {
    if (this.#socket.bufferedAmount <= MOST_UNREAD) return true;
    this.terminate();
    return false;
  }

  /** The token may have ended, or been found to have, since the last operation. Undefined: the connection was closed. */
  async #caller(): Promise<Principal | undefined> {
    try {
      return await this.#parts.gate.identify(this.#token, this.#peer.address);
    } catch (error) {
      this.#refuse(error);
      return undefined;
    }
  }

  #refuse(error: unknown): void {
    if (error instanceof RetryLaterError) this.close(TRY_AGAIN_LATER, error.message);
    else if (error instanceof PrivetError) this.close(CloseCode.Unauthorized, error.message);
    else {
      this.#parts.log.error({ err: error }, 'Can not see whose a WebSocket is');
      this.close(TRY_AGAIN_LATER, 'Try again later');
    }
  }

  /** At once after the word: whoever holds many must not keep them by leaving it unanswered. */
  #giveWay(): void {
    this.close(TRY_AGAIN_LATER, 'Too many connections are being opened: try again later');
    this.terminate();
  }

  #failed(payload: SubscribePayload, errors: GraphQLError[]): GraphQLError[] {
    this.completed(payload);
    return errors;
  }

  #leaveOnceIdle(): void {
    if (this.#operations.values().some(({ isStream }) => !isStream)) return;
    // Not at once: the word that the last one is complete may be about to leave.
    this.#timer?.[Symbol.dispose]();
    this.#timer = this.#parts.clock.after(0, () => this.close(SERVICE_RESTART, 'The service restarts'));
  }

  #beat(): void {
    const { clock } = this.#parts;
    const socket = this.#socket;
    let isThere = true;
    socket.on('pong', () => (isThere = true));
    const ping = (): void => {
      if (this.#isClosing || socket.readyState !== socket.OPEN) return;
      if (!isThere) return this.terminate();
      isThere = false;
      socket.ping();
      this.#timer = clock.after(PING_MS, ping);
    };
    this.#timer = clock.after(PING_MS, ping);
  }

  #closed(): void {
    this.#isClosing = true;
    this.#timer?.[Symbol.dispose]();
    this.#stranger?.[Symbol.dispose]();
    this.#held?.[Symbol.dispose]();
    this.#place?.[Symbol.dispose]();
    this.#token = undefined;
    for (const operation of this.#operations.values()) {
      operation.leave();
      operation.tell(this.#parts.events, true);
    }
    this.#operations.clear();
    this.#hasClosed.resolve();
  }
}

const tooMany = (): PrivetError =>
  new RetryLaterError('RATE_LIMITED', `A WebSocket carries ${OPERATIONS_A_SOCKET} operations at a time`, 1_000);

/** Of `connection_init`: a header's form under its name, or the token alone. */
function tokenIn(params: ConnectionInitMessage['payload']): string | undefined {
  const { Authorization, authorization = Authorization, token } = params ?? {};
  if (typeof authorization === 'string') return bearerToken(authorization);
  return typeof token === 'string' && token !== '' ? token : undefined;
}
