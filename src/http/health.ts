import type { Clock } from '../clock.ts';
import type { Log } from '../graphql/services.ts';
import { methodNotAllowed, refuseAsGraphQL, type Route } from './route.ts';

/** How long the service may take to say whether it is ready, in milliseconds. */
const READY_MS = 5_000;
/** So many nodes are told of: whoever asks needs no token. */
const MOST_NODES = 100;

/** This process as one node of several, and the others as it saw them at its last renewal: from memory. */
export interface NodeHealth {
  /** Its name. */
  readonly id: string;
  /** Whether its lease holds. */
  readonly held: boolean;
  readonly isDraining: boolean;
  readonly nodes: readonly {
    readonly id: string;
    readonly instances: number;
    readonly draining: boolean;
    readonly isLive: boolean;
  }[];
}

export interface Health {
  /** False, or a rejection, when the service can't do its work now. */
  ready(): Promise<boolean>;
  /** Undefined where one process serves a data folder. */
  readonly node?: NodeHealth | undefined;
  readonly clock: Clock;
  readonly log: Log;
}

const answer = (status: number, text: string, rest?: object): Response =>
  Response.json({ status: text, ...rest }, { status });

const PATHS: readonly string[] = ['/health', '/health/live', '/health/ready'];

/**
 * `/health/live`: the process answers. `/health/ready`, or `/health`: it can do its work. They need no token, and say no
 * more but which nodes there are, where there are several, and why this one is not ready.
 */
export const healthRoute = (health: Health): Route => ({
  edge: 'probe',
  owns: (pathname) => PATHS.includes(pathname),
  refuse: refuseAsGraphQL,
  async handle(request) {
    if (request.method !== 'GET' && request.method !== 'HEAD') return refuseAsGraphQL(methodNotAllowed('GET, HEAD'));
    if (request.url.endsWith('/live')) return answer(200, 'live');
    const unready = await whyUnready(health);
    const nodes = health.node && shownNodes(health.node);
    if (unready === undefined) return answer(200, 'ready', nodes);
    return answer(503, 'not ready', nodes && { reason: unready, ...nodes });
  },
});

/** No address of a node, and nothing that names a run of it. */
const shownNodes = ({ id, isDraining, nodes }: NodeHealth): object => ({
  node: id,
  draining: isDraining,
  nodes: nodes
    .slice(0, MOST_NODES)
    .map((each) => ({ node: each.id, instances: each.instances, draining: each.draining, live: each.isLive })),
});

/** For whoever looks after a node that gets no calls. */
const UNREADY = {
  drains: 'This node ends, and gives its instances to the others: calls go there',
  lost: 'This node has lost touch with the database: it goes on by itself once it reaches it. Where that lasts, look at the way to the database, and at the log of this node',
  silent: 'The database does not answer this node: look at the log of this node',
} as const;

/** Undefined where it is ready. */
async function whyUnready(health: Health): Promise<string | undefined> {
  // It takes no more calls, or could do nothing with them.
  if (health.node?.isDraining === true) return UNREADY.drains;
  if (health.node?.held === false) return UNREADY.lost;
  const { promise: late, resolve } = Promise.withResolvers<boolean>();
  using _timer = health.clock.after(READY_MS, () => resolve(false));
  try {
    return (await Promise.race([health.ready(), late])) ? undefined : UNREADY.silent;
  } catch (error) {
    health.log.warn({ err: error }, 'Not ready');
    return UNREADY.silent;
  }
}
