import type { NoAnswer, Refusal, Reply } from '../../wire/reply.ts';
import { childOf, childrenOf, type Stanza } from '../../wire/stanza.ts';
import type { Contact } from '../contacts/contact.ts';
import { addressOf, listedContacts } from '../contacts/jids.ts';
import type { BlockAction } from './blocklist.ts';

const TO_SERVER = { to: 's.whatsapp.net', xmlns: 'blocklist' } as const;

export const readBlocklistStanza = (): Stanza => ({ tag: 'iq', attrs: { ...TO_SERVER, type: 'get' } });

/**
 * One contact a stanza, as every known client sends it; undefined where the address that the account needs is not known.
 * Somebody is unblocked by one address alone.
 */
export function blockStanza(action: BlockAction, contact: Contact, usesLid: boolean): Stanza | undefined {
  const address = addressOf(contact, usesLid);
  if (!address) return undefined;
  const { jid = '' } = address;
  const attrs = { action, ...(action === 'block' ? address : { jid }) };
  return { tag: 'iq', attrs: { ...TO_SERVER, type: 'set' }, content: [{ tag: 'item', attrs }] };
}

/** Reads the reply to a `readBlocklistStanza`. One without a list proves nothing. */
export function blockedIn(
  reply: Reply,
): { readonly kind: 'blocked'; readonly contacts: readonly Contact[] } | Refusal | NoAnswer {
  if (reply.kind !== 'result') return reply;
  const list = childOf(reply.stanza, 'list');
  if (!list) {
    // guard: a blocklist read without a list proves nothing, else { kind: 'blocked', contacts: [] }
    return { kind: 'odd' };
  }
  const contacts = listedContacts(childrenOf(list).filter(({ tag }) => tag === 'item'));
  return contacts ? { kind: 'blocked', contacts } : { kind: 'odd' };
}
