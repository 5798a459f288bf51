import { parsePhoneNumber, SimulatorError } from './errors.ts';
import type { People } from './people.ts';
import { LISTED, type ListChange, type PrivacyState } from './privacy-state.ts';

/** Whom a phone leaves out, by phone number; `replace` alone, or any of the others. */
export interface ExclusionsChange {
  readonly add?: readonly string[];
  readonly remove?: readonly string[];
  readonly replace?: readonly string[];
}

export interface BlocklistChange {
  readonly block?: readonly string[];
  readonly unblock?: readonly string[];
}

/** Checks a change made on the phone, and turns it into what is added and what removed. Throws `SimulatorError`. */
export function readChange(
  category: string,
  change: ExclusionsChange,
  privacy: PrivacyState,
  people: People,
): ListChange {
  if (!LISTED.includes(category)) throw new SimulatorError(400, `category: expected one of ${LISTED.join(', ')}`);
  if (!privacy.has(category)) throw new SimulatorError(404, 'category: the account has none of this name');
  const add = readNumbers(change.replace ?? change.add, change.replace ? 'replace' : 'add', people);
  if (!change.replace) return { add, remove: readNumbers(change.remove, 'remove', people) };
  return { add, remove: [...(privacy.list(category)?.members ?? [])].filter((each) => !add.includes(each)) };
}

/** Phone numbers of people who are on WhatsApp. */
export function readNumbers(numbers: readonly string[] | undefined, field: string, people: People): string[] {
  return (numbers ?? []).map((text) => {
    const phoneNumber = parsePhoneNumber(text, field);
    if (!people.get(phoneNumber)) throw new SimulatorError(404, `${field}: nobody on WhatsApp has this number`);
    return phoneNumber;
  });
}
