import type { NoAnswer, Refusal } from '../../wire/reply.ts';
import type { PrivacyCall } from '../port.ts';
import { isRetryable } from '../reply-cause.ts';
import { requestTimeout } from '../time.ts';
import type { Contact, ContactFailure, NamedContact } from './contact.ts';
import type { ContactBook, Known } from './contact-book.ts';
import { addressOf } from './jids.ts';
import { askOnNextLink } from './on-next-link.ts';
import { toldIn, usyncStanza } from './usync.ts';

/** Why a contact is not what it was to be. */
export type ContactCause = Pick<ContactFailure, 'code' | 'message' | 'retryable'>;

/** Who a named contact is, or why that is not known. */
export type LookedUp = { readonly contact: Contact } | { readonly cause: ContactCause };

const NOBODY: ContactCause = {
  code: 'NOT_ON_WHATSAPP',
  message: 'Nobody on WhatsApp has this number or JID',
  retryable: false,
};

export const UNRESOLVED: ContactCause = {
  code: 'UNRESOLVED',
  message: 'WhatsApp did not tell who this is',
  retryable: true,
};

/**
 * Finds out who these are, by at most one question to WhatsApp for all of whom the book knows too little. A LID is asked for
 * as a number is: WhatsApp refuses a whole list because of one address that nobody has.
 */
export async function lookUp(
  call: PrivacyCall,
  book: ContactBook,
  named: readonly NamedContact[],
): Promise<ReadonlyMap<NamedContact, LookedUp>> {
  const usesLid = call.usesLid();
  const found = new Map<NamedContact, LookedUp>();
  const unknown: NamedContact[] = [];
  for (const each of named) {
    const kept = book.find(each);
    const known = kept && usable(kept, usesLid);
    if (known) found.set(each, known);
    else unknown.push(each);
  }
  if (unknown.length === 0) return found;
  const told = await ask(call, unknown);
  for (const each of unknown) {
    const known = told.kind === 'told' ? told.find(each) : undefined;
    if (known) book.keep(each, known);
    found.set(each, (known && usable(known, usesLid)) ?? { cause: unresolved(told) });
  }
  return found;
}

/** Undefined where the address is not known that this account needs. */
function usable(known: Known, usesLid: boolean): LookedUp | undefined {
  if (known.kind === 'nobody') return { cause: NOBODY };
  return addressOf(known.contact, usesLid) && { contact: known.contact };
}

const ask = (call: PrivacyCall, named: readonly NamedContact[]): Promise<ReturnType<typeof toldIn>> =>
  askOnNextLink(call, async () => {
    const timeoutMs = requestTimeout(call.remaining());
    if (timeoutMs === undefined) return { kind: 'unsent' };
    return toldIn(await call.port.ask(usyncStanza(named), timeoutMs));
  });

function unresolved(told: { readonly kind: 'told' } | Refusal | NoAnswer): ContactCause {
  switch (told.kind) {
    case 'timed_out':
      return { code: 'TIMED_OUT', message: 'WhatsApp did not say in time who this is', retryable: true };
    case 'refused': {
      const message = `WhatsApp refused to say who this is: ${told.code} ${told.text}`.trim();
      return { code: 'UNRESOLVED', message, retryable: isRetryable(told.code) };
    }
    case 'lost':
    case 'unsent':
    case 'odd':
      return UNRESOLVED;
    case 'told':
      return {
        code: 'UNRESOLVED',
        message: 'WhatsApp does not tell the address by which this account has to name the contact',
        retryable: false,
      };
  }
}
