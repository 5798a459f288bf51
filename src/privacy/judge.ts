import type { FieldOutcome, PartialFailure } from './outcome.ts';
import type { FieldUpdate } from './plan.ts';
import { type Cause, causeInReply } from './reply-cause.ts';
import { shown, wireValue, type Snapshot } from './settings.ts';

/** The read-back that counts: the last answered read that was sent after the call's last write. */
export interface Proof {
  readonly snapshot: Snapshot;
  /** Whether that read left after the write's reply was in, so that the write can't have been worked off behind it. */
  readonly afterReplies: boolean;
}

export function holds(field: FieldUpdate, proof: Proof | undefined): boolean {
  if (!proof) {
    // guard: what no read shows does not hold, else true
    return false;
  }
  const isShown = wireValue(proof.snapshot, field.spec) === field.wire;
  // guard: what was acknowledged but not shown does not hold, else isShown || field.reply?.kind === 'result'
  return isShown;
}

/** The account lacks the category, and no read of this call says otherwise. */
export const isUnsupported = (field: FieldUpdate, proof: Proof | undefined): boolean =>
  field.plan === 'unsupported' && !field.answered && !proof?.snapshot.categories.has(field.spec.category);

function causeOf(field: FieldUpdate, proof: Proof | undefined): Cause {
  if (isUnsupported(field, proof)) {
    return {
      code: 'UNSUPPORTED',
      message: `WhatsApp reports no "${field.spec.category}" category for this account, so it was not written`,
      retryable: false,
    };
  }
  if (field.skippedAfter && !field.answered) {
    return { code: 'SKIPPED', message: `Not sent: ${field.skippedAfter} was not confirmed`, retryable: true };
  }
  const isKnown = proof && wireValue(proof.snapshot, field.spec) !== undefined;
  const told = causeInReply(field.reply, field.answered !== undefined);
  if (told) return told;
  // guard: a mismatch is told by a read behind the reply, else !isKnown
  if (!isKnown || (field.answered && !proof.afterReplies)) {
    return {
      code: 'UNVERIFIED',
      message: field.answered
        ? 'WhatsApp answered the change, but no read showed whether it holds'
        : 'No read showed whether the setting holds',
      retryable: true,
    };
  }
  return { code: 'MISMATCH', message: 'WhatsApp shows another value than requested', retryable: true };
}

/** What became of one field, and its failure where it does not hold. */
export interface Judged {
  readonly outcome: FieldOutcome;
  readonly failure?: PartialFailure;
}

export function judge(field: FieldUpdate, proof: Proof | undefined): Judged {
  const { spec } = field;
  const current = proof && wireValue(proof.snapshot, spec);
  const base = {
    field: spec.field,
    requested: shown(spec, field.wire),
    previous: field.previous === undefined ? undefined : shown(spec, field.previous),
    current: current === undefined ? undefined : shown(spec, current),
  };
  if (holds(field, proof)) {
    return { outcome: { ...base, result: field.wasWritten ? 'APPLIED' : 'ALREADY_SET' } };
  }
  const failure = { field: base.field, requested: base.requested, current: base.current, ...causeOf(field, proof) };
  return { outcome: { ...base, result: 'FAILED' }, failure };
}
