import { expect } from 'vitest';
import type { Reply } from '../../wire/reply.ts';
import { childOf, childrenOf, type Stanza } from '../../wire/stanza.ts';
import type { NamedContact } from '../contacts/contact.ts';
import type { ContactBook, Known } from '../contacts/contact-book.ts';
import type { PrivacyCall, PrivacyPort } from '../port.ts';
import type { Snapshot } from '../settings.ts';
import type { ExclusionChange } from './exclusions.ts';
import { updateList } from './update-list.ts';

const result = (...content: Stanza[]): Reply => ({ kind: 'result', stanza: { tag: 'iq', attrs: {}, content } });

/** WhatsApp as a script, for the list of STATUS: who is on it, and what it does with each stanza as they come. */
export class ScriptedList implements PrivacyCall {
  /** Undefined: the field is not set to leave anybody out. */
  held: Set<string> | undefined;
  version = 1;
  readonly sent: string[] = [];
  announced = 0;
  left = 29_000;
  lid = false;
  onLookUp: (nth: number) => Reply | Promise<Reply> | undefined = () => undefined;
  onRead: (nth: number) => Reply | Promise<Reply> | undefined = () => undefined;
  onWrite: (nth: number) => Reply | Promise<Reply> | undefined = () => undefined;
  readonly #counts = { lookUps: 0, reads: 0, writes: 0 };

  constructor(held?: string[]) {
    this.held = held && new Set(held);
  }

  readonly port: PrivacyPort = {
    ask: async (stanza) => {
      const { xmlns, type } = stanza.attrs;
      if (xmlns === 'usync') return this.#lookUp(stanza);
      return type === 'set' ? this.write(stanza) : this.#read();
    },
  };

  shown(): Reply {
    if (!this.held) return result({ tag: 'privacy', attrs: {} });
    const users = [...this.held].map((jid) => ({ tag: 'user', attrs: { jid } }));
    const attrs = { name: 'status', value: 'contact_blacklist', dhash: String(this.version) };
    return result({ tag: 'privacy', attrs: {}, content: [{ tag: 'list', attrs, content: users }] });
  }

  /** What a write does. */
  apply(stanza: Stanza | undefined): Reply {
    const category = stanza && childrenOf(stanza).flatMap(childrenOf)[0];
    this.held ??= new Set();
    this.version += 1;
    for (const { attrs } of category ? childrenOf(category) : []) {
      if (attrs['action'] === 'add') this.held.add(attrs['jid'] ?? '');
      else this.held.delete(attrs['jid'] ?? '');
    }
    return result();
  }

  write(stanza: Stanza): Reply | Promise<Reply> {
    const category = childrenOf(stanza).flatMap(childrenOf)[0];
    const items = category ? childrenOf(category).map(({ attrs }) => `${attrs['action']} ${attrs['jid']}`) : [];
    this.sent.push(`write ${category?.attrs['dhash']}: ${items.join(', ')}`);
    this.#counts.writes += 1;
    return this.onWrite(this.#counts.writes) ?? this.apply(stanza);
  }

  #read(): Reply | Promise<Reply> {
    this.sent.push('read');
    this.#counts.reads += 1;
    return this.onRead(this.#counts.reads) ?? this.shown();
  }

  #lookUp(stanza: Stanza): Reply | Promise<Reply> {
    const list = childOf(childOf(stanza, 'usync') ?? expect.unreachable(), 'list');
    const users = list ? childrenOf(list) : [];
    this.sent.push(`look up ${users.length}`);
    this.#counts.lookUps += 1;
    const answers = users.map((user): Stanza => {
      const asked = childOf(user, 'contact')?.content;
      const digits = typeof asked === 'string' ? asked.slice(1) : expect.unreachable();
      const content = [
        { tag: 'contact', attrs: { type: 'in' } },
        { tag: 'lid', attrs: { val: `9${digits}@lid` } },
      ];
      return { tag: 'user', attrs: { jid: `${digits}@s.whatsapp.net` }, content };
    });
    const told = result({ tag: 'usync', attrs: {}, content: [{ tag: 'list', attrs: {}, content: answers }] });
    return this.onLookUp(this.#counts.lookUps) ?? told;
  }

  settings = { read: () => expect.unreachable() };
  whenOpen = (): Promise<boolean> => Promise.resolve(true);
  announcements = (): number => this.announced;
  usesLid = (): boolean => this.lid;
  now = (): number => 0;
  remaining = (): number => this.left;
}

/** A book in which nothing stays. */
const EMPTY: ContactBook = { find: () => undefined, keep: () => undefined, drop: () => undefined };

/** A book that has these, and gets no others. */
export function bookOf(known: Record<string, Known>): ContactBook {
  const kept = new Map(Object.entries(known));
  return {
    find: ({ digits }) => kept.get(digits),
    keep: () => undefined,
    drop: ({ digits }) => void kept.delete(digits),
  };
}

export const named = (digits: string): NamedContact => ({ text: `+${digits}`, kind: 'phone', digits });
export const jid = (digits: string): string => `${digits}@s.whatsapp.net`;

const VIEW: Snapshot = { categories: new Map([['status', 'all']]), observedAt: 0, sequence: 0 };

export const adding = (...digits: string[]): ExclusionChange => ({
  kind: 'change',
  add: digits.map(named),
  remove: [],
});
export const replacing = (...digits: string[]): ExclusionChange => ({ kind: 'replace', contacts: digits.map(named) });

export async function update(call: ScriptedList, change: ExclusionChange, book = EMPTY, view = VIEW) {
  const run = await updateList(call, book, view, 'STATUS', change);
  return { ...run.outcome, failure: run.outcome.failures[0], unanswered: run.unanswered(), run };
}
