import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Clock } from '../clock.ts';
import { Arrivals, Turns } from '../graphql/pipeline/turns.ts';
import { METRICS_CONTENT_TYPE, type Metrics } from '../telemetry/metrics.ts';
import { send } from './adapter.ts';
import { Connections, UNREAD_MS } from './connections.ts';
import { HTTP_LIMITS, listen, type Listening } from './listener.ts';
import { targetOf } from './request-head.ts';
import { methodNotAllowed, refuseAsGraphQL, PROBLEMS, type Route } from './route.ts';
import { setSecurityHeaders } from './security-headers.ts';

const PATH = '/metrics';
/** For one or two scrapers and a person. */
const MAX_CONNECTIONS = 20;

async function answer(metrics: Metrics, method: string | undefined): Promise<Response> {
  if (method !== 'GET' && method !== 'HEAD') return refuseAsGraphQL(methodNotAllowed('GET, HEAD'));
  return new Response(await metrics.render(), { headers: { 'content-type': METRICS_CONTENT_TYPE } });
}

/** `/metrics` on the main port, for a server that only this machine reaches. It needs no token. */
export const metricsRoute = (metrics: Metrics): Route => ({
  edge: 'probe',
  owns: (pathname) => pathname === PATH,
  refuse: refuseAsGraphQL,
  handle: (request) => answer(metrics, request.method),
});

/** `/metrics` on a port of its own, so that it can be open to other machines than the API. */
export function listenForMetrics(
  metrics: Metrics,
  at: { readonly host: string; readonly port: number },
  clock: Clock,
): Promise<Listening> {
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    setSecurityHeaders(response);
    const isMetrics = targetOf(request)?.pathname === PATH;
    await send(isMetrics ? await answer(metrics, request.method) : refuseAsGraphQL(PROBLEMS.notFound), response);
  };
  const server = createServer(HTTP_LIMITS, (request, response) =>
    connections.serve(request, response, () => void serve(request, response)),
  );
  const connections = new Connections(server, clock, new Turns(clock, new Arrivals(clock)));
  server.maxConnections = MAX_CONNECTIONS;
  server.timeout = UNREAD_MS;
  return listen(server, at, clock, 'PRIVET_METRICS_PORT');
}
