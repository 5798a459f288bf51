import { causeInReply } from '../reply-cause.ts';
import type { ContactFailure, ContactOutcome } from './contact.ts';
import { type ContactUpdate, isStale, lastReply, wasSent, wasWritten } from './contact-update.ts';
import type { ContactCause } from './look-up.ts';
import type { Members } from './members.ts';

/** The read-back that counts: the last answered read of the list that was sent after the call's last write. */
export interface ListProof {
  readonly members: Members;
  /** Whether that read left after the writes' replies were in, so that no write can have been worked off behind it. */
  readonly afterReplies: boolean;
}

export function contactHolds({ who, wants }: ContactUpdate, proof: ListProof | undefined): boolean {
  // What no read shows does not hold, and neither does what is wanted of somebody who is not known.
  if (!proof || 'cause' in who) return false;
  // guard: a contact is where a read shows it, else true
  const isShown = proof.members.find(who.contact) !== undefined;
  return wants === 'listed' ? isShown : !isShown && !proof.members.mayHave(who.contact);
}

/** Whether another read may show what this one does not. A refused write changes nothing. */
export function contactMayStillShow(update: ContactUpdate, proof: ListProof | undefined): boolean {
  if (!proof) return true;
  const reply = lastReply(update);
  return !proof.afterReplies && wasSent(update) && reply?.kind !== 'refused';
}

/**
 * Whether what the read does not show may be written once more.
 * @param announced how many changes made elsewhere WhatsApp has announced by now.
 */
export function mayWriteContactAgain(update: ContactUpdate, proof: ListProof | undefined, announced: number): boolean {
  if (!proof) return false;
  // It was so when the call began, and was changed meanwhile.
  if (!wasSent(update)) return true;
  if (!proof.afterReplies || lastReply(update)?.kind !== 'result') return false;
  // Somebody else made that change after ours.
  return update.writes.at(-1)?.announcements === announced;
}

/** What became of one contact, and its failure where what was wanted does not hold. */
export function judgeContact(
  update: ContactUpdate,
  proof: ListProof | undefined,
): { readonly outcome: ContactOutcome; readonly failure?: ContactFailure } {
  const { text: contact, wants } = update;
  if (!contactHolds(update, proof)) {
    return { outcome: { contact, result: 'FAILED' }, failure: { contact, ...causeOf(update, proof) } };
  }
  const [done, already] =
    wants === 'listed' ? (['ADDED', 'ALREADY_LISTED'] as const) : (['REMOVED', 'NOT_LISTED'] as const);
  return { outcome: { contact, result: wasWritten(update) ? done : already } };
}

function causeOf(update: ContactUpdate, proof: ListProof | undefined): ContactCause {
  if ('cause' in update.who) return update.who.cause;
  if (isStale(update)) {
    const message = 'The list was changed elsewhere each time before it could be written';
    return { code: 'REJECTED', message, retryable: true };
  }
  const isSent = wasSent(update);
  const told = causeInReply(lastReply(update), isSent);
  if (told) return told;
  if (!proof || (isSent && !proof.afterReplies)) {
    const message = 'WhatsApp answered the change, but no read showed whether it holds';
    return { code: 'UNVERIFIED', message, retryable: true };
  }
  if (update.wants === 'unlisted' && !proof.members.find(update.who.contact)) {
    const message = 'The list names somebody by another kind of address, and WhatsApp did not tell who that is';
    return { code: 'UNVERIFIED', message, retryable: true };
  }
  const message = `WhatsApp shows the contact ${update.wants === 'listed' ? 'not on the list' : 'on the list still'}`;
  return { code: 'MISMATCH', message, retryable: true };
}
