import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { createNodeMetrics, type NodeFigures, type NodeMetrics } from './node-metrics.ts';

/**
 * What the service counts. No label holds a name, an id or a number: each takes a handful of values that are known
 * beforehand, so the series stay few however many instances there are.
 */
export interface Metrics {
  readonly updateFields: Counter<'result'>;
  readonly updateContacts: Counter<'result'>;
  readonly stanzaSeconds: Histogram<'kind'>;
  readonly unanswered: Counter<'kind' | 'why'>;
  readonly reconnects: Counter<'reason'>;
  readonly rateLimited: Counter<'edge'>;
  readonly requests: Counter<'edge' | 'status'>;
  /** Of one node of several; undefined where one process serves a data folder. */
  readonly node: NodeMetrics | undefined;
  /** All of them, in Prometheus' text format. */
  render(): Promise<string>;
}

export const METRICS_CONTENT_TYPE = Registry.PROMETHEUS_CONTENT_TYPE;

/** A round trip to WhatsApp takes a tenth of a second on a good day, and is given up after ten. */
const STANZA_BUCKETS = [0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10];

/**
 * @param version of the service.
 * @param sessions how many there are in each state, states without any included; asked at each scrape.
 * @param node given where this is one node of several: what it knows of itself, undefined until it knows.
 */
export function createMetrics(
  version: string,
  sessions: () => Promise<ReadonlyMap<string, number>>,
  node?: () => NodeFigures | undefined,
): Metrics {
  const registry = new Registry();
  const registers = [registry];
  // Now, since it counts from here on.
  const ofThisProcess = processRegistry();
  new Gauge({
    name: 'privet_build_info',
    help: 'Always 1: its label has the version that runs.',
    labelNames: ['version'],
    registers,
  }).set({ version }, 1);
  const byState = new Gauge({ name: 'privet_sessions', help: 'Instances by state.', labelNames: ['state'], registers });
  let counting: Promise<ReadonlyMap<string, number> | undefined> | undefined;
  // Scrapes need no token: those that come while the database counts share what it says.
  const count = (): Promise<ReadonlyMap<string, number> | undefined> =>
    (counting ??= sessions()
      .catch(() => undefined)
      .finally(() => (counting = undefined)));
  return {
    updateFields: new Counter({
      name: 'privet_update_fields_total',
      help: 'Fields of privacy updates by what came of them: APPLIED, ALREADY_SET or the code of the failure.',
      labelNames: ['result'],
      registers,
    }),
    updateContacts: new Counter({
      name: 'privet_update_contacts_total',
      help: 'Contacts in changes of lists by what came of them: ADDED, ALREADY_LISTED … or the code of the failure.',
      labelNames: ['result'],
      registers,
    }),
    stanzaSeconds: new Histogram({
      name: 'privet_stanza_duration_seconds',
      help: 'How long WhatsApp took to answer a privacy stanza, refusals included.',
      labelNames: ['kind'],
      buckets: STANZA_BUCKETS,
      registers,
    }),
    unanswered: new Counter({
      name: 'privet_stanzas_unanswered_total',
      help: 'Privacy stanzas without a usable answer: timed_out, lost, odd or unsent.',
      labelNames: ['kind', 'why'],
      registers,
    }),
    reconnects: new Counter({
      name: 'privet_reconnects_total',
      help: 'Connections that ended and are made again, by reason.',
      labelNames: ['reason'],
      registers,
    }),
    rateLimited: new Counter({
      name: 'privet_rate_limit_rejections_total',
      help: 'Calls refused because a limit was reached: each root field of GraphQL counts.',
      labelNames: ['edge'],
      registers,
    }),
    requests: new Counter({
      name: 'privet_http_requests_total',
      help: 'HTTP requests by edge and class of status; "none" where the client left before the answer.',
      labelNames: ['edge', 'status'],
      registers,
    }),
    node: node && createNodeMetrics(registry, node),
    async render() {
      // Where the database does not answer, the figures are those of the scrape before.
      for (const [state, instances] of (await count()) ?? []) byState.set({ state }, instances);
      return `${await registry.metrics()}\n${await ofThisProcess.metrics()}`;
    },
  };
}

let ofProcess: Registry | undefined;

/** CPU, memory, event loop: once for the whole process, since their observers can't be removed again. */
function processRegistry(): Registry {
  if (!ofProcess) {
    ofProcess = new Registry();
    collectDefaultMetrics({ register: ofProcess, eventLoopMonitoringPrecision: 20 });
  }
  return ofProcess;
}
