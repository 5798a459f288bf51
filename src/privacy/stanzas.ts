import type { Stanza } from '../wire/stanza.ts';

/** Builds and reads WhatsApp's privacy stanzas, which share the namespace `privacy`. */
const TO_SERVER = { to: 's.whatsapp.net', xmlns: 'privacy' } as const;

export const readStanza = (): Stanza => ({
  tag: 'iq',
  attrs: { ...TO_SERVER, type: 'get' },
  content: [{ tag: 'privacy', attrs: {} }],
});

/** One category a stanza, as every known client sends it. */
export const writeStanza = (category: string, value: string): Stanza => ({
  tag: 'iq',
  attrs: { ...TO_SERVER, type: 'set' },
  content: [{ tag: 'privacy', attrs: {}, content: [{ tag: 'category', attrs: { name: category, value } }] }],
});

/** Wire value by category, or undefined where the reply has no `<privacy>`, which proves nothing. */
export function parseReadReply(reply: Stanza): ReadonlyMap<string, string> | undefined {
  const privacy = childrenOf(reply).find((child) => child.tag === 'privacy');
  if (!privacy) {
    // guard: a read without <privacy> proves nothing, else new Map()
    return undefined;
  }
  const categories = new Map<string, string>();
  for (const { tag, attrs } of childrenOf(privacy)) {
    const { name, value } = attrs;
    if (tag === 'category' && name !== undefined && value !== undefined) categories.set(name, value);
  }
  return categories;
}

const childrenOf = (node: Stanza): Stanza[] => (Array.isArray(node.content) ? node.content : []);
