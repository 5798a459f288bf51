import type { Clock } from '../clock.ts';
import type { Log } from '../graphql/services.ts';
import { methodNotAllowed, refuseAsGraphQL, type Route } from './route.ts';

/** How long the service may take to say whether it is ready, in milliseconds. */
const READY_MS = 5_000;

export interface Health {
  /** False, or a rejection, when the service can't do its work now. */
  ready(): Promise<boolean>;
  readonly clock: Clock;
  readonly log: Log;
}

const answer = (status: number, text: string): Response => Response.json({ status: text }, { status });

const PATHS: readonly string[] = ['/health', '/health/live', '/health/ready'];

/** `/health/live`: the process answers. `/health/ready`, or `/health`: it can do its work. They need no token and say no more. */
export const healthRoute = (health: Health): Route => ({
  edge: 'probe',
  owns: (pathname) => PATHS.includes(pathname),
  refuse: refuseAsGraphQL,
  async handle(request) {
    if (request.method !== 'GET' && request.method !== 'HEAD') return refuseAsGraphQL(methodNotAllowed('GET, HEAD'));
    if (request.url.endsWith('/live')) return answer(200, 'live');
    return (await isReady(health)) ? answer(200, 'ready') : answer(503, 'not ready');
  },
});

async function isReady(health: Health): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<boolean>();
  using _timer = health.clock.after(READY_MS, () => resolve(false));
  try {
    return await Promise.race([health.ready(), late]);
  } catch (error) {
    health.log.warn({ err: error }, 'Not ready');
    return false;
  }
}
