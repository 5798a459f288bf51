import type { Refusal, NoAnswer, Reply } from '../../wire/reply.ts';
import { childOf, childrenOf, type Stanza } from '../../wire/stanza.ts';
import type { Contact } from '../contacts/contact.ts';
import { listedContacts } from '../contacts/jids.ts';

/** The value of a category whose exclusion list is in force. */
export const CONTACT_BLACKLIST = 'contact_blacklist';
/** The version of a list that is not known. */
const NO_VERSION = 'none';

/** WhatsApp refuses these stanzas from accounts that have a LID and do not say so, and from others that do: 400. */
const privacyStanza = (type: 'get' | 'set', usesLid: boolean, child: Stanza): Stanza => ({
  tag: 'iq',
  attrs: { to: 's.whatsapp.net', xmlns: 'privacy', type },
  content: [{ tag: 'privacy', attrs: usesLid ? { addressing_mode: 'lid' } : {}, content: [child] }],
});

/** Asks without a version: then an answer without a list means that there is none, and never that ours is current. */
export const readListStanza = (category: string, usesLid: boolean): Stanza =>
  privacyStanza('get', usesLid, { tag: 'list', attrs: { name: category, value: CONTACT_BLACKLIST } });

/** A contact to be put on a list or taken off it, by its address on the wire. */
export interface ListItem {
  readonly action: 'add' | 'remove';
  readonly address: Readonly<Record<string, string>>;
}

/** Mode and members in one: the mode alone would leave the list empty. */
export const writeListStanza = (
  category: string,
  version: string | undefined,
  items: readonly ListItem[],
  usesLid: boolean,
): Stanza =>
  privacyStanza('set', usesLid, {
    tag: 'category',
    attrs: { name: category, value: CONTACT_BLACKLIST, dhash: version ?? NO_VERSION },
    content: items.map(({ action, address }) => ({ tag: 'user', attrs: { action, ...address } })),
  });

/** A list as an answer shows it. */
export interface ShownList {
  readonly kind: 'list';
  /** The list is in force: the value of the field is CONTACT_BLACKLIST. */
  readonly active: boolean;
  readonly contacts: readonly Contact[];
  /** WhatsApp's `dhash`. */
  readonly version: string | undefined;
}

/** Reads the reply to a `readListStanza`. Another list than that, or a result without `<privacy>`, proves nothing. */
export function listIn(reply: Reply, category: string): ShownList | Refusal | NoAnswer {
  if (reply.kind !== 'result') return reply;
  const privacy = childOf(reply.stanza, 'privacy');
  if (!privacy) {
    // guard: a list read without <privacy> proves nothing, else { kind: 'list', active: false, contacts: [], version: undefined }
    return { kind: 'odd' };
  }
  const list = childOf(privacy, 'list');
  if (!list) return { kind: 'list', active: false, contacts: [], version: undefined };
  const { name, value = CONTACT_BLACKLIST, dhash: version } = list.attrs;
  const contacts = listedContacts(childrenOf(list).filter(({ tag }) => tag === 'user'));
  if (name !== category || value !== CONTACT_BLACKLIST || !contacts) return { kind: 'odd' };
  return { kind: 'list', active: true, contacts, version };
}
