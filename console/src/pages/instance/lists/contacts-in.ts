import type { Contact } from './sources.ts';

/** The contacts in a text that was typed or pasted, each once. */
export const contactsIn = (text: string): string[] => [
  ...new Set(
    text
      .split(/[\n,;]+/)
      .map((part) => part.trim())
      .filter((part) => part !== ''),
  ),
];

const NUMBER = /^\+[\d\s().-]{7,30}$/;
const JID = /^\d{1,20}@(s\.whatsapp\.net|lid)$/;

/** Whether it may be a contact: what it is the service says. */
export const mayBeContact = (text: string): boolean => NUMBER.test(text) || JID.test(text);

/** What a contact is called in a call, and on the page. */
export const nameOf = ({ phoneNumber, lid }: Contact): string =>
  phoneNumber === null ? (lid ?? '') : `+${phoneNumber}`;
