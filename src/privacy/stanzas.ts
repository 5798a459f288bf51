import type { NoAnswer, Refusal, Reply } from '../wire/reply.ts';
import { TIMER } from './fields.ts';
import { timerWriteStanza } from './timer.ts';
import { childOf, childrenOf, type Stanza } from '../wire/stanza.ts';

/** Builds WhatsApp's privacy stanzas, which share the namespace `privacy`, and reads its replies. */
const TO_SERVER = { to: 's.whatsapp.net', xmlns: 'privacy' } as const;

export const readStanza = (): Stanza => ({
  tag: 'iq',
  attrs: { ...TO_SERVER, type: 'get' },
  content: [{ tag: 'privacy', attrs: {} }],
});

/** One category a stanza, as every known client sends it. */
export function writeStanza(category: string, value: string): Stanza {
  if (category === TIMER) return timerWriteStanza(value);
  return {
    tag: 'iq',
    attrs: { ...TO_SERVER, type: 'set' },
    content: [{ tag: 'privacy', attrs: {}, content: [{ tag: 'category', attrs: { name: category, value } }] }],
  };
}

/** Whether a request changes something on WhatsApp. */
export const isWrite = ({ attrs }: Stanza): boolean => attrs['type'] === 'set';

/** What the reply to a read shows: wire value by category. */
export interface ShownCategories {
  readonly kind: 'categories';
  readonly categories: ReadonlyMap<string, string>;
}

/** Reads the reply to a `readStanza`. A result without `<privacy>` is odd: it proves nothing. */
export function categoriesIn(reply: Reply): ShownCategories | Refusal | NoAnswer {
  if (reply.kind !== 'result') return reply;
  const privacy = childOf(reply.stanza, 'privacy');
  if (!privacy) {
    // guard: a read without <privacy> proves nothing, else { kind: 'categories', categories: new Map() }
    return { kind: 'odd' };
  }
  const categories = new Map<string, string>();
  for (const { tag, attrs } of childrenOf(privacy)) {
    const { name, value } = attrs;
    // The timer's name is ours: no category can pass for it.
    if (tag === 'category' && name !== undefined && name !== TIMER && value !== undefined) categories.set(name, value);
  }
  return { kind: 'categories', categories };
}
