import { expect } from 'vitest';
import type { Reply } from '../wire/reply.ts';
import { childrenOf } from '../wire/stanza.ts';
import { fieldSpecs } from './fields.ts';
import type { RequestedChange } from './outcome.ts';
import type { PrivacyCall, PrivacyPort, SettingsReader } from './port.ts';
import type { Snapshot } from './settings.ts';
import { categoriesIn, isWrite, readStanza, writeStanza } from './stanzas.ts';
import { runUpdate } from './update.ts';

export const HELD: Readonly<Record<string, string>> = Object.fromEntries(
  fieldSpecs.map(({ category }) => [category, 'all']),
);

export const ACKNOWLEDGED: Reply = { kind: 'result', stanza: { tag: 'iq', attrs: { type: 'result' } } };

/** WhatsApp as a script: what it holds, and what it does with each stanza in the order in which they come. */
export class ScriptedCall implements PrivacyCall {
  readonly held = new Map(Object.entries(HELD));
  readonly sent: string[] = [];
  announced = 0;
  left = 29_000;
  onWrite: (category: string, value: string, nth: number) => Reply | Promise<Reply> = (category, value) => {
    this.held.set(category, value);
    return ACKNOWLEDGED;
  };
  onRead: (nth: number) => Reply | Promise<Reply> = () => this.shown();
  #writes = 0;
  #reads = 0;

  /** The reply to a read that shows these, or what is held. */
  shown(values: Iterable<[string, string]> = this.held): Reply {
    const content = [...values].map(([name, value]) => ({ tag: 'category', attrs: { name, value } }));
    return { kind: 'result', stanza: { tag: 'iq', attrs: {}, content: [{ tag: 'privacy', attrs: {}, content }] } };
  }

  readonly port: PrivacyPort = {
    ask: async (stanza) => {
      if (!isWrite(stanza)) {
        expect(stanza).toEqual(readStanza());
        this.sent.push('read');
        this.#reads += 1;
        return this.onRead(this.#reads);
      }
      const category = childrenOf(stanza).flatMap(childrenOf)[0];
      const { name = '', value = '' } = category?.attrs ?? {};
      expect(stanza).toEqual(writeStanza(name, value));
      this.sent.push(`${name}=${value}`);
      this.#writes += 1;
      return this.onWrite(name, value, this.#writes);
    },
  };

  readonly settings: SettingsReader = {
    read: async (port, timeoutMs) => {
      const shown = categoriesIn(await port.ask(readStanza(), timeoutMs));
      if (shown.kind !== 'categories') return shown;
      return { kind: 'snapshot', snapshot: { categories: shown.categories, observedAt: 0, sequence: this.#reads } };
    },
  };

  whenOpen = (): Promise<boolean> => Promise.resolve(true);
  announcements = (): number => this.announced;
  usesLid = (): boolean => false;
  now = (): number => 0;
  remaining = (): number => this.left;
}

export const view = (values: Record<string, string> = HELD): Snapshot => ({
  categories: new Map(Object.entries(values)),
  observedAt: 0,
  sequence: 0,
});

export const change = (field: RequestedChange['field'], wire: string): RequestedChange => ({ field, wire });

export async function update(call: ScriptedCall, changes: RequestedChange[], from = view()) {
  const run = await runUpdate(call, from, changes);
  const [first] = run.outcome.outcomes;
  return { ...run.outcome, first, failure: run.outcome.failures[0], unanswered: run.unanswered() };
}
