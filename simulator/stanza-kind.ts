import type { BinaryNode } from '@whiskeysockets/baileys';
import { isListRead, isListWrite } from './exclusions.ts';
import { child, children } from './nodes.ts';

/** What a stanza is about, as far as the log and the faults tell stanzas apart. */
export interface StanzaKind {
  /** The category of a privacy write, or of a list. */
  readonly category?: string;
  /** Of a privacy write. */
  readonly value?: string;
  /** Of a stanza about people: who is left out of a category, who is blocked, or who is on WhatsApp. */
  readonly list?: 'exclusions' | 'blocklist' | 'people';
  /** How many people such a stanza names. */
  readonly members?: number;
}

export function kindOf(stanza: BinaryNode): StanzaKind {
  const { xmlns, type } = stanza.attrs;
  if (xmlns === 'usync') return { list: 'people', members: children(child(child(stanza, 'usync'), 'list')).length };
  if (xmlns === 'blocklist') return { list: 'blocklist', members: children(stanza).length };
  const privacy = child(stanza, 'privacy');
  if (!privacy) return {};
  if (type === 'set') return writeKind(privacy);
  if (!isListRead(privacy)) return {};
  const category = child(privacy, 'list')?.attrs['name'];
  return { ...(category === undefined ? {} : { category }), list: 'exclusions', members: 0 };
}

/** Of a write of exactly one category. */
function writeKind(privacy: BinaryNode): StanzaKind {
  const written = child(privacy, 'category');
  const { name, value } = written?.attrs ?? {};
  if (!written || name === undefined || value === undefined) return {};
  const isList = isListWrite(written);
  return { category: name, value, ...(isList ? { list: 'exclusions', members: children(written).length } : {}) };
}
