import { PrivetError } from '../errors.ts';
import { CountedPort } from './counted-port.ts';
import type { RequestedChange, UpdateOutcome } from './outcome.ts';
import { allAnswered, planUpdate } from './plan.ts';
import { continuePolicy } from './policies/continue.ts';
import { keeping, over } from './policies/own-call.ts';
import type { Policy } from './policies/policy.ts';
import { KEPT_FOR_ROLLBACK_MS, rollbackPolicy } from './policies/rollback.ts';
import { stopPolicy } from './policies/stop.ts';
import type { FailurePolicy, FirstRead, UpdateTerms } from './policies/terms.ts';
import type { PrivacyCall } from './port.ts';
import type { Snapshot } from './settings.ts';
import { requestTimeout } from './time.ts';
import { needsTimer, viewWithTimer } from './timer.ts';
import { warningsAbout } from './policies/warnings.ts';

/** An update that was run to its end. `T`: what its caller is told. */
export interface UpdateRun<T> {
  readonly outcome: T;
  /**
   * Resolves once every write is answered. While it has not, or where `unanswered` is true afterwards, a write may
   * still land on this connection: end the connection before the next update.
   */
  readonly writesAnswered: Promise<void>;
  readonly unanswered: () => boolean;
  /** Whether a write may have landed behind the last read, or may land yet. */
  readonly mayLand: boolean;
  /** It changed a setting that the view has not read since. */
  readonly changedSettings?: boolean;
}

/** Each policy, and how much of a call's time it keeps for when something fails. */
const POLICIES: Readonly<Record<FailurePolicy, { readonly apply: Policy; readonly keptMs: number }>> = {
  CONTINUE: { apply: continuePolicy, keptMs: 0 },
  STOP: { apply: stopPolicy, keptMs: 0 },
  ROLLBACK: { apply: rollbackPolicy, keptMs: KEPT_FOR_ROLLBACK_MS },
};

/** How much of a call's time such an update keeps, in milliseconds: with less than 5 s more nothing is begun. */
export const keptTime = ({ onFailure = 'CONTINUE' }: UpdateTerms): number => POLICIES[onFailure].keptMs;

/**
 * Brings one instance's settings to what is requested: plan → write → read back → judge.
 *
 * Nothing counts as applied but what a read shows that was sent after the call's last write and that nobody else
 * shared. Frames leave without waiting for the reply of the one before, so the usual call costs one round trip.
 * @param view what the plan is made from: the first read, where there is one.
 * @throws PrivetError TIMEOUT when too little time is left to send anything.
 */
export async function runUpdate(
  call: PrivacyCall,
  view: Snapshot,
  changes: readonly RequestedChange[],
  terms: UpdateTerms = {},
  first?: FirstRead,
): Promise<UpdateRun<UpdateOutcome>> {
  if (requestTimeout(keeping(call, keptTime(terms)).remaining()) === undefined) {
    throw new PrivetError('TIMEOUT', 'Too little time was left to change anything; nothing was written to WhatsApp');
  }
  const port = new CountedPort(call.port);
  const counted = over(call, port);
  const announcements = call.announcements();
  const from = !first && needsTimer(view, changes) ? await viewWithTimer(counted, view) : view;
  const fields = planUpdate(from, changes, announcements);
  const { apply } = POLICIES[terms.onFailure ?? 'CONTINUE'];
  const { judged, proof, written, mayLand } = await apply(counted, fields, first);
  return {
    outcome: {
      snapshot: proof?.snapshot,
      outcomes: judged.map(({ outcome }) => outcome),
      failures: judged.flatMap(({ failure }) => failure ?? []),
      warnings: warningsAbout(from, changes),
      stanzas: (first?.stanzas ?? 0) + port.sent,
    },
    writesAnswered: allAnswered(written),
    unanswered: () => written.some(({ answered, reply }) => answered && (!reply || reply.kind === 'timed_out')),
    mayLand,
  };
}
