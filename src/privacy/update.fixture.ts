import { expect } from 'vitest';
import type { Reply } from '../wire/reply.ts';
import { childrenOf, type Stanza } from '../wire/stanza.ts';
import { fieldSpecs, TIMER } from './fields.ts';
import type { RequestedChange } from './outcome.ts';
import { readsFirst, type UpdateTerms } from './policies/terms.ts';
import type { PrivacyCall, PrivacyPort, SettingsReader } from './port.ts';
import { withTimer, type Snapshot } from './settings.ts';
import { categoriesIn, isWrite, readStanza, writeStanza } from './stanzas.ts';
import { timerIn, timerReadStanza } from './timer.ts';
import { runUpdate } from './update.ts';

export const HELD: Readonly<Record<string, string>> = Object.fromEntries(
  fieldSpecs.filter(({ category }) => category !== TIMER).map(({ category }) => [category, 'all']),
);

export const ACKNOWLEDGED: Reply = { kind: 'result', stanza: { tag: 'iq', attrs: { type: 'result' } } };

const OWN_JID = '4917@s.whatsapp.net';

/** The reply to a read of the timer. */
function shownTimer(duration: string | undefined): Stanza {
  const attrs = duration === undefined ? {} : { duration };
  const user = { tag: 'user', attrs: { jid: OWN_JID }, content: [{ tag: 'disappearing_mode', attrs }] };
  return {
    tag: 'iq',
    attrs: {},
    content: [{ tag: 'usync', attrs: {}, content: [{ tag: 'list', attrs: {}, content: [user] }] }],
  };
}

/** WhatsApp as a script: what it holds, and what it does with each stanza in the order in which they come. */
export class ScriptedCall implements PrivacyCall {
  readonly held = new Map(Object.entries(HELD));
  readonly sent: string[] = [];
  announced = 0;
  left = 29_000;
  onWrite: (category: string, value: string, nth: number) => Reply | Promise<Reply> = (category, value) => {
    if (category === TIMER) this.timer = value;
    else this.held.set(category, value);
    return ACKNOWLEDGED;
  };
  onRead: (nth: number) => Reply | Promise<Reply> = () => this.shown();
  /** The timer that WhatsApp shows; where it is undefined, it shows none. */
  timer: string | undefined = '0';
  #writes = 0;
  #reads = 0;

  /** The reply to a read that shows these, or what is held. */
  shown(values: Iterable<[string, string]> = this.held): Reply {
    const content = [...values].map(([name, value]) => ({ tag: 'category', attrs: { name, value } }));
    return { kind: 'result', stanza: { tag: 'iq', attrs: {}, content: [{ tag: 'privacy', attrs: {}, content }] } };
  }

  readonly port: PrivacyPort = {
    ask: async (stanza) => {
      if (stanza.attrs['xmlns'] === 'usync') {
        expect(stanza).toEqual(timerReadStanza(OWN_JID, ''));
        this.sent.push('timer');
        return { kind: 'result', stanza: shownTimer(this.timer) };
      }
      if (!isWrite(stanza)) {
        expect(stanza).toEqual(readStanza());
        this.sent.push('read');
        this.#reads += 1;
        return this.onRead(this.#reads);
      }
      const [child] = childrenOf(stanza);
      const category = child && childrenOf(child)[0];
      const { name = TIMER, value = child?.attrs['duration'] ?? '' } = category?.attrs ?? {};
      expect(stanza).toEqual(writeStanza(name, value));
      this.sent.push(`${name}=${value}`);
      this.#writes += 1;
      return this.onWrite(name, value, this.#writes);
    },
  };

  readonly settings: SettingsReader = {
    read: async (port, timeoutMs, { timer = false } = {}) => {
      const asked = port.ask(readStanza(), timeoutMs);
      const askedTimer = timer ? port.ask(timerReadStanza(OWN_JID, ''), timeoutMs) : undefined;
      const shown = categoriesIn(await asked);
      const shownTimer = askedTimer && timerIn(await askedTimer, OWN_JID);
      if (shown.kind !== 'categories') return shown;
      const snapshot = { categories: shown.categories, observedAt: 0, sequence: this.#reads };
      return {
        kind: 'snapshot',
        snapshot: shownTimer?.kind === 'timer' ? withTimer(snapshot, shownTimer.seconds) : snapshot,
      };
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

/** @param terms where they ask for a first read, `from` is what it showed. */
export async function update(call: ScriptedCall, changes: RequestedChange[], from = view(), terms: UpdateTerms = {}) {
  const firstRead = readsFirst(terms) ? { snapshot: from, stanzas: 1, announcements: call.announced } : undefined;
  const run = await runUpdate(call, from, changes, terms, firstRead);
  const [first] = run.outcome.outcomes;
  return {
    ...run.outcome,
    first,
    failure: run.outcome.failures[0],
    unanswered: run.unanswered(),
    mayLand: run.mayLand,
  };
}
