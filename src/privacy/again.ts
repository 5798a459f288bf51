import type { Proof } from './judge.ts';
import type { FieldUpdate } from './plan.ts';
import { wireValue } from './settings.ts';

/**
 * Whether another read may show a field as requested that this one does not. A refused write changes nothing, so for it the
 * read is the last word, unless it showed no value at all.
 */
export function mayStillShow({ spec, answered, reply }: FieldUpdate, proof: Proof | undefined): boolean {
  const seen = proof && wireValue(proof.snapshot, spec);
  if (seen === undefined) return true;
  return answered !== undefined && reply?.kind !== 'refused' && reply?.kind !== 'unsent';
}

/**
 * Whether a field that the read does not show as requested may be written once more.
 * @param announced how many changes made elsewhere WhatsApp has announced by now.
 */
export function mayWriteAgain(field: FieldUpdate, proof: Proof | undefined, announced: number): boolean {
  const { spec, answered, reply, announcements } = field;
  const seen = proof && wireValue(proof.snapshot, spec);
  // guard: nothing is written over an unknown value
  if (seen === undefined) return false;
  // The view was stale, so the plan was wrong, and nothing of this call was written yet that a change could have followed.
  if (!answered) return true;
  // Somebody else made that change after ours.
  // guard: nothing is written over an announced change
  if (announcements !== announced) return false;
  // guard: only what was acknowledged is written again
  if (reply?.kind !== 'result') return false;
  // guard: a write is repeated only after a read behind its reply, else true
  return proof?.afterReplies === true;
}
