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

/** The contact that a `<user>` or `<item>` of a list names. */
export const listedContact = ({ attrs }: Stanza): Contact | undefined => contactAt(attrs['jid'], attrs['pn_jid']);

/** How a contact is named on the wire; undefined where the address that this account needs is not known. */
export function addressOf(
  { phoneNumber, lid }: Contact,
  usesLid: boolean,
): Readonly<Record<string, string>> | undefined {
  if (!usesLid) return phoneNumber === undefined ? undefined : { jid: phoneJid(phoneNumber) };
  if (lid === undefined) return undefined;
  return phoneNumber === undefined ? { jid: lid } : { jid: lid, pn_jid: phoneJid(phoneNumber) };
}
