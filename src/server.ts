import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { clockOf, type GraphQLServices, type Log } from './graphql/services.ts';
import { OpenStreams } from './graphql/pipeline/streams.ts';
import { Arrivals, Turns } from './graphql/pipeline/turns.ts';
import { createGraphQL, GRAPHQL_PATH } from './graphql/pipeline/yoga.ts';
import { send, sendFixed, toRequest } from './http/adapter.ts';
import { Connections, UNREAD_MS } from './http/connections.ts';
import { allowOrigins } from './http/cors.ts';
import { graphqlHandler } from './http/graphql-handler.ts';
import { GraphQLSockets, isWebSocket } from './http/sockets/graphql-sockets.ts';
import { consoleRoute, readConsole } from './http/pages/console.ts';
import { frontPageRoute } from './http/pages/front-page.ts';
import { healthRoute, type NodeHealth } from './http/health.ts';
import { HTTP_LIMITS, listen, type Listening } from './http/listener.ts';
import { clientOf, refuseBody, targetOf } from './http/request-head.ts';
import type { Client } from './route.ts';
import { refuseAsGraphQL, PROBLEMS, type Route } from './http/route.ts';
import { setSecurityHeaders } from './http/security-headers.ts';
import { watchRequest } from './http/watch-request.ts';
import type { ServerEvents } from './telemetry/events.ts';
import type { RequestRecord } from './telemetry/request-record.ts';

const MAX_CONNECTIONS = 2_000;
/** Parsed once: most requests are for it. */
const GRAPHQL_URL = new URL(GRAPHQL_PATH, 'http://localhost');

export interface ServerOptions {
  readonly host: string;
  /** 0 takes a free one: see `url` for which. */
  readonly port: number;
  /** The folder with the built files of the console, which browsers get at `/`. Undefined: the console is off. */
  readonly consoleFolder?: string | undefined;
  /** Whether browsers get the GraphiQL page at `/graphql`. */
  readonly graphiql: boolean;
  /** How many proxies in front are trusted to have written X-Forwarded-For; none by default. */
  readonly trustedProxyHops?: number | undefined;
  /** Whose pages may read answers, such as `https://console.example`; none by default. */
  readonly corsOrigins?: readonly string[] | undefined;
  readonly services: GraphQLServices;
  /** False, or a rejection, when the service can't do its work now. */
  ready(): Promise<boolean>;
  /** What the probe says of the nodes, where this is one of several. */
  readonly node?: NodeHealth | undefined;
  /** More parts of the service, asked in order. */
  readonly routes?: readonly Route[] | undefined;
  /** Hears of each request that was served. */
  readonly telemetry?: ServerEvents | undefined;
}

/** Begins to listen. Disposing stops accepting, ends streams, and lets running requests finish for 10 s. */
export async function createServer(options: ServerOptions): Promise<Listening> {
  const { services, trustedProxyHops = 0, corsOrigins = [] } = options;
  const origins = new Set(corsOrigins);
  const clock = clockOf(services);
  const arrivals = new Arrivals(clock);
  const newTurns = (): Turns => new Turns(clock, arrivals);
  const streams = new OpenStreams(newTurns());
  const closing = new AbortController();

  const { consoleFolder } = options;
  const console = consoleFolder === undefined ? 'off' : await readConsole(consoleFolder, services.log);
  const playground = options.graphiql ? await import('./http/pages/graphiql.ts') : undefined;
  const pipeline = createGraphQL(services, streams, newTurns());
  const pieces = newTurns();
  const sendPage = playground && ((to: ServerResponse): void => sendFixed(playground.graphiqlPage, to, pieces));
  const graphql = graphqlHandler(pipeline, clock, sendPage);
  const { gate, log } = services;
  const sockets = new GraphQLSockets({
    pipeline,
    gate,
    clock,
    log,
    trustedProxyHops,
    origins,
    events: options.telemetry,
  });
  const routes = [
    frontPageRoute({ console, playground: options.graphiql }),
    ...(typeof console === 'string' ? [] : [consoleRoute(console)]),
    healthRoute({
      ready: async () => !closing.signal.aborted && options.ready(),
      node: options.node,
      clock,
      log: services.log,
    }),
    ...(playground ? [playground.graphiqlRoute] : []),
    ...(options.routes ?? []),
  ];

  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    setSecurityHeaders(response);
    // Who keeps connections goes elsewhere with its next request: this one is not there much longer.
    if (options.node?.isDraining) response.shouldKeepAlive = false;
    const record = watchRequest(request, response, clock, options.telemetry);
    const preflight = allowOrigins(origins, request, response);
    if (preflight === 'answered') return;
    const url = request.url === GRAPHQL_PATH ? GRAPHQL_URL : targetOf(request);
    const isGraphQL = url?.pathname === GRAPHQL_PATH;
    const route = isGraphQL ? undefined : url && routes.find((one) => one.owns(url.pathname));
    record.edge = isGraphQL ? 'graphql' : (route?.edge ?? 'other');
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    const fixed = url && isRead ? route?.fixed?.(url.pathname, request.headers) : undefined;
    const misplaced = !url ? PROBLEMS.badRequest : !route && !isGraphQL ? PROBLEMS.notFound : refuseBody(request);
    const problem = preflight === 'refused' ? PROBLEMS.originRefused : misplaced;
    const client = clientOf(request, trustedProxyHops);
    if (problem === PROBLEMS.originRefused) record.noteRefusedOrigin(request.headers.origin);
    if (problem) record.noteError(problem.code);
    if (problem) void send(route?.refuse(problem, url?.pathname ?? '') ?? refuseAsGraphQL(problem), response);
    else if (fixed) sendFixed(fixed, response, pieces);
    else if (isGraphQL) graphql(request, response, client, record);
    else if (url && route) void serve(route, url, request, response, client, record, services.log);
  };

  const server = createHttpServer({ ...HTTP_LIMITS, shouldUpgradeCallback: isWebSocket }, (request, response) =>
    connections.serve(request, response, () => answer(request, response)),
  );
  server.on('upgrade', (request, stream, head) => {
    if (connections.isIdle(request)) sockets.upgrade(request, stream, head);
    else stream.destroy();
  });
  const connections = new Connections(server, clock, newTurns());
  server.on('connection', () => arrivals.note());
  server.maxConnections = MAX_CONNECTIONS;
  // For connections without any traffic. Node applies it to no stream, where `Connections` has its own rule.
  server.timeout = UNREAD_MS;
  const listening = await listen(server, options, clock);

  return {
    url: listening.url,
    async [Symbol.asyncDispose]() {
      if (closing.signal.aborted) return;
      closing.abort();
      streams.breakOffAll();
      await Promise.all([sockets[Symbol.asyncDispose](), listening[Symbol.asyncDispose]()]);
    },
  };
}

/** Runs a route. What it throws is logged, and the client gets a 500. */
async function serve(
  route: Route,
  url: URL,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  client: Client,
  record: RequestRecord,
  log: Log,
): Promise<void> {
  try {
    const request = await toRequest(incoming, outgoing, url);
    const response = request
      ? await route.handle(request, client, record)
      : route.refuse(PROBLEMS.badRequest, url.pathname);
    await send(response, outgoing);
  } catch (error) {
    record.noteError(PROBLEMS.failed.code);
    log.error({ err: error, path: url.pathname, requestId: record.id }, 'Request failed unexpectedly');
    await send(route.refuse(PROBLEMS.failed, url.pathname), outgoing);
  }
}
