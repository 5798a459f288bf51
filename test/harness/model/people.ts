import { phoneJid, type Person } from '../../../simulator/people.ts';
import type { Directory } from '../../../simulator/usync.ts';
import type { Account } from './account.ts';

/** Who can be put on lists. One has no LID, and one keeps the phone number to themselves. */
export const CONTACTS: readonly Person[] = Array.from({ length: 9 }, (_, n) => ({
  phoneNumber: `491555000000${n}`,
  lid: n === 8 ? undefined : `9000000000000${n}`,
  hidden: n === 7,
}));

/** Numbers that nobody has. */
export const NOBODY: readonly string[] = ['4915559990001', '4915559990002'];

/** Everybody whom the accounts may ask for or name. */
export class ModelPeople implements Directory {
  readonly #accounts: ReadonlyMap<string, Account>;

  /** @param accounts by slot. */
  constructor(accounts: ReadonlyMap<string, Account>) {
    this.#accounts = accounts;
  }

  get(phoneNumber: string): Person | undefined {
    return this.account(phoneNumber) ?? CONTACTS.find((each) => each.phoneNumber === phoneNumber);
  }

  byJid(jid: string): Person | undefined {
    return [...this.#accounts.values(), ...CONTACTS].find(
      ({ phoneNumber, lid }) => jid === phoneJid(phoneNumber) || (lid !== undefined && jid === `${lid}@lid`),
    );
  }

  account(phoneNumber: string): Account | undefined {
    return [...this.#accounts.values()].find((each) => each.phoneNumber === phoneNumber);
  }
}
