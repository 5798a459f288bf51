import type { Stanza } from '../../wire/stanza.ts';
import type { Contact } from './contact.ts';

const PHONE = 's.whatsapp.net';
const LID = 'lid';

export const phoneJid = (digits: string): string => `${digits}@${PHONE}`;
export const lidJid = (digits: string): string => `${digits}@${LID}`;

/** The digits of an address on this server, without a device; undefined where it is no such address. */
function userAt(jid: string | undefined, server: string): string | undefined {
  const [, user, host] = /^(\d+)(?:[.:]\d+)*@(.+)$/.exec(jid ?? '') ?? [];
  return host === server ? user : undefined;
}

/** A contact by the addresses that WhatsApp gives for it; undefined where none of them is one of a person. */
export function contactAt(...jids: readonly (string | undefined)[]): Contact | undefined {
  const find = (server: string): string | undefined => {
    for (const jid of jids) {
      const user = userAt(jid, server);
      if (user !== undefined) return user;
    }
    return undefined;
  };
  const lid = find(LID);
  const phoneNumber = find(PHONE);
  if (lid === undefined && phoneNumber === undefined) return undefined;
  return { phoneNumber, lid: lid === undefined ? undefined : lidJid(lid) };
}

/**
 * The contacts whom the `<user>`s or `<item>`s of a list name, each once. Undefined where one of them has no address that is
 * known here: of such a list nobody can say who is not on it.
 */
export function listedContacts(stanzas: readonly Stanza[]): readonly Contact[] | undefined {
  const contacts = stanzas.flatMap(({ attrs }) => contactAt(attrs['jid'], attrs['pn_jid']) ?? []);
  return contacts.length === stanzas.length ? distinct(contacts) : undefined;
}

/** Who is named by one address, and elsewhere by that one and another, is one contact. */
function distinct(contacts: readonly Contact[]): readonly Contact[] {
  const known = new Set<string | undefined>();
  for (const { lid, phoneNumber } of contacts) {
    if (lid !== undefined && phoneNumber !== undefined) known.add(lid).add(phoneNumber);
  }
  const seen = new Set<string>();
  return contacts.filter(({ lid, phoneNumber }) => {
    if ((lid === undefined || phoneNumber === undefined) && known.has(lid ?? phoneNumber)) return false;
    const name = `${lid} ${phoneNumber}`;
    return !seen.has(name) && seen.add(name);
  });
}

/** How a contact is named on the wire; undefined where the address that this account needs is not known. */
export function addressOf(
  { phoneNumber, lid }: Contact,
  usesLid: boolean,
): Readonly<Record<string, string>> | undefined {
  if (!usesLid) return phoneNumber === undefined ? undefined : { jid: phoneJid(phoneNumber) };
  if (lid === undefined) return undefined;
  return phoneNumber === undefined ? { jid: lid } : { jid: lid, pn_jid: phoneJid(phoneNumber) };
}
