import { parsePhoneNumber, SimulatorError } from './errors.ts';
import type { People } from './people.ts';
import { LISTED, type ListChange, type PrivacyState } from './privacy-state.ts';

/** Whom a phone leaves out, by phone number. */
export type ExclusionsChange =
  | { readonly add?: readonly string[]; readonly remove?: readonly string[] }
  | { readonly replace: readonly string[] };

/** Checks a change made on the phone, and turns it into what is added and what removed. Throws `SimulatorError`. */
export function readChange(
  category: string,
  change: ExclusionsChange,
  privacy: PrivacyState,
  people: People,
): ListChange {
  if (!LISTED.includes(category)) throw new SimulatorError(400, `category: expected one of ${LISTED.join(', ')}`);
  if (!privacy.has(category)) throw new SimulatorError(404, 'category: the account has none of this name');
  if (!('replace' in change)) {
    return { add: readNumbers(change.add, 'add', people), remove: readNumbers(change.remove, 'remove', people) };
  }
  const wanted = readNumbers(change.replace, 'replace', people);
  const present = [...(privacy.list(category)?.members ?? [])];
  return { add: wanted, remove: present.filter((each) => !wanted.includes(each)) };
}

/** Phone numbers of people who are on WhatsApp. */
export function readNumbers(numbers: readonly string[] | undefined, field: string, people: People): string[] {
  return (numbers ?? []).map((text) => {
    const phoneNumber = parsePhoneNumber(text, field);
    if (!people.get(phoneNumber)) throw new SimulatorError(404, `${field}: nobody on WhatsApp has this number`);
    return phoneNumber;
  });
}
