import { randomUUID } from 'node:crypto';
import type { NoAnswer, Refusal, Reply } from '../../wire/reply.ts';
import { childOf, childrenOf, type Stanza } from '../../wire/stanza.ts';
import type { Contact, NamedContact } from './contact.ts';
import type { Known } from './contact-book.ts';
import { contactAt, lidJid } from './jids.ts';

/** Asks who is on WhatsApp and under which LID: all of them at once, as WhatsApp's own clients do. */
export const usyncStanza = (named: readonly NamedContact[]): Stanza => ({
  tag: 'iq',
  attrs: { to: 's.whatsapp.net', xmlns: 'usync', type: 'get' },
  content: [
    {
      tag: 'usync',
      attrs: { sid: randomUUID(), mode: 'query', last: 'true', index: '0', context: 'interactive' },
      content: [
        { tag: 'query', attrs: {}, content: ['contact', 'lid'].map((tag) => ({ tag, attrs: {} })) },
        { tag: 'list', attrs: {}, content: named.map(userOf) },
      ],
    },
  ],
});

const userOf = ({ kind, digits }: NamedContact): Stanza =>
  kind === 'lid'
    ? { tag: 'user', attrs: { jid: lidJid(digits) } }
    : { tag: 'user', attrs: {}, content: [{ tag: 'contact', attrs: {}, content: `+${digits}` }] };

/** What an answer tells of those who were asked for. */
export interface Told {
  readonly kind: 'told';
  /** Undefined where it says nothing of one. */
  find(named: NamedContact): Known | undefined;
}

/** Reads the reply to a `usyncStanza`. */
export function toldIn(reply: Reply): Told | Refusal | NoAnswer {
  if (reply.kind !== 'result') return reply;
  const list = childOf(childOf(reply.stanza, 'usync') ?? reply.stanza, 'list');
  if (!list) return { kind: 'odd' };
  const byPhone = new Map<string, Known>();
  const byLid = new Map<string, Known>();
  for (const user of childrenOf(list)) {
    const contact = contactAt(user.attrs['jid'], user.attrs['pn_jid'], childOf(user, 'lid')?.attrs['val']);
    const known = contact && knownOf(user, contact);
    if (!known) continue;
    if (contact.lid !== undefined) byLid.set(contact.lid, known);
    if (contact.phoneNumber !== undefined) byPhone.set(contact.phoneNumber, known);
    // A number may be asked for in another form than the one that it has on WhatsApp.
    const asked = textOf(childOf(user, 'contact')).replace(/\D/g, '');
    if (asked !== '') byPhone.set(asked, known);
  }
  const find = ({ kind, digits }: NamedContact) => (kind === 'lid' ? byLid.get(lidJid(digits)) : byPhone.get(digits));
  return { kind: 'told', find };
}

function knownOf(user: Stanza, contact: Contact): Known | undefined {
  const type = childOf(user, 'contact')?.attrs['type'];
  if (type === 'out') return { kind: 'nobody' };
  return type === 'in' ? { kind: 'found', contact } : undefined;
}

function textOf(stanza: Stanza | undefined): string {
  const { content } = stanza ?? {};
  if (content === undefined || Array.isArray(content)) return '';
  return typeof content === 'string' ? content : new TextDecoder().decode(content);
}
