import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Clock } from '../clock.ts';
import { Arrivals, Turns } from '../graphql/pipeline/turns.ts';
import { METRICS_CONTENT_TYPE, type Metrics } from '../telemetry/metrics.ts';
import { send } from './adapter.ts';
import { Connections, UNREAD_MS } from './connections.ts';
import { setSafeHeaders, targetOf } from './front.ts';
import { HTTP_LIMITS, listen, type Listening } from './listener.ts';
import { methodNotAllowed, refuseAsGraphQL, REFUSALS, type Route } from './route.ts';

const PATH = '/metrics';
/** One scraper, or two, and whoever looks by hand. */
const MAX_CONNECTIONS = 20;

async function answer(metrics: Metrics, method: string | undefined): Promise<Response> {
  if (method !== 'GET' && method !== 'HEAD') return refuseAsGraphQL(methodNotAllowed('GET, HEAD'));
  return new Response(await metrics.render(), { headers: { 'content-type': METRICS_CONTENT_TYPE } });
}

/** `/metrics` beside everything else, for a server that only this machine reaches. It needs no token. */
export const metricsRoute = (metrics: Metrics): Route => ({
  edge: 'probe',
  owns: (pathname) => pathname === PATH,
  refuse: refuseAsGraphQL,
  handle: (request) => answer(metrics, request.method),
});

/** `/metrics` alone on a listener of its own, so that it can be reached where the API is not, and the other way round. */
export function listenForMetrics(
  metrics: Metrics,
  at: { readonly host: string; readonly port: number },
  clock: Clock,
): Promise<Listening> {
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    setSafeHeaders(response);
    const isMetrics = targetOf(request)?.pathname === PATH;
    await send(isMetrics ? await answer(metrics, request.method) : refuseAsGraphQL(REFUSALS.notFound), response);
  };
  const server = createServer(HTTP_LIMITS, (request, response) =>
    connections.serve(request, response, () => void serve(request, response)),
  );
  const connections = new Connections(server, clock, new Turns(clock, new Arrivals(clock)));
  server.maxConnections = MAX_CONNECTIONS;
  server.timeout = UNREAD_MS;
  return listen(server, at, clock, 'PRIVET_METRICS_PORT');
}
