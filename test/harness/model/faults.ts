import type { CloseEvidence } from '../../../src/wire/link.ts';
import { TIMER } from '../../../src/privacy/fields.ts';
import type { Stanza } from '../../../src/wire/stanza.ts';

/** How WhatsApp, or the network, ends a connection that was logged in. */
export type Ending =
  /** Frames on their way are lost in both directions. */
  | { readonly how: 'cut' }
  /** Frames on their way to the service still arrive. */
  | { readonly how: 'fin' }
  /** Nobody answers any more, and nobody says so. */
  | { readonly how: 'deaf' }
  /** By a closing handshake, whose close frame is read ahead of the last word. The socket stays open. */
  | { readonly how: 'handshake'; readonly evidence?: CloseEvidence }
  | { readonly how: 'word'; readonly evidence: CloseEvidence };

/** The last word to a device that the phone no longer lists. */
export const REMOVED: CloseEvidence = {
  kind: 'stream_error',
  code: 401,
  child: 'conflict',
  conflict: 'device_removed',
};

/** What goes wrong with privacy requests, `times` times. */
export interface StanzaFault {
  readonly type: 'get' | 'set';
  readonly category?: string | undefined;
  /** So many are let through before. */
  skip?: number;
  times: number;
  readonly effect:
    | { readonly do: 'refuse'; readonly code: number; readonly afterMs: number }
    | { readonly do: 'silence'; readonly apply: boolean }
    /** `apply`: it is done before; `reply`: and answered. */
    | { readonly do: 'end'; readonly apply: boolean; readonly reply: boolean; readonly ending: Ending }
    /** The work, and with it the reply, comes behind stanzas that were sent later. */
    | { readonly do: 'late_work'; readonly ms: number }
    | { readonly do: 'late_reply'; readonly ms: number }
    /** A reply that is none: not `type="result"`, or without `<privacy>`. */
    | { readonly do: 'odd'; readonly apply: boolean }
    /** The read shows `error` for the category, or leaves it out. */
    | { readonly do: 'unknown_value'; readonly category: string; readonly hidden: boolean };
}

/** What goes wrong with a connection attempt, `times` times. */
export interface LoginFault {
  times: number;
  readonly effect:
    | { readonly do: 'word'; readonly evidence: CloseEvidence; readonly at: 'hello' | 'login' | 'success' }
    | { readonly do: 'close'; readonly at: LoginStage }
    | { readonly do: 'silence'; readonly at: 'hello' | 'login' | 'code' }
    /** The code that was asked for can't be typed. */
    | { readonly do: 'refuse'; readonly at: 'code'; readonly code: number };
}

/** `code`: a pairing code is asked for. */
export type LoginStage = 'hello' | 'login' | 'success' | 'code';

export const childrenOf = (stanza: Stanza | undefined): Stanza[] =>
  Array.isArray(stanza?.content) ? stanza.content : [];

/** The category that a write names, and its value. */
export function writtenBy(stanza: Stanza): { category: string; value: string } | undefined {
  const [privacy] = childrenOf(stanza);
  if (privacy?.tag === TIMER) return { category: TIMER, value: privacy.attrs['duration'] ?? '' };
  if (privacy?.tag !== 'privacy') return undefined;
  const { name, value } = childrenOf(privacy)[0]?.attrs ?? {};
  return name === undefined || value === undefined ? undefined : { category: name, value };
}

/** The next fault for this stanza, used up. */
export function takeStanzaFault(faults: StanzaFault[], stanza: Stanza): StanzaFault['effect'] | undefined {
  const category = writtenBy(stanza)?.category;
  const index = faults.findIndex(
    (fault) => fault.type === stanza.attrs['type'] && (fault.category === undefined || fault.category === category),
  );
  const fault = faults[index];
  if (fault?.skip) {
    fault.skip -= 1;
    return undefined;
  }
  return take(faults, index)?.effect;
}

export function takeLoginFault(faults: LoginFault[], at: LoginStage): LoginFault['effect'] | undefined {
  return take(
    faults,
    faults.findIndex(({ effect }) => effect.at === at),
  )?.effect;
}

function take<T extends { times: number }>(faults: T[], index: number): T | undefined {
  const fault = faults[index];
  if (!fault) return undefined;
  fault.times -= 1;
  if (fault.times <= 0) faults.splice(index, 1);
  return fault;
}
