import { once } from 'node:events';
import {
  createServer as createHttpServer,
  type IncomingMessage,
  type Server as HttpServer,
  type ServerResponse,
} from 'node:http';
import type { Clock } from './clock.ts';
import { OperatorError } from './errors.ts';
import { clockOf, type GraphQLServices, type Log } from './graphql/context.ts';
import { OpenStreams } from './graphql/streams.ts';
import { GRAPHQL_PATH } from './graphql/yoga.ts';
import { send, toRequest } from './http/adapter.ts';
import { refuseBody, setSafeHeaders, targetOf } from './http/front.ts';
import { graphqlHandler } from './http/graphql-handler.ts';
import { healthRoute } from './http/health.ts';
import { refuseAsGraphQL, REFUSALS, type Route } from './http/route.ts';

/** How long running requests have to finish once the server closes, in milliseconds. */
const CLOSE_MS = 10_000;
const MAX_CONNECTIONS = 2_000;

const HTTP_LIMITS = {
  headersTimeout: 5_000,
  /** The whole request, body included; the answer may take longer. */
  requestTimeout: 15_000,
  /** The two above are only as exact as this; Node looks every 30 s by default. */
  connectionsCheckingInterval: 1_000,
  maxHeaderSize: 8 * 1024,
} as const;

export interface ServerOptions {
  readonly host: string;
  /** 0 takes a free one: see `url` for which. */
  readonly port: number;
  /** Whether browsers get the GraphiQL page at `/graphql`. */
  readonly graphiql: boolean;
  readonly services: GraphQLServices;
  /** False, or a rejection, when the service can't do its work now. */
  ready(): Promise<boolean>;
  /** More parts of the service, asked in order. */
  readonly routes?: readonly Route[] | undefined;
}

export interface Server extends AsyncDisposable {
  /** Where it listens, such as `http://127.0.0.1:4000`. */
  readonly url: string;
}

/** Begins to listen. Disposing stops accepting, ends streams, and lets running requests finish for 10 s. */
export async function createServer(options: ServerOptions): Promise<Server> {
  const { services } = options;
  const clock = clockOf(services);
  const streams = new OpenStreams();
  const closing = new AbortController();

  const playground = options.graphiql ? await import('./http/graphiql.ts') : undefined;
  const graphql = graphqlHandler(services, streams, playground?.graphiqlPage);
  const routes = [
    healthRoute({ ready: async () => !closing.signal.aborted && options.ready(), clock, log: services.log }),
    ...(playground ? [playground.graphiqlRoute] : []),
    ...(options.routes ?? []),
  ];

  const server = createHttpServer(HTTP_LIMITS, (request, response) => {
    setSafeHeaders(response);
    const url = targetOf(request);
    const route = url && routes.find(({ owns }) => owns(url.pathname));
    const isGraphQL = url?.pathname === GRAPHQL_PATH;
    const refusal = !url ? REFUSALS.badRequest : !route && !isGraphQL ? REFUSALS.notFound : refuseBody(request);
    if (refusal) void send((route?.refuse ?? refuseAsGraphQL)(refusal, url?.pathname ?? ''), response);
    else if (isGraphQL) graphql(request, response);
    else if (url && route) void serve(route, url, request, response, services.log);
  });
  server.maxConnections = MAX_CONNECTIONS;
  await listen(server, options);

  return {
    url: urlOf(server, options.host),
    async [Symbol.asyncDispose]() {
      if (closing.signal.aborted) return;
      closing.abort();
      streams.endAll();
      await close(server, clock);
    },
  };
}

/** Runs a route; whatever it throws is logged here, and told as nothing but a failure. */
async function serve(
  route: Route,
  url: URL,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  log: Log,
): Promise<void> {
  try {
    const client = { address: incoming.socket.remoteAddress };
    const request = await toRequest(incoming, outgoing, url);
    const response = request ? await route.handle(request, client) : route.refuse(REFUSALS.badRequest, url.pathname);
    await send(response, outgoing);
  } catch (error) {
    log.error({ err: error, path: url.pathname }, 'Request failed unexpectedly');
    await send(route.refuse(REFUSALS.failed, url.pathname), outgoing);
  }
}

async function listen(server: HttpServer, { host, port }: ServerOptions): Promise<void> {
  server.listen({ host, port });
  try {
    await once(server, 'listening');
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new OperatorError(`Can not listen on ${host} port ${port}: ${reason}`, { cause: error });
  }
}

async function close(server: HttpServer, clock: Clock): Promise<void> {
  const closed = once(server, 'close');
  const stopped = new AbortController();
  void closed.then(() => stopped.abort());
  server.close();
  using _timer = clock.after(CLOSE_MS, () => server.closeAllConnections());
  // Node closes idle connections once, at the call; those whose last answer ends later would stay for their keep-alive.
  while (!stopped.signal.aborted) {
    server.closeIdleConnections();
    await clock.sleep(20, stopped.signal).catch(() => {});
  }
}

function urlOf(server: HttpServer, host: string): string {
  const address = server.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  if (host === '0.0.0.0' || host === '::') return `http://localhost:${port}`;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
