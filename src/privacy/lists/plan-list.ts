import { PrivetError } from '../../errors.ts';
import type { Contact, NamedContact } from '../contacts/contact.ts';
import type { ContactUpdate } from '../contacts/contact-update.ts';
import type { ContactCause, LookedUp } from '../contacts/look-up.ts';
import { Members } from '../contacts/members.ts';
import { planContact, removable } from '../contacts/plan-contact.ts';
import type { ExclusionChange } from './exclusions.ts';

/** All whom a change names. */
export const namedIn = (change: ExclusionChange): readonly NamedContact[] =>
  change.kind === 'replace' ? change.contacts : [...change.add, ...change.remove];

type Wants = ContactUpdate['wants'];

/** Where it is not known who is to stay, nobody goes: it might be one of them. */
const NOT_REMOVED: ContactCause = {
  code: 'SKIPPED',
  message: 'Not taken off the list: WhatsApp did not tell who all those are that are to be on it',
  retryable: true,
};

/**
 * What a change of a list wants of whom. In the caller's order; a `replace` wants all others off the list, who come last.
 * @throws PrivetError BAD_USER_INPUT where one contact, named in two ways, is both added and removed
 */
export function planList(
  change: ExclusionChange,
  members: Members,
  found: ReadonlyMap<NamedContact, LookedUp>,
  usesLid: boolean,
): readonly ContactUpdate[] {
  const wanted = (named: readonly NamedContact[], wants: Wants) =>
    named.map((each) => planContact(each, wants, members, found, usesLid));
  if (change.kind === 'change') {
    const added = wanted(change.add, 'listed');
    const removed = wanted(change.remove, 'unlisted');
    if (added.some((update) => removed.some((other) => isSame(update, other)))) {
      throw new PrivetError('BAD_USER_INPUT', 'The same contact is both added and removed, named in two ways');
    }
    return [...added, ...removed];
  }
  const updates = wanted(change.contacts, 'listed');
  const kept = new Set(updates.map(({ who }) => ('contact' in who ? members.find(who.contact) : undefined)));
  const isOpen = updates.some(({ who }) => 'cause' in who && who.cause.code !== 'NOT_ON_WHATSAPP');
  const others = members.all.filter((contact) => !kept.has(contact));
  return [...updates, ...others.map((contact) => removal(contact, isOpen, usesLid))];
}

/** Those whom a `replace` wants off the list though its plan does not know them. */
export function othersOn({ all }: Members, updates: readonly ContactUpdate[]): readonly ContactUpdate[] {
  const planned = new Members(updates.flatMap(({ who }) => ('contact' in who ? who.contact : [])));
  const named = new Set(updates.map(({ text }) => text));
  const others = all.filter((contact) => !planned.find(contact) && !named.has(textOf(contact)));
  return others.map((contact) => ({
    text: textOf(contact),
    wants: 'unlisted',
    who: { contact },
    writes: [],
  }));
}

function removal(contact: Contact, isOpen: boolean, usesLid: boolean): ContactUpdate {
  const who = isOpen ? { cause: NOT_REMOVED } : removable(contact, usesLid);
  return { text: textOf(contact), wants: 'unlisted', who, writes: [] };
}

/** How an outcome names a contact whom the caller did not name. */
export const textOf = ({ phoneNumber, lid }: Contact): string =>
  phoneNumber === undefined ? (lid ?? '') : `+${phoneNumber}`;

function isSame({ who: a }: ContactUpdate, { who: b }: ContactUpdate): boolean {
  if ('cause' in a || 'cause' in b) return false;
  const isEqual = (x: string | undefined, y: string | undefined) => x !== undefined && x === y;
  return isEqual(a.contact.lid, b.contact.lid) || isEqual(a.contact.phoneNumber, b.contact.phoneNumber);
}
