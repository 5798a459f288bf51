import type { BinaryNode } from '@whiskeysockets/baileys';
import { kindOf } from './stanza-kind.ts';

/** Which stanzas a fault is for. A key that is left out matches anything. */
interface FaultMatch {
  readonly xmlns?: string;
  readonly type?: string;
  /** The category that a privacy write names, or a read of its list. */
  readonly category?: string;
  /** Whether it reads or writes an exclusion list. */
  readonly list?: boolean;
}

/** Something that goes wrong, `times` times (always where that is left out), for one account or for any. */
export type Fault = {
  readonly phoneNumber?: string;
  readonly times?: number;
} & (
  | {
      /**
       * `error` answers with an error, `silence` not at all, `empty` with a result that has nothing in it, `odd` with an IQ
       * that is neither a result nor an error; `close` ends the TCP stream, `stream-error` sends one and hangs up. The work
       * is done only where `apply` is set.
       */
      readonly do: 'error' | 'silence' | 'empty' | 'odd' | 'close' | 'stream-error';
      readonly match: FaultMatch;
      readonly apply?: boolean;
      /** Of the error, 500 by default; of the stream error, 503 by default. */
      readonly code?: number;
      /** What the error says, where it is not what goes with its code. */
      readonly text?: string;
    }
  | {
      readonly do: 'delay';
      readonly match: FaultMatch;
      readonly ms: number;
      /** What comes later: the reply alone (the default), or the work and with it the reply. */
      readonly delay?: 'work' | 'reply';
      /** Work that was put off dies with its link; with this it is done all the same. */
      readonly survive?: boolean;
    }
  /** A login that is neither accepted nor refused. */
  | { readonly do: 'no-success' }
  /** A login that is refused with `<failure reason>`, 401 by default. */
  | { readonly do: 'failure'; readonly code?: number }
  /** A companion is linked with an HMAC by somebody who did not see its secret, or a signature by another account. */
  | { readonly do: 'forge-hmac' | 'forge-signature' }
  /** Right behind what links a companion, however that is forged, its phone links it once more. */
  | { readonly do: 'link-again' }
  /** A companion that was linked is not told to come back. */
  | { readonly do: 'no-restart' }
  /** A connection whose upgrade, or whose hello, is not answered. The account is not known yet. */
  | { readonly do: 'no-upgrade' | 'no-hello' }
  /** An upgrade answered as if the client had offered to take compressed messages. The account is not known yet. */
  | { readonly do: 'compress' }
  /** An upgrade to WebSocket answered with this HTTP status, 503 by default. The account is not known yet. */
  | { readonly do: 'refuse-upgrade'; readonly code?: number }
);

export type StanzaFault = Extract<Fault, { match: FaultMatch }>;
export type LinkingFault = 'forge-hmac' | 'forge-signature' | 'link-again' | 'no-restart';
export type LoginFault = Extract<Fault, { do: 'no-success' | 'failure' }>;

/** Dispose it to take the fault back. */
export interface FaultHandle extends Disposable {
  /** How often the fault has struck. */
  readonly hits: number;
}

interface Entry {
  readonly fault: Fault;
  hits: number;
}

export class Faults {
  readonly #entries = new Set<Entry>();

  add(fault: Fault): FaultHandle {
    const entry: Entry = { fault, hits: 0 };
    this.#entries.add(entry);
    return {
      get hits() {
        return entry.hits;
      },
      [Symbol.dispose]: () => void this.#entries.delete(entry),
    };
  }

  clear(): void {
    this.#entries.clear();
  }

  forStanza(stanza: BinaryNode, phoneNumber: string | undefined): StanzaFault | undefined {
    for (const entry of this.#entries) {
      const { fault } = entry;
      if (!('match' in fault) || !concerns(fault, phoneNumber) || !matches(fault.match, stanza)) continue;
      this.#strike(entry);
      return fault;
    }
    return undefined;
  }

  forLogin(phoneNumber: string): LoginFault | undefined {
    for (const entry of this.#entries) {
      const { fault } = entry;
      if ((fault.do !== 'no-success' && fault.do !== 'failure') || !concerns(fault, phoneNumber)) continue;
      this.#strike(entry);
      return fault;
    }
    return undefined;
  }

  /** Whether this goes wrong where a companion is linked to this account. */
  forLinking(what: LinkingFault, phoneNumber: string): boolean {
    const entry = [...this.#entries].find(({ fault }) => fault.do === what && concerns(fault, phoneNumber));
    if (entry) this.#strike(entry);
    return entry !== undefined;
  }

  /** The HTTP status to refuse an upgrade with. */
  forUpgrade(): number | undefined {
    for (const entry of this.#entries) {
      if (entry.fault.do !== 'refuse-upgrade') continue;
      this.#strike(entry);
      return entry.fault.code ?? 503;
    }
    return undefined;
  }

  /** Whether the next upgrade, or the next hello, is not answered, or answered in another way than it was asked for. */
  forAny(what: 'no-upgrade' | 'no-hello' | 'compress'): boolean {
    const entry = [...this.#entries].find(({ fault }) => fault.do === what);
    if (entry) this.#strike(entry);
    return entry !== undefined;
  }

  #strike(entry: Entry): void {
    entry.hits += 1;
    if (entry.fault.times !== undefined && entry.hits >= entry.fault.times) this.#entries.delete(entry);
  }
}

const concerns = (fault: Fault, phoneNumber: string | undefined): boolean =>
  fault.phoneNumber === undefined || fault.phoneNumber === phoneNumber;

function matches(match: FaultMatch, stanza: BinaryNode): boolean {
  const { xmlns, type } = stanza.attrs;
  if (match.xmlns !== undefined && match.xmlns !== xmlns) return false;
  if (match.type !== undefined && match.type !== type) return false;
  const { category, list } = kindOf(stanza);
  if (match.list !== undefined && match.list !== (list === 'exclusions')) return false;
  return match.category === undefined || match.category === category;
}
