import { validate } from 'graphql';
import { createYoga, type GraphQLParams, type Plugin } from 'graphql-yoga';
import { PrivetError, unauthenticated } from '../../errors.ts';
import { useAnswerForms } from './answer-forms.ts';
import { useAuthentication, type RequestState } from './authentication.ts';
import { clockOf, type GraphQLContext, type GraphQLServices } from '../context.ts';
import { documentCaches } from '../documents/document-caches.ts';
import { createErrorMask, short } from '../errors.ts';
import { useKnownParameters } from './known-parameters.ts';
import { useLeanContext } from './lean-context.ts';
import { exceededLimits } from '../documents/document-rules.ts';
import { LIMITS, parseWithin } from '../documents/limits.ts';
import { useRefusalLimit } from './refusal-limit.ts';
import { useRequestRecord } from './request-record.ts';
import { useOperationLimits } from '../documents/operation-limits.ts';
import { useOperationSignal } from './operation-signal.ts';
import { schema } from '../schema/schema.ts';
import { type Turns, useTurns } from './turns.ts';
import type { OpenStreams } from './streams.ts';

export const GRAPHQL_PATH = '/graphql';

export type GraphQLPipeline = ReturnType<typeof createGraphQL>;

/** All that an operation passes, whichever way it comes; and GraphQL over HTTP, with server-sent events for subscriptions. */
export const createGraphQL = (services: GraphQLServices, streams: OpenStreams, turns: Turns) =>
  createYoga<RequestState, Omit<GraphQLContext, 'signal' | 'answering' | 'deadline' | 'admission'>>({
    schema,
    graphqlEndpoint: GRAPHQL_PATH,
    context: ({ principal, request, params, record }) => {
      if (!principal) throw unauthenticated();
      const { accountId, instanceId } = principal;
      return {
        fleet: services.fleet,
        tokens: services.tokens,
        principal,
        idempotencyKey: request.headers.get('idempotency-key') ?? idempotencyKeyIn(params.extensions),
        reach: { accountId, instanceId, onFound: record && ((instance) => record.noteInstance(instance)) },
        record,
      };
    },
    plugins: [
      // First, so that a caller without a token costs neither a body nor a parse.
      useAuthentication(services.gate),
      useRequestRecord(),
      useRefusalLimit(services.gate),
      useKnownParameters(),
      useTurns(turns),
      // The parser stops at its limit, before the rules below have a document to look at.
      useDocumentLimits(),
      useOperationLimits(services.gate),
      // After all that may refuse the operation: its time begins when execution does, with the context made.
      useOperationSignal({
        clock: clockOf(services),
        gate: services.gate,
        streams,
      }),
      useLeanContext(),
      useUncachedStreams(),
      useAnswerForms(),
    ],
    parserAndValidationCache: documentCaches(),
    maskedErrors: { maskError: createErrorMask(services.log) },
    // The mask logs what deserves it, once; Yoga would log every refusal as an error.
    logging: false,
    // The HTTP server in front checks Content-Length; Yoga's own limit would pipe each body through another stream.
    maxRequestBodySize: false,
    // Yoga's default reflects any origin, with credentials.
    cors: false,
    batching: false,
    multipart: false,
    // The server has its own page, without inline scripts.
    graphiql: false,
    landingPage: false,
  });

/** Where a client can set no header for one operation, as over a WebSocket. */
function idempotencyKeyIn(extensions: GraphQLParams['extensions']): string | undefined {
  const key: unknown = extensions?.['idempotencyKey'];
  if (key === undefined || key === null) return undefined;
  if (typeof key === 'string') return key;
  throw new PrivetError(
    'BAD_USER_INPUT',
    'extensions.idempotencyKey must be a text of 1 to 255 visible ASCII characters',
  );
}

/** Three times as long as any of the schema: for it GraphQL would fill tables as long as the name. */
const LONG_NAME = /\b\w{64}/;

/**
 * Limits and wording of what comes before execution. What is mistyped is told with the names that are meant: whoever gets
 * here has a token, and may introspect. The number of errors and the length of the names bound what that takes.
 */
function useDocumentLimits(): Plugin<RequestState> {
  return {
    onParse({ context, setParseFn }) {
      setParseFn((source, options) => {
        Object.assign(context, { isNewDocument: true } satisfies Partial<RequestState>);
        return parseWithin(source, options);
      });
    },
    onValidate({ setValidationFn }) {
      setValidationFn((schema_, document, rules, options) => {
        // On their own and first: a document that is too large would have as many errors of other kinds.
        const exceeded = exceededLimits(schema_, document);
        return exceeded.length > 0
          ? exceeded
          : validate(schema_, document, rules, {
              ...options,
              hideSuggestions: LONG_NAME.test(document.loc?.source.body ?? ''),
              maxErrors: LIMITS.errors,
            }).map(short);
      });
    },
  };
}

/**
 * Yoga marks streams `no-cache`, over what the server in front says of every answer. Only where one may be: once the
 * headers of an answer were read, the server writes them one by one.
 */
const useUncachedStreams = (): Plugin<RequestState, RequestState> => ({
  onResultProcess({ result, serverContext }) {
    if (Symbol.asyncIterator in result) serverContext.isStream = true;
  },
  onResponse({ request, response, serverContext }) {
    if (!serverContext.isStream && !request.headers.get('accept')?.includes('text/event-stream')) return;
    if (response.headers.get('content-type') === 'text/event-stream') response.headers.set('cache-control', 'no-store');
  },
});
