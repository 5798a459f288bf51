import type { Contact, NamedContact } from './contact.ts';
import type { ContactUpdate } from './contact-update.ts';
import { addressOf } from './jids.ts';
import { type LookedUp, UNRESOLVED } from './look-up.ts';
import type { Members } from './members.ts';

/** What is wanted of one contact, who is a member of the list already or was looked up. */
export function planContact(
  named: NamedContact,
  wants: ContactUpdate['wants'],
  members: Members,
  found: ReadonlyMap<NamedContact, LookedUp>,
  usesLid: boolean,
): ContactUpdate {
  const member = members.named(named);
  const isMember: LookedUp | undefined =
    member && (wants === 'listed' ? { contact: member } : removable(member, usesLid));
  const who = isMember ?? found.get(named) ?? { cause: UNRESOLVED };
  return { text: named.text, wants, who, writes: [] };
}

/** An account that has a LID takes nobody off a list whose LID is not known. */
export const removable = (contact: Contact, usesLid: boolean): LookedUp =>
  addressOf(contact, usesLid) ? { contact } : { cause: UNRESOLVED };
