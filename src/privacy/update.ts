import { counted } from './call-variants.ts';
import type { RequestedChange, UpdateOutcome, UpdateRun } from './outcome.ts';
import { allAnswered, planUpdate } from './plan.ts';
import { continuePolicy } from './policies/continue.ts';
import type { Policy } from './policies/policy.ts';
import { KEPT_FOR_ROLLBACK_MS, rollbackPolicy } from './policies/rollback.ts';
import { stopPolicy } from './policies/stop.ts';
import type { FailurePolicy, FirstRead, UpdateTerms } from './policies/terms.ts';
import type { PrivacyCall } from './port.ts';
import type { Snapshot } from './settings.ts';
import { needsTimer, viewWithTimer } from './timer.ts';
import { warningsAbout } from './policies/warnings.ts';
import { retryableAsCauses } from './policies/retryable.ts';

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
  given: PrivacyCall,
  view: Snapshot,
  changes: readonly RequestedChange[],
  terms: UpdateTerms = {},
  first?: FirstRead,
): Promise<UpdateRun<UpdateOutcome>> {
  const call = counted(given, keptTime(terms));
  const announcements = call.announcements();
  const from = !first && needsTimer(view, changes) ? await viewWithTimer(call, view) : view;
  const fields = planUpdate(from, changes, announcements);
  const { onFailure = 'CONTINUE' } = terms;
  const { apply } = POLICIES[onFailure];
  const { judged, proof, written, mayLand } = await apply(call, fields, first);
  const failures = judged.flatMap(({ failure }) => failure ?? []);
  return {
    outcome: {
      snapshot: proof?.snapshot,
      outcomes: judged.map(({ outcome }) => outcome),
      failures: onFailure === 'CONTINUE' ? failures : retryableAsCauses(failures),
      warnings: warningsAbout(from, changes),
      stanzas: (first?.stanzas ?? 0) + call.port.sent,
    },
    writesAnswered: allAnswered(written),
    unanswered: () => written.some(({ answered, reply }) => answered && (!reply || reply.kind === 'timed_out')),
    mayLand,
  };
}
