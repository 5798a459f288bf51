import type { NoAnswer, Refusal, Reply } from '../wire/reply.ts';
import { childOf, childrenOf, type Stanza } from '../wire/stanza.ts';
import type { Contact } from './contacts/contact.ts';
import { contactAt } from './contacts/jids.ts';
import { Members } from './contacts/members.ts';
import { specOf, TIMER } from './fields.ts';
import type { RequestedChange } from './outcome.ts';
import type { PrivacyCall } from './port.ts';
import type { Snapshot } from './settings.ts';
import { requestTimeout } from './time.ts';

/** Stanzas of the default disappearing timer: WhatsApp shows it by usync, as it does of any contact, and sets it apart. */
const SERVER = 's.whatsapp.net';
const TAG = 'disappearing_mode';

/** @param jid the account's own; that of one of its devices will do. */
export function timerReadStanza(jid: string, sid: string): Stanza {
  const [user = ''] = jid.split(/[:@]/);
  const query: Stanza = { tag: 'query', attrs: {}, content: [{ tag: TAG, attrs: {} }] };
  const list: Stanza = { tag: 'list', attrs: {}, content: [{ tag: 'user', attrs: { jid: `${user}@${SERVER}` } }] };
  const attrs = { context: 'interactive', mode: 'query', sid, last: 'true', index: '0' };
  return {
    tag: 'iq',
    attrs: { to: SERVER, type: 'get', xmlns: 'usync' },
    content: [{ tag: 'usync', attrs, content: [query, list] }],
  };
}

export const timerWriteStanza = (seconds: string): Stanza => ({
  tag: 'iq',
  attrs: { to: SERVER, type: 'set', xmlns: TAG },
  content: [{ tag: TAG, attrs: { duration: seconds } }],
});

/** What came of a read of the timer: its seconds, as text. */
export type TimerOutcome = { readonly kind: 'timer'; readonly seconds: string } | Refusal | NoAnswer;

/**
 * Reads the reply to a `timerReadStanza`. One without a duration, about several users or about somebody else proves nothing.
 * @param own the account's own addresses, or those of one of its devices.
 */
export function timerIn(reply: Reply, ...own: readonly (string | undefined)[]): TimerOutcome {
  if (reply.kind !== 'result') return reply;
  const list = childOf(childOf(reply.stanza, 'usync') ?? reply.stanza, 'list');
  const [user, ...others] = list ? childrenOf(list) : [];
  const isOwn =
    user && others.length === 0 && isSame(contactAt(user.attrs['jid'], user.attrs['pn_jid']), contactAt(...own));
  const seconds = isOwn ? childOf(user, TAG)?.attrs['duration'] : undefined;
  return seconds !== undefined && /^\d{1,10}$/.test(seconds) ? { kind: 'timer', seconds } : { kind: 'odd' };
}

const isSame = (a: Contact | undefined, b: Contact | undefined): boolean =>
  a !== undefined && b !== undefined && new Members([a]).find(b) !== undefined;

const isTimer = ({ field }: RequestedChange): boolean => specOf(field).category === TIMER;

export const asksTimer = (changes: readonly RequestedChange[]): boolean => changes.some(isTimer);

/** Whether what is asked for can't be planned from that view, because it lacks the timer. */
export const needsTimer = (view: Snapshot, changes: readonly RequestedChange[]): boolean =>
  asksTimer(changes) && !view.categories.has(TIMER);

/** A view that has the timer, where WhatsApp shows it; else the one there is. */
export async function viewWithTimer(call: PrivacyCall, view: Snapshot): Promise<Snapshot> {
  const timeoutMs = requestTimeout(call.remaining());
  if (timeoutMs === undefined) return view;
  const read = await call.settings.read(call.port, timeoutMs, { timer: true });
  return read.kind === 'snapshot' ? read.snapshot : view;
}
