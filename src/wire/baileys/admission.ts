import type { EventEmitter } from 'node:events';
import { guardListeners } from '../guard.ts';
import { childOf, type Stanza } from '../stanza.ts';

/** The device that hears the stanzas. */
export interface Listener {
  isPaired(): boolean;
  /** Whether this `pair-success` may link it. */
  mayLink(stanza: Stanza): boolean;
}

type Admit = (stanza: Stanza, paired: boolean, listener: Listener) => boolean;

const always: Admit = () => true;
const whenPaired: Admit = (stanza, paired) => paired && stanza.attrs['from'] !== undefined;

/** How Baileys reads the server's own address. */
const SERVER = '@s.whatsapp.net';

/**
 * The stanzas that Baileys' own listeners hear; it has more listeners than these. What is left out is of no use here
 * and could do harm:
 * - a pairing offer on a link that is logged in, or one whose second ref is empty: the timer that shows it would throw;
 * - `edge_routing`: it is put in front of every later connection, so that a wrong one locks the device out for good;
 * - the dirty bits of groups: Baileys fetches all groups, and ends the link where that fails;
 * - presence, chat states, other notifications: they run code that asks WhatsApp for more, or writes keys.
 */
const ADMITTED: Readonly<Record<string, Admit>> = {
  'CB:iq,type:set,pair-device': (stanza, paired) => !paired && isOffer(stanza),
  'CB:iq,,pair-success': (stanza, paired, listener) => !paired && listener.mayLink(stanza),
  'CB:success': (_, paired) => paired,
  'CB:stream:error': always,
  'CB:failure': always,
  'CB:xmlstreamend': always,
  'CB:ib,,offline_preview': always,
  'CB:ib,,offline': always,
  'CB:ib,,dirty': (stanza) => childOf(stanza, 'dirty')?.attrs['type'] === 'account_sync',
  'CB:message': whenPaired,
  'CB:receipt': whenPaired,
  'CB:call': whenPaired,
  'CB:notification': (stanza, paired) => isWorkFor(stanza, paired),
};

/**
 * Lets Baileys' listeners hear only the stanzas above, and guards all that there are. Those added later hear everything, and
 * are not guarded.
 */
export function admitStanzas(emitter: EventEmitter, device: Listener, onFault: (error: unknown) => void): void {
  for (const event of emitter.eventNames()) {
    if (isOfStanza(event) && !ADMITTED[event]) emitter.removeAllListeners(event);
  }
  guardListeners(emitter, onFault, (event, stanza) => {
    const admit = isOfStanza(event) ? ADMITTED[event] : undefined;
    return !admit || admit(stanza as Stanza, device.isPaired(), device);
  });
}

const isOfStanza = (event: string | symbol): event is string => typeof event === 'string' && event.startsWith('CB:');

/** Whether this notification asks for something that a device has to do: more pre-keys, or the next step of a pairing. */
export function isWorkFor({ attrs }: Stanza, paired: boolean): boolean {
  return paired ? attrs['type'] === 'encrypt' && attrs['from'] === SERVER : attrs['type'] === 'link_code_companion_reg';
}

/** Each ref has something to show. */
function isOffer(stanza: Stanza): boolean {
  const { content } = childOf(stanza, 'pair-device') ?? {};
  const refs = Array.isArray(content) ? content.filter(({ tag }) => tag === 'ref') : [];
  return refs.length > 0 && refs.every((ref) => typeof ref.content === 'string' || ref.content instanceof Uint8Array);
}
