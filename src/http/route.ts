import type { AnyErrorCode } from '../graphql/error-codes.ts';
import type { Edge, RequestRecord } from '../telemetry/request-record.ts';

/** A request that the server refuses before a handler sees it. */
export interface Refusal {
  readonly status: number;
  /** Stable, for programs. */
  readonly code: AnyErrorCode;
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Who sent a request, beyond what its headers claim. */
export interface Client {
  /** For limits by address: of the connection's other end, or as trusted proxies in front say. */
  readonly address: string;
}

/** An answer that is the same for everybody, made once. */
export interface FixedAnswer {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** A part of the service under paths of its own. It speaks in web standard requests and responses. */
export interface Route {
  /** What its requests are counted as; `other` by default. */
  readonly edge?: Edge;
  /** Whether it answers for this path, whatever the method. */
  owns(pathname: string): boolean;
  /**
   * What a GET or HEAD of this path is answered with, where that is always the same. Anything else is handled.
   * @param accept the header of that name; empty where there is none.
   */
  fixed?(pathname: string, accept: string): FixedAnswer | undefined;
  /** `request.signal` aborts when the client goes away. The body is 64 KiB at most. */
  handle(request: Request, client: Client, record: RequestRecord): Response | Promise<Response>;
  /** Words a refusal of the server in the way of this part: its body may hold nothing but this. */
  refuse(refusal: Refusal, pathname: string): Response;
}

const refusal = (status: number, code: AnyErrorCode, message: string, headers?: Record<string, string>): Refusal => ({
  status,
  code,
  message,
  ...(headers ? { headers } : {}),
});

export const REFUSALS = {
  badRequest: refusal(400, 'BAD_REQUEST', 'The request can not be understood'),
  originRefused: refusal(
    403,
    'ORIGIN_NOT_ALLOWED',
    'Pages of this origin may not call the service: PRIVET_CORS_ORIGINS does not list it',
  ),
  notFound: refusal(404, 'NOT_FOUND', 'There is nothing at this path'),
  lengthRequired: refusal(411, 'LENGTH_REQUIRED', 'The body needs a Content-Length header'),
  tooLarge: refusal(413, 'CONTENT_TOO_LARGE', 'The body may be 64 KiB at most'),
  notJson: refusal(415, 'UNSUPPORTED_MEDIA_TYPE', 'The body must be application/json'),
  closing: refusal(503, 'OVERLOADED', 'The service is about to end: try again later', {
    'Retry-After': '5',
  }),
  failed: refusal(500, 'INTERNAL_SERVER_ERROR', 'Internal server error'),
} as const;

export const methodNotAllowed = (allowed: string): Refusal =>
  refusal(405, 'METHOD_NOT_ALLOWED', `Only ${allowed} is possible here`, { Allow: allowed });

/** At `/graphql`: those who come another way are clients with a setting that says so. */
export const onlyPost = refusal(
  405,
  'METHOD_NOT_ALLOWED',
  'GraphQL takes POST alone, queries too: in urql set preferGetMethod to false, in Apollo leave useGETForQueries off',
  { Allow: 'POST' },
);

/** What a browser gets where the playground would be. */
export const PLAYGROUND_OFF =
  'The playground is off: it shows by itself only where the service listens on loopback and no proxy is declared, and with PRIVET_GRAPHIQL=on everywhere';
export const noPlayground = refusal(405, 'METHOD_NOT_ALLOWED', `${PLAYGROUND_OFF}. Programs send GraphQL by POST`, {
  Allow: 'POST',
});

/** The way of GraphQL, and of paths that nobody owns. */
export const refuseAsGraphQL = ({ status, code, message, headers }: Refusal): Response =>
  Response.json({ errors: [{ message, extensions: { code } }] }, { status, headers: { ...headers } });
