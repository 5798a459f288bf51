import type { FieldOutcome, PartialFailure, PartialFailureCode } from './outcome.ts';
import type { Item } from './plan.ts';
import { shown, wireValue, type Snapshot } from './settings.ts';

/** The read-back that counts: the last answered read that was sent after the call's last write. */
export interface Proof {
  readonly snapshot: Snapshot;
  /** Whether that read left after the write's reply was in, so that the write can't have been worked off behind it. */
  readonly afterReplies: boolean;
}

export function holds(item: Item, proof: Proof | undefined): boolean {
  if (!proof) {
    // guard: what no read shows does not hold, else true
    return false;
  }
  const isShown = wireValue(proof.snapshot, item.spec) === item.wire;
  // guard: what was acknowledged but not shown does not hold, else isShown || item.reply?.kind === 'acknowledged'
  return isShown;
}

/** The account lacks the category, and no read of this call says otherwise. */
export const isUnsupported = (item: Item, proof: Proof | undefined): boolean =>
  item.plan === 'unsupported' && !item.settled && !proof?.snapshot.categories.has(item.spec.category);

/** WhatsApp's codes for "not now": whatever else it refuses is final. */
const RETRYABLE_REFUSALS: ReadonlySet<number> = new Set([409, 429, 500, 503, 530]);

export const isRetryable = (code: number): boolean => RETRYABLE_REFUSALS.has(code);

interface Verdict {
  readonly code: PartialFailureCode;
  readonly message: string;
  readonly retryable: boolean;
}

function failureOf(item: Item, proof: Proof | undefined): Verdict {
  if (isUnsupported(item, proof)) {
    return {
      code: 'UNSUPPORTED',
      message: `WhatsApp reports no "${item.spec.category}" category for this account, so it was not written`,
      retryable: false,
    };
  }
  const known = proof && wireValue(proof.snapshot, item.spec) !== undefined;
  const reply = item.reply;
  switch (reply?.kind) {
    case 'refused': {
      const text = reply.text ? ` ${reply.text}` : '';
      return {
        code: 'REJECTED',
        message: `WhatsApp refused the change: ${reply.code}${text}`,
        retryable: isRetryable(reply.code),
      };
    }
    case 'timed_out':
      return { code: 'TIMED_OUT', message: 'WhatsApp did not answer the change in time', retryable: true };
    case 'lost':
      return { code: 'CONNECTION_LOST', message: 'The connection went before WhatsApp answered', retryable: true };
    case 'unsent':
      return { code: 'SKIPPED', message: 'Not sent: the connection or the time ran out before', retryable: true };
    case 'odd':
    case 'acknowledged':
    case undefined:
      break;
  }
  if (item.settled && !reply) {
    return { code: 'TIMED_OUT', message: 'WhatsApp did not answer the change in time', retryable: true };
  }
  // guard: a mismatch is told by a read behind the reply, else !known
  if (!known || (item.settled && !proof.afterReplies)) {
    return {
      code: 'UNVERIFIED',
      message: item.settled
        ? 'WhatsApp answered the change, but no read showed whether it holds'
        : 'No read showed whether the setting holds',
      retryable: true,
    };
  }
  return { code: 'MISMATCH', message: 'WhatsApp shows another value than requested', retryable: true };
}

/** What became of one field, and its failure where it does not hold. */
export function judge(item: Item, proof: Proof | undefined): { outcome: FieldOutcome; failure?: PartialFailure } {
  const { spec } = item;
  const current = proof && wireValue(proof.snapshot, spec);
  const base = {
    field: spec.field,
    requested: shown(spec, item.wire),
    previous: item.previous === undefined ? undefined : shown(spec, item.previous),
    current: current === undefined ? undefined : shown(spec, current),
  };
  if (holds(item, proof)) {
    return { outcome: { ...base, result: item.taken ? 'APPLIED' : 'ALREADY_SET' } };
  }
  const failure = { field: base.field, requested: base.requested, current: base.current, ...failureOf(item, proof) };
  return { outcome: { ...base, result: 'FAILED' }, failure };
}
