import { GraphQLError, type ExecutionResult } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { RequestState } from './authentication.ts';
import type { AnyErrorCode } from '../error-codes.ts';

const NOT_ACCEPTABLE = 'NOT_ACCEPTABLE' satisfies AnyErrorCode;
const NO_STREAM =
  'A subscription is answered as an event stream (Accept: text/event-stream), or over a WebSocket by graphql-transport-ws';
const NO_JSON = 'Accept must allow application/graphql-response+json or application/json';

type ProcessedResult = Parameters<NonNullable<Plugin<RequestState, RequestState>['onResultProcess']>>[0];

/**
 * Gives each client a response in a format that it reads, also a refusal: an unknown format is refused in JSON, and a client
 * that accepts event streams alone gets an event.
 */
export function fitToClient(processed: ProcessedResult): void {
  const { request, result, resultProcessor, serverContext } = processed;
  if (!resultProcessor) {
    const isStream = Symbol.asyncIterator in result;
    // Nobody will ask for its values, nor for its end.
    if (isStream) void result[Symbol.asyncIterator]().return?.();
    serverContext.record?.noteError(NOT_ACCEPTABLE);
    const body = { errors: [{ message: isStream ? NO_STREAM : NO_JSON, extensions: { code: NOT_ACCEPTABLE } }] };
    processed.setResultProcessor(
      (_result, { Response }) => Response.json(body, { status: 406, headers: { 'content-type': 'application/json' } }),
      'application/json',
    );
    return;
  }
  if (Symbol.asyncIterator in result || Array.isArray(result)) return;
  const { errors }: ExecutionResult = result;
  // graphql-sse shows nobody the body of another status, and takes each for a reason to try again.
  if (errors && !readsJson(request.headers.get('accept')))
    processed.setResult({ ...result, errors: errors.map(withoutStatus) });
}

const readsJson = (accept: string | null): boolean => accept === null || /json|\*\/\*|application\/\*/i.test(accept);

/** A status says again what the error says; it stays where another try makes sense. */
function withoutStatus(error: GraphQLError): GraphQLError {
  const { http, ...extensions } = error.extensions;
  if (http === undefined || 'retryAfterMs' in extensions) return error;
  const { nodes, path } = error;
  return new GraphQLError(error.message, { ...(nodes ? { nodes } : {}), ...(path ? { path } : {}), extensions });
}
