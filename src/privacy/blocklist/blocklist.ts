import type { Contact, ContactsOutcome } from '../contacts/contact.ts';

/** Whom the account has blocked, from one answer of WhatsApp. */
export interface Blocklist {
  readonly contacts: readonly Contact[];
  /** Epoch milliseconds. */
  readonly observedAt: number;
}

export type BlockAction = 'block' | 'unblock';

export type BlocklistOutcome = ContactsOutcome<Blocklist>;
