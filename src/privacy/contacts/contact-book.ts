import type { Contact, NamedContact } from './contact.ts';

/** Who a named contact is, as WhatsApp told. */
export type Known = { readonly kind: 'found'; readonly contact: Contact } | { readonly kind: 'nobody' };

/** What was found out about contacts, kept for a while. */
export interface ContactBook {
  find(named: NamedContact): Known | undefined;
  keep(named: NamedContact, known: Known): void;
  /** What is kept of this one may be wrong. */
  drop(named: NamedContact): void;
}
