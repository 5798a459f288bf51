import { type DocumentNode, type GraphQLError, validate } from 'graphql';
import { createYoga, type GraphQLParams, type Plugin } from 'graphql-yoga';
import type { Gate } from '../../access/limits/gate.ts';
import { PrivetError, unauthenticated } from '../../errors.ts';
import { fitToClient } from './answer-forms.ts';
import { useAuthentication, type RequestState } from './authentication.ts';
import { clockOf, type GraphQLServices } from '../services.ts';
import { documentCaches } from '../documents/document-caches.ts';
import { createErrorMask, short } from '../errors.ts';
import { useKnownParameters } from './known-parameters.ts';
import type { GivenContext } from './lean-context.ts';
import { exceededLimits } from '../documents/document-rules.ts';
import { LIMITS, parseWithin } from '../documents/limits.ts';
import { countDocument } from './refusal-limit.ts';
import { noteResult } from './request-record.ts';
import { useOperations } from './operations.ts';
import { schema } from '../schema/schema.ts';
import type { Turns } from './turns.ts';
import type { OpenStreams } from './streams.ts';

export const GRAPHQL_PATH = '/graphql';

export type GraphQLPipeline = ReturnType<typeof createGraphQL>;

/** The pipeline of all operations, over HTTP and WebSockets, with server-sent events for subscriptions over HTTP. */
export const createGraphQL = (services: GraphQLServices, streams: OpenStreams, turns: Turns) =>
  createYoga<RequestState, GivenContext>({
    schema,
    graphqlEndpoint: GRAPHQL_PATH,
    context: ({ principal, idempotencyKey, params, record }) => {
      if (!principal) throw unauthenticated();
      const { accountId, instanceId } = principal;
      return {
        fleet: services.fleet,
        tokens: services.tokens,
        principal,
        idempotencyKey: idempotencyKey ?? idempotencyKeyIn(params.extensions),
        reach: { accountId, instanceId, onFound: record && ((instance) => record.noteInstance(instance)) },
        record,
      };
    },
    plugins: [
      // First, so that a caller without a token costs neither a body nor a parse.
      useAuthentication(services.gate),
      useKnownParameters(turns),
      // The parser stops at its limit, before the rules below have a document to look at.
      useDocumentLimits(),
      // After all that may refuse the operation before: its time begins when execution does, with the context made.
      useOperations({ clock: clockOf(services), gate: services.gate, streams }),
      useResults(services.gate),
    ],
    parserAndValidationCache: { ...documentCaches(), validationCache: false },
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

/** Three times as long as any name of the schema: for suggestions GraphQL fills tables as long as the name. */
const LONG_NAME = /\b\w{64}/;

/**
 * Limits and wording of what comes before execution. What is mistyped is told with the names that are meant: whoever gets
 * here has a token, and may introspect. The number of errors and the length of the names bound what that takes.
 */
function useDocumentLimits(): Plugin<RequestState> {
  // Yoga's own would name all rules anew for each request, to see whether they are the same.
  const judged = new WeakMap<DocumentNode, readonly GraphQLError[]>();
  return {
    onParse({ context, setParseFn }) {
      setParseFn((source, options) => {
        Object.assign(context, { isNewDocument: true } satisfies Partial<RequestState>);
        return parseWithin(source, options);
      });
    },
    onValidate({ params, setResult, setValidationFn }) {
      const known = judged.get(params.documentAST);
      if (known) return setResult(known);
      setValidationFn((schema_, document, rules, options) => {
        // On their own and first: a document that is too large would have as many errors of other kinds.
        const exceeded = exceededLimits(schema_, document);
        const errors =
          exceeded.length > 0
            ? exceeded
            : validate(schema_, document, rules, {
                ...options,
                hideSuggestions: LONG_NAME.test(document.loc?.source.body ?? ''),
                maxErrors: LIMITS.errors,
              }).map(short);
        judged.set(document, errors);
        return errors;
      });
    },
  };
}

/**
 * What every result passes once, refusals too. In one hook: Yoga goes from one to the next by what stands for a promise,
 * and each takes as long as all of this.
 */
const useResults = (gate: Gate): Plugin<RequestState, RequestState> => ({
  onResultProcess(processed) {
    const { result, serverContext } = processed;
    // What is refused before there is an operation passes here too.
    if (serverContext.record) noteResult(serverContext.record, result);
    countDocument(gate, serverContext, result);
    if (Symbol.asyncIterator in result) serverContext.isStream = true;
    fitToClient(processed);
  },
});
