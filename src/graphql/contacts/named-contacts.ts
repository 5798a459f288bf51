import { PrivetError } from '../../errors.ts';
import type { NamedContact } from '../../privacy/contacts/contact.ts';
import { digitsOf, INTERNATIONAL, withoutMexicosOne } from '../builder/phone-number.ts';

/** Contacts as a caller wrote them, and where: for what errors say. */
export interface WrittenContacts {
  readonly where: string;
  readonly texts: readonly string[];
}

/** So many places are told of at once. */
const PLACES = 10;

const JID = /^([0-9]{5,20})@(s\.whatsapp\.net|lid)$/;

const ACCEPTED = `a phone number ${INTERNATIONAL}; or a JID: <digits>@s.whatsapp.net or <digits>@lid, without a device`;

/** How a contact may be written. Also as answers write it: the digits of a phone number, or a LID. */
export const CONTACT_FORMS =
  'a phone number with its country code, like +49 151 23456789, or a JID: `<digits>@s.whatsapp.net` or `<digits>@lid`';

function contactIn(text: string): NamedContact | undefined {
  const [, jidDigits, server] = JID.exec(text) ?? [];
  if (jidDigits !== undefined) return { text, kind: server === 'lid' ? 'lid' : 'phone', digits: jidDigits };
  const digits = digitsOf(text);
  return digits === undefined ? undefined : { text, kind: 'phone', digits };
}

/** The same for two spellings of one contact. Which LID a number has is for WhatsApp to say. */
const nameOf = ({ kind, digits }: NamedContact): string =>
  kind === 'lid' ? `${digits}@lid` : withoutMexicosOne(digits);

/**
 * The contacts of each list, of which there are `most` altogether. Takes 10 ms for 1,000 phone numbers.
 * @throws PrivetError BAD_USER_INPUT which says where something is wrong, but not what stands there: that may be a
 * number of somebody.
 */
export function contactsIn(lists: readonly WrittenContacts[], most: number): NamedContact[][] {
  const named = lists.map(({ where }) => where).join(' and ');
  const count = lists.reduce((sum, { texts }) => sum + texts.length, 0);
  if (count > most) {
    throw new PrivetError('BAD_USER_INPUT', `${named} may have ${most} contacts at most; there are ${count}`);
  }
  const wrong: string[] = [];
  const places = new Map<string, string>();
  const contacts = lists.map(({ where, texts }) =>
    texts.flatMap((text, index) => {
      const place = `${where}[${index}]`;
      const contact = contactIn(text);
      if (!contact) wrong.push(place);
      return contact ? [{ contact, place }] : [];
    }),
  );
  if (wrong.length > 0) throw new PrivetError('BAD_USER_INPUT', `${placesOf(wrong)} must be ${ACCEPTED}`);
  for (const { contact, place } of contacts.flat()) {
    const first = places.get(nameOf(contact));
    if (first !== undefined) throw new PrivetError('BAD_USER_INPUT', `${place} is the same contact as ${first}`);
    places.set(nameOf(contact), place);
  }
  return contacts.map((list) => list.map(({ contact }) => contact));
}

const placesOf = (wrong: readonly string[]): string => {
  const told = wrong.slice(0, PLACES).join(', ');
  return wrong.length > PLACES ? `${told} and ${wrong.length - PLACES} more` : told;
};
