import type { Stanza } from '../../wire/stanza.ts';
import type { Contact } from '../contacts/contact.ts';
import { addressOf } from '../contacts/jids.ts';
import { Members } from '../contacts/members.ts';
import { specOf, type PrivacyField } from '../fields.ts';
import { type ListItem, writeListStanza } from './list-stanzas.ts';

/** A list that may have to be put back, as one read of WhatsApp showed it. */
export interface OldList {
  readonly field: PrivacyField;
  readonly active: boolean;
  readonly contacts: readonly Contact[];
  /** WhatsApp's `dhash`. */
  readonly version: string | undefined;
}

/**
 * The one write, mode and members, after which a field has its exclusion list as it was.
 * @param before as it was, and active.
 * @param now as it is: not active where another value of the field was written meanwhile, which drops the list.
 * @returns undefined where a member can't be written by the address that this account uses: nothing is to be put back then.
 */
export function putBackListStanza(before: OldList, now: OldList, usesLid: boolean): Stanza | undefined {
  const wanted = new Members(before.contacts);
  const held = new Members(now.contacts);
  const added = itemsFor(
    'add',
    wanted.all.filter((contact) => !held.find(contact)),
    usesLid,
  );
  const removed = itemsFor(
    'remove',
    held.all.filter((contact) => !wanted.find(contact)),
    usesLid,
  );
  if (!added || !removed) return undefined;
  return writeListStanza(specOf(before.field).category, now.version, [...added, ...removed], usesLid);
}

function itemsFor(
  action: ListItem['action'],
  contacts: readonly Contact[],
  usesLid: boolean,
): readonly ListItem[] | undefined {
  const items = contacts.flatMap((contact) => {
    const address = addressOf(contact, usesLid);
    return address ? [{ action, address }] : [];
  });
  return items.length === contacts.length ? items : undefined;
}

/** Whether a list is as it was: active, with the same members. */
export const isPutBack = (before: OldList, now: OldList): boolean =>
  now.active && new Members(before.contacts).isSame(new Members(now.contacts));
