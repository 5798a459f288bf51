import type { Logger } from './logger.ts';
import type { ForwardOutcome, HandoverOutcome, NodeMetrics } from './node-metrics.ts';

/** Events of one node of several. One call writes both the log line and the metric of an event. */
export interface NodeEvents {
  /** The lease lapsed, or holds again. */
  leaseChanged(held: boolean): void;
  /** Instances that nobody had, or whose node was gone, are this node's now. */
  claimed(instances: number): void;
  /** An instance was to go to another node. @param ms how long it was on no node */
  handedOver(instance: string, result: HandoverOutcome, ms: number): void;
  /** Another node was asked for a call. */
  forwarded(outcome: ForwardOutcome, ms: number): void;
}

export const createNodeEvents = (log: Logger, metrics: NodeMetrics): NodeEvents => ({
  leaseChanged(held) {
    if (held) log.info('the lease of this node holds');
    else
      log.warn('the lease of this node has ended: it asks nothing of WhatsApp and stores nothing until it holds again');
  },
  claimed(instances) {
    metrics.claims.inc(instances);
    log.info({ instances }, 'took instances');
  },
  handedOver(instance, result, ms) {
    metrics.handovers.inc({ result });
    log.info({ instance, result, ms: Math.round(ms) }, 'handed over');
  },
  forwarded(outcome, ms) {
    metrics.forwarded.inc({ outcome });
    if (outcome === 'answered') metrics.forwardSeconds.observe(ms / 1000);
    else log.debug({ outcome, ms: Math.round(ms) }, 'asked another node');
  },
});

/** Where nobody counts, such as in tests of one part. */
export const NO_NODE_EVENTS: NodeEvents = {
  leaseChanged() {},
  claimed() {},
  handedOver() {},
  forwarded() {},
};
