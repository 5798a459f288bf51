import type { IncomingHttpHeaders } from 'node:http';
import type { AnyErrorCode } from '../graphql/error-codes.ts';
import type { Client, FixedAnswer, Problem as CodedProblem } from '../route.ts';
import type { Edge, RequestRecord } from '../telemetry/request-record.ts';

/** Its code is one of those that the schema has. */
export type Problem = CodedProblem<AnyErrorCode>;

/** Serves some of the paths, with web standard requests and responses. */
export interface Route {
  /** The label of its requests in the metrics; `other` by default. */
  readonly edge?: Edge;
  /** Whether it answers for this path, whatever the method. */
  owns(pathname: string): boolean;
  /**
   * The answer to a GET or HEAD of this path where it never changes. Undefined: `handle` answers.
   * @param headers those of the request.
   */
  fixed?(pathname: string, headers: IncomingHttpHeaders): FixedAnswer | undefined;
  /** `request.signal` aborts when the client goes away. The body is 64 KiB at most. */
  handle(request: Request, client: Client, record: RequestRecord): Response | Promise<Response>;
  /** Answers with a problem in the format of this route. */
  refuse(problem: Problem, pathname: string): Response;
}

const problem = (status: number, code: AnyErrorCode, message: string, headers?: Record<string, string>): Problem => ({
  status,
  code,
  message,
  ...(headers ? { headers } : {}),
});

export const PROBLEMS = {
  badRequest: problem(400, 'BAD_REQUEST', 'The request can not be understood'),
  originRefused: problem(
    403,
    'ORIGIN_NOT_ALLOWED',
    'Pages of this origin may not call the service: PRIVET_CORS_ORIGINS does not list it',
  ),
  notFound: problem(404, 'NOT_FOUND', 'There is nothing at this path'),
  lengthRequired: problem(411, 'LENGTH_REQUIRED', 'The body needs a Content-Length header'),
  tooLarge: problem(413, 'CONTENT_TOO_LARGE', 'The body may be 64 KiB at most'),
  notJson: problem(415, 'UNSUPPORTED_MEDIA_TYPE', 'The body must be application/json'),
  closing: problem(503, 'OVERLOADED', 'The service is about to end: try again later', {
    'Retry-After': '5',
  }),
  failed: problem(500, 'INTERNAL_SERVER_ERROR', 'Internal server error'),
} as const;

export const methodNotAllowed = (allowed: string): Problem =>
  problem(405, 'METHOD_NOT_ALLOWED', `Only ${allowed} is possible here`, { Allow: allowed });

/** For other methods at `/graphql`: clients send GET because of a setting, which this names. */
export const onlyPost = problem(
  405,
  'METHOD_NOT_ALLOWED',
  'GraphQL takes POST alone, queries too: in urql set preferGetMethod to false, in Apollo leave useGETForQueries off',
  { Allow: 'POST' },
);

/** For browsers at `/graphql` while the playground is off. */
export const PLAYGROUND_OFF =
  'The playground is off: it shows by itself only where the service listens on loopback and no proxy is declared, and with PRIVET_GRAPHIQL=on everywhere';
export const noPlayground = problem(405, 'METHOD_NOT_ALLOWED', `${PLAYGROUND_OFF}. Programs send GraphQL by POST`, {
  Allow: 'POST',
});

/** In GraphQL's format, also for paths without a route. */
export const refuseAsGraphQL = ({ status, code, message, headers }: Problem): Response =>
  Response.json({ errors: [{ message, extensions: { code } }] }, { status, headers: { ...headers } });
