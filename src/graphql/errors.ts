import { GraphQLError } from 'graphql';
import { InstanceNotConnectedError, PrivetError, RetryLaterError, shortened } from '../errors.ts';
import { partsOfReason } from '../instance/reasons.ts';
import { SettingsChangedError } from '../privacy/policies/condition.ts';
import { settingsBySection } from '../privacy/settings.ts';
import type { Log } from './services.ts';
import type { AnyErrorCode } from './error-codes.ts';
import { LimitError } from './documents/limits.ts';

/** What an error means for the whole HTTP answer. Where there is none, it stays 200: its siblings may have results. */
function httpOf(error: PrivetError): { status: number; headers?: Record<string, string> } | undefined {
  if (error.code === 'UNAUTHENTICATED') return { status: 401, headers: { 'WWW-Authenticate': 'Bearer' } };
  if (error.code === 'RATE_LIMITED' && error instanceof RetryLaterError) {
    return { status: 429, headers: { 'Retry-After': String(Math.ceil(error.retryAfterMs / 1000)) } };
  }
  return undefined;
}

interface Place {
  readonly nodes?: GraphQLError['nodes'];
  readonly path?: GraphQLError['path'];
}

/** In the words and forms of `Instance.state` and `Instance.reason`, so that no second query is needed to say why. */
function standingOf({ state, reason, retryAt }: InstanceNotConnectedError) {
  const parts = reason && partsOfReason(reason.code);
  return {
    state,
    reason: parts ? { code: parts.name.toUpperCase(), status: parts.status ?? null, message: reason.message } : null,
    retryAt: retryAt === undefined ? null : new Date(retryAt).toISOString(),
  };
}

/** In the form of `PrivacySettings`. */
const currentOf = ({ snapshot }: SettingsChangedError) => ({
  ...settingsBySection(snapshot),
  observedAt: new Date(snapshot.observedAt).toISOString(),
});

/** An error of the service as clients see it. Its text is not shortened: what it quotes is, where it is quoted. */
export function toGraphQLError(error: PrivetError, { nodes, path }: Place = {}): GraphQLError {
  const http = httpOf(error);
  return new GraphQLError(error.message, {
    ...(nodes ? { nodes } : {}),
    ...(path ? { path } : {}),
    extensions: {
      code: error.code satisfies AnyErrorCode,
      ...(error instanceof RetryLaterError ? { retryAfterMs: error.retryAfterMs } : {}),
      ...(error instanceof InstanceNotConnectedError ? standingOf(error) : {}),
      ...(error instanceof SettingsChangedError ? { current: currentOf(error) } : {}),
      ...(http ? { http } : {}),
    },
  });
}

/** GraphQL's own error without a path: it is about the request, and execution has not begun. */
function badRequest(error: GraphQLError): GraphQLError {
  const { code, http, originalError: parserSaid } = error.extensions;
  if (parserSaid !== undefined) {
    // What the JSON parser said quotes the body. And 400 also as `application/json`: this was no GraphQL request.
    return new GraphQLError(shortened(error.message), { extensions: { code, http: { status: 400 } } });
  }
  // Yoga's own refusals, such as that of a batch, know their status.
  if (code !== undefined && code !== 'BAD_USER_INPUT') return short(error);
  return new GraphQLError(shortened(error.message), {
    ...(error.nodes ? { nodes: error.nodes } : {}),
    extensions: {
      ...error.extensions,
      code: 'BAD_USER_INPUT',
      // `spec`: 400 as `application/graphql-response+json`, but 200 as `application/json`, as GraphQL over HTTP has it.
      http: { status: 400, ...(typeof http === 'object' ? http : {}), spec: true },
    },
  });
}

/** The same error, where its text is not too long. */
export function short(error: GraphQLError): GraphQLError {
  const { nodes, path, extensions } = error;
  const message = shortened(error.message);
  if (message === error.message) return error;
  return new GraphQLError(message, { ...(nodes ? { nodes } : {}), ...(path ? { path } : {}), extensions });
}

/** What lies under the wrappers that GraphQL puts around what a resolver throws. */
function causeOf(error: unknown): unknown {
  return error instanceof GraphQLError && error.originalError ? causeOf(error.originalError) : error;
}

/**
 * The one place where errors become answers. Those meant for the caller keep their code; GraphQL's own are about the
 * document; anything else is masked, and logged here and nowhere else.
 */
export const createErrorMask =
  (log: Log) =>
  (error: unknown): GraphQLError => {
    // Yoga has marked it as one of those that are 200 as `application/json`.
    if (error instanceof LimitError) return new LimitError(error.message);
    const place: Place = error instanceof GraphQLError ? error : {};
    const cause = causeOf(error);
    if (cause instanceof PrivetError) return toGraphQLError(cause, place);
    if (error instanceof GraphQLError && cause instanceof GraphQLError)
      return error.path ? short(error) : badRequest(error);

    log.error(
      { err: cause, ...(place.path ? { path: place.path.join('.') } : {}) },
      'GraphQL call failed unexpectedly',
    );
    return new GraphQLError('Internal server error', {
      ...(place.nodes ? { nodes: place.nodes } : {}),
      ...(place.path ? { path: place.path } : {}),
      // `unexpected` is Yoga's word for HTTP 500 where there is no data at all; it does not reach the client.
      extensions: { code: 'INTERNAL_SERVER_ERROR' satisfies AnyErrorCode, unexpected: true },
    });
  };
