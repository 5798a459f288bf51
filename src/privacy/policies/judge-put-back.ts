import { judge, type Judged, type Proof } from '../judge.ts';
import type { FieldUpdate } from '../plan.ts';
import { wireValue } from '../settings.ts';

/**
 * What became of one field of a call that put back what it had changed.
 * @param before the proof before anything was put back.
 * @param proof what holds in the end.
 * @param hasOtherList no read shows the members of its list as they were.
 */
export function judgePutBack(
  field: FieldUpdate,
  before: Proof | undefined,
  proof: Proof | undefined,
  hasOtherList: boolean,
): Judged {
  const now = judge(field, proof);
  if (!field.wasWritten) return now;
  const isBack =
    field.replaced !== undefined && proof !== undefined && wireValue(proof.snapshot, field.spec) === field.replaced;
  // guard: a list is back where a read shows its members, else { ...now.outcome, rolledBack: isBack }
  const outcome = { ...now.outcome, rolledBack: isBack && !hasOtherList };
  if (!now.failure) return { outcome };
  const { current } = now.failure;
  const why = judge(field, before).failure;
  if (why) return { outcome, failure: { ...why, current } };
  if (!isBack) return { outcome, failure: now.failure };
  const message = hasOtherList
    ? 'It was put back because another field failed, but no read shows the same contacts on its list'
    : 'WhatsApp took it, and it was put back because another field failed';
  return { outcome, failure: { ...now.failure, code: 'ROLLED_BACK', message, retryable: true } };
}
