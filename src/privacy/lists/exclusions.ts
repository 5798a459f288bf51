import type { Contact, ContactsOutcome, NamedContact } from '../contacts/contact.ts';

/** The fields that can have an exclusion list. */
export const EXCLUSION_FIELDS = ['LAST_SEEN', 'STATUS', 'PROFILE', 'GROUP_ADD'] as const;

export type ExclusionField = (typeof EXCLUSION_FIELDS)[number];

/** The exclusion list of one field, from one answer of WhatsApp. */
export interface ExclusionList {
  readonly field: ExclusionField;
  /** The field's value is CONTACT_BLACKLIST. While it is not, WhatsApp shows no list. */
  readonly active: boolean;
  readonly contacts: readonly Contact[];
  /** Epoch milliseconds. */
  readonly observedAt: number;
}

/** `replace`: the list shall hold these alone. At most 1,000 contacts, none twice, and none both added and removed. */
export type ExclusionChange =
  | { readonly kind: 'change'; readonly add: readonly NamedContact[]; readonly remove: readonly NamedContact[] }
  | { readonly kind: 'replace'; readonly contacts: readonly NamedContact[] };

/**
 * After those whom the caller named, the outcomes tell of those whom a `replace` takes off the list: by `+` and phone number,
 * or by LID where WhatsApp does not show the number.
 */
export type ExclusionsOutcome = ContactsOutcome<ExclusionList>;
