import type { Contact, NamedContact } from './contact.ts';
import { lidJid } from './jids.ts';

/** Those on a list, found by either of their addresses. */
export class Members {
  readonly all: readonly Contact[];
  readonly #byPhone = new Map<string, Contact>();
  readonly #byLid = new Map<string, Contact>();

  /** Whether some are named by a LID alone. */
  readonly #hasLidAlone: boolean;

  /** @param contacts each once */
  constructor(contacts: readonly Contact[]) {
    this.all = contacts;
    this.#hasLidAlone = contacts.some(({ phoneNumber }) => phoneNumber === undefined);
    for (const contact of contacts) {
      if (contact.phoneNumber !== undefined) this.#byPhone.set(contact.phoneNumber, contact);
      if (contact.lid !== undefined) this.#byLid.set(contact.lid, contact);
    }
  }

  /** The same contact as the list has it. */
  find({ lid, phoneNumber }: Contact): Contact | undefined {
    const byLid = lid === undefined ? undefined : this.#byLid.get(lid);
    return byLid ?? (phoneNumber === undefined ? undefined : this.#byPhone.get(phoneNumber));
  }

  /**
   * Whether it is on the list, or may be: by a LID that is not known of it. By a number alone WhatsApp names those who have no
   * LID, or all where the account has none itself.
   */
  mayHave(contact: Contact): boolean {
    return this.find(contact) !== undefined || (contact.lid === undefined && this.#hasLidAlone);
  }

  /** The member that was named so, whether or not anybody could be asked who that is. */
  named({ kind, digits }: NamedContact): Contact | undefined {
    return kind === 'lid' ? this.#byLid.get(lidJid(digits)) : this.#byPhone.get(digits);
  }

  /** Whether another list has the same members. */
  isSame(others: Members): boolean {
    return this.all.length === others.all.length && this.all.every((contact) => others.find(contact) !== undefined);
  }
}
