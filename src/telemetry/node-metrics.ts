import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** What a node knows of itself and of the others, asked at each scrape: from memory. `Membership` has it. */
export interface NodeFigures {
  /** Whether its lease holds. */
  readonly held: boolean;
  /** All nodes with a row. */
  readonly nodes: readonly { readonly isLive: boolean }[];
  /** How many instances have a session here. */
  readonly instances: number;
}

/** How a call ended that another node was asked for. */
export type ForwardOutcome =
  /** With an answer, be it an error of the call's own. */
  | 'answered'
  /** The node does not have the instance any more, and did nothing. */
  | 'moved'
  /** Nothing reached it. */
  | 'unreachable'
  /** The connection ended before the answer: it may have done it. */
  | 'lost'
  /** The caller left, or its time was over. */
  | 'withdrawn';

/** What came of an instance that was to be handed over. */
export type HandoverOutcome = 'moved' | 'stayed';

/** What one node of several counts. */
export interface NodeMetrics {
  readonly claims: Counter;
  readonly handovers: Counter<'result'>;
  readonly forwarded: Counter<'outcome'>;
  readonly forwardSeconds: Histogram;
}

/** Beside what WhatsApp takes: a call to another node costs about a millisecond, and ends with the caller's 30 s. */
const FORWARD_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

export function createNodeMetrics(registry: Registry, figures: () => NodeFigures | undefined): NodeMetrics {
  const registers = [registry];
  const gauge = (name: string, help: string, of: (now: NodeFigures) => number): Gauge =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        const now = figures();
        if (now) this.set(of(now));
      },
    });
  gauge('privet_node_lease_held', 'Whether the lease of this node holds: 1 or 0.', ({ held }) => (held ? 1 : 0));
  gauge('privet_node_instances', 'Instances that have a session on this node.', ({ instances }) => instances);
  gauge(
    'privet_nodes_live',
    'Nodes whose lease holds, as this node saw at its last renewal.',
    ({ nodes }) => nodes.filter(({ isLive }) => isLive).length,
  );
  return {
    claims: new Counter({
      name: 'privet_node_claims_total',
      help: 'Instances that this node took because nobody had them, or their node was gone.',
      registers,
    }),
    handovers: new Counter({
      name: 'privet_node_handovers_total',
      help: 'Instances that this node was to hand over, since it drained or had more than its share, by what came of it: moved or stayed.',
      labelNames: ['result'],
      registers,
    }),
    forwarded: new Counter({
      name: 'privet_node_forwarded_calls_total',
      help: 'Calls that another node was asked for: answered, moved, unreachable, lost or withdrawn.',
      labelNames: ['outcome'],
      registers,
    }),
    forwardSeconds: new Histogram({
      name: 'privet_node_forwarded_call_duration_seconds',
      help: 'How long the answer of another node took, with what WhatsApp took.',
      buckets: FORWARD_BUCKETS,
      registers,
    }),
  };
}
