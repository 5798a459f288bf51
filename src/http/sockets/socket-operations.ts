import { parse, type ExecutionArgs, type GraphQLError } from 'graphql';
import { MessageType, parseMessage, type SubscribePayload } from 'graphql-ws';
import type { Gate } from '../../access/limits/gate.ts';
import type { Principal } from '../../access/principal.ts';
import type { Clock } from '../../clock.ts';
import { PrivetError, RetryLaterError, unauthenticated } from '../../errors.ts';
import { toGraphQLError } from '../../graphql/errors.ts';
import type { OperationOutcome } from '../../graphql/pipeline/request-record.ts';
import { schema } from '../../graphql/schema/schema.ts';
import type { GraphQLPipeline } from '../../graphql/pipeline/yoga.ts';
import type { ServerEvents } from '../../telemetry/events.ts';
import type { SocketCaller } from './socket-caller.ts';
import type { SocketConnection } from './socket-connection.ts';
import { SocketOperation } from './socket-operation.ts';

/** How many operations a connection may have at a time, streams included. The gate limits them for each token too. */
export const OPERATIONS_A_SOCKET = 200;
/** The longest `complete` message, in characters. Longer ones are not parsed here. */
const LONGEST_COMPLETE = 512;

/** A placeholder: the pipeline has executed the real document already. */
const EXECUTED = parse('{ __typename }');

export interface OperationParts {
  readonly pipeline: GraphQLPipeline;
  readonly gate: Gate;
  readonly clock: Clock;
  readonly events: ServerEvents | undefined;
}

/** The operations of one WebSocket. */
export class SocketOperations {
  readonly #caller: SocketCaller;
  readonly #connection: SocketConnection;
  readonly #parts: OperationParts;
  readonly #running = new Map<SubscribePayload, SocketOperation>();

  constructor(caller: SocketCaller, connection: SocketConnection, parts: OperationParts) {
    this.#caller = caller;
    this.#connection = connection;
    this.#parts = parts;
  }

  /** Whether only streams run, or nothing. */
  get isIdle(): boolean {
    return this.#running.values().every(({ isStream }) => isStream);
  }

  /** Runs one operation, and passes its result to the protocol. */
  async begin(id: string, payload: SubscribePayload): Promise<ExecutionArgs | GraphQLError[]> {
    const { pipeline, gate, clock } = this.#parts;
    if (this.#running.size >= OPERATIONS_A_SOCKET) return [toGraphQLError(tooMany())];
    const operation = new SocketOperation(id, clock);
    this.#running.set(payload, operation);
    const principal = await this.#identified();
    if (!principal) return this.#failed(payload, [toGraphQLError(unauthenticated())]);
    const connection = { cut: () => this.#connection.terminate(), leave: () => {} };
    const caller = { principal, clientAddress: this.#caller.peer.address, connection };
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
    this.#running.get(payload)?.tell(this.#parts.events, false);
    this.#running.delete(payload);
  }

  /** Aborts an operation that its client has completed: graphql-ws only forgets it. */
  leaveCompleted(text: string): void {
    if (text.length > LONGEST_COMPLETE || !text.includes(MessageType.Complete)) return;
    try {
      const message = parseMessage(text);
      if (message.type !== MessageType.Complete) return;
      for (const operation of this.#running.values()) if (operation.id === message.id) operation.leave();
    } catch {
      // graphql-ws answers malformed messages.
    }
  }

  /** The connection is closed. */
  end(): void {
    for (const operation of this.#running.values()) {
      operation.leave();
      operation.tell(this.#parts.events, true);
    }
    this.#running.clear();
  }

  /** Undefined: the connection was closed. */
  async #identified(): Promise<Principal | undefined> {
    try {
      return await this.#caller.again();
    } catch (error) {
      this.#connection.refuse(error);
      return undefined;
    }
  }

  #failed(payload: SubscribePayload, errors: GraphQLError[]): GraphQLError[] {
    this.completed(payload);
    return errors;
  }
}

const tooMany = (): PrivetError =>
  new RetryLaterError('RATE_LIMITED', `A WebSocket carries ${OPERATIONS_A_SOCKET} operations at a time`, 1_000);
