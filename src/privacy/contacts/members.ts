import type { Contact, NamedContact } from './contact.ts';
import { lidJid } from './jids.ts';

/** Those on a list, found by either of their addresses. */
export class Members {
  readonly all: readonly Contact[];
  readonly #byPhone = new Map<string, Contact>();
  readonly #byLid = new Map<string, Contact>();

  /** Whether some are named by a LID alone, and some by a phone number alone. */
  readonly #hasLidAlone: boolean;
  readonly #hasPhoneAlone: boolean;

  /** @param contacts each once */
  constructor(contacts: readonly Contact[]) {
    this.all = contacts;
    this.#hasLidAlone = contacts.some(({ phoneNumber }) => phoneNumber === undefined);
    this.#hasPhoneAlone = contacts.some(({ lid }) => lid === undefined);
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

  /** Whether it is on the list, or may be: somebody there may be this one, under an address that is not known of it. */
  mayHave(contact: Contact): boolean {
    if (this.find(contact)) return true;
    const { lid, phoneNumber } = contact;
    return (phoneNumber === undefined && this.#hasPhoneAlone) || (lid === undefined && this.#hasLidAlone);
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
