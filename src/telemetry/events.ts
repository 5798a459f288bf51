import type { Logger } from './logger.ts';
import type { Metrics } from './metrics.ts';
import type { RequestRecord } from './request-record.ts';

export type StanzaKind = 'read' | 'write';

/** An instance as log lines tell of it: the id, which stays, and the name, by which people know it. */
export interface LoggedInstance {
  readonly id: string;
  readonly name: string;
}

/** The fields of a log line that say of which instance it is. */
export const ofInstance = ({ id, name }: LoggedInstance) => ({ instance: id, instanceName: name });

/** Events of sessions. One call writes both the log line and the metric of an event. */
export interface SessionEvents {
  stateChanged(instance: LoggedInstance, state: string, reason: string | undefined): void;
  connectionEnded(instance: LoggedInstance, evidence: string, phase: string): void;
  /** @param reason the code in the table of close reasons. */
  reconnecting(instance: LoggedInstance, reason: string): void;
  /** @param results one for each requested field: how it was brought about, or the code of its failure. */
  updateFinished(instance: LoggedInstance, results: readonly string[], stanzas: number): void;
  /**
   * A change of a list of contacts has ended. Nobody is named.
   * @param results how many contacts there are for each result, or code of a failure.
   */
  listFinished(instance: LoggedInstance, list: string, results: ReadonlyMap<string, number>, stanzas: number): void;
  stanzaAnswered(kind: StanzaKind, ms: number): void;
  stanzaUnanswered(kind: StanzaKind, why: string): void;
}

export interface ServedRequest {
  readonly record: RequestRecord;
  readonly method: string | undefined;
  /** Undefined when the client left before the answer began. */
  readonly status: number | undefined;
  /** Whether the client left before the answer was complete; for a stream that is how most end. */
  readonly aborted: boolean;
  readonly ms: number;
}

/** Events of the HTTP server, at the end of each response. */
export interface ServerEvents {
  requestServed(request: ServedRequest): void;
}

/** Codes of the close table may end in a number that came from outside; as a label they do not. */
const asLabel = (reason: string): string => reason.replace(/_\d+$/, '');

export const createSessionEvents = (log: Logger, metrics: Metrics): SessionEvents => ({
  stateChanged(instance, state, reason) {
    log.info({ ...ofInstance(instance), state, reason }, 'instance state');
  },
  connectionEnded(instance, evidence, phase) {
    log.info({ ...ofInstance(instance), evidence, phase }, 'connection ended');
  },
  reconnecting(instance, reason) {
    metrics.reconnects.inc({ reason: asLabel(reason) });
    log.debug({ ...ofInstance(instance), reason }, 'reconnecting');
  },
  updateFinished(instance, results, stanzas) {
    for (const result of results) metrics.updateFields.inc({ result });
    log.info({ ...ofInstance(instance), results, stanzas }, 'update finished');
  },
  listFinished(instance, list, results, stanzas) {
    for (const [result, contacts] of results) metrics.updateContacts.inc({ result }, contacts);
    log.info({ ...ofInstance(instance), list, results: Object.fromEntries(results), stanzas }, 'list update finished');
  },
  stanzaAnswered(kind, ms) {
    metrics.stanzaSeconds.observe({ kind }, ms / 1000);
  },
  stanzaUnanswered(kind, why) {
    metrics.unanswered.inc({ kind, why });
  },
});

export const createServerEvents = (log: Logger, metrics: Metrics): ServerEvents => ({
  requestServed({ record, method, status, aborted, ms }) {
    const { edge, operation, refusedOrigin, tokenId, instance, instanceName, stanzas, failures, rateLimited } = record;
    metrics.requests.inc({ edge, status: status === undefined ? 'none' : `${Math.floor(status / 100)}xx` });
    if (rateLimited > 0) metrics.rateLimited.inc({ edge }, rateLimited);
    const line = {
      requestId: record.id,
      edge,
      method,
      operation,
      refusedOrigin,
      tokenId,
      instance,
      instanceName,
      status,
      outcome: outcomeOf(record, status, aborted),
      ms: Math.round(ms * 10) / 10,
      stanzas,
      failures,
    };
    // Probes come every few seconds: their lines would bury all others.
    if (edge === 'probe') log.debug(line, 'request');
    else log.info(line, 'request');
  },
});

function outcomeOf({ outcome }: RequestRecord, status: number | undefined, aborted: boolean): string {
  if (outcome !== undefined && outcome !== 'ok') return outcome;
  if (aborted) return 'client_left';
  if (outcome !== undefined) return outcome;
  return status !== undefined && status < 400 ? 'ok' : `http_${status}`;
}
