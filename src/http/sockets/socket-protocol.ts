import type { FormattedExecutionResult } from 'graphql';
import { type ConnectionInitMessage, makeServer, type OperationResult } from 'graphql-ws';
import type { GraphQLSocket } from './graphql-socket.ts';
import { formatted } from './socket-operation.ts';

/** How long a client may take to send `connection_init`, in milliseconds. */
const INIT_MS = 3_000;

/** graphql-transport-ws, for all connections. The pipeline executes operations, not this library. */
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
