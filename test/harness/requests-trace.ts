import type { Stanza } from '../../src/wire/stanza.ts';
import { TIMER } from '../../src/privacy/fields.ts';
import { kindOf } from '../../simulator/stanza-kind.ts';
import { childrenOf, writtenBy } from './model/faults.ts';
import { type CallKind, callContext, type LinkTrace, type NamedUser, type Request, type Trace } from './trace.ts';

/** Calls that send requests of their own. */
const ASKING: ReadonlySet<CallKind> = new Set(['update', 'read', 'exclusions', 'blocks', 'exclude', 'block']);

interface Described {
  readonly kind: Request['kind'];
  /** The category of a list, or `blocklist`. */
  readonly list?: string;
  readonly users: readonly NamedUser[];
}

function describe(stanza: Stanza): Described {
  const { xmlns, type } = stanza.attrs;
  const isRead = type === 'get';
  const { list, category = '' } = kindOf(stanza);
  const users = (items: readonly Stanza[]): NamedUser[] =>
    items.map(({ attrs }) => ({ action: attrs['action'] ?? '', jid: attrs['jid'] ?? '' }));
  if (list === 'people') {
    const asked = childrenOf(childrenOf(childrenOf(stanza)[0])[0]).map(({ tag }) => tag);
    return asked.includes(TIMER) ? { kind: 'timer_read', users: [] } : { kind: 'people', users: [] };
  }
  if (list === 'blocklist') {
    return { kind: isRead ? 'blocks_read' : 'block', list: 'blocklist', users: users(childrenOf(stanza)) };
  }
  if (list === 'exclusions') {
    const members = childrenOf(childrenOf(childrenOf(stanza)[0])[0]);
    return { kind: isRead ? 'list_read' : 'list_write', list: category, users: users(members) };
  }
  if (xmlns === TIMER) return { kind: 'write', users: [] };
  if (xmlns !== 'privacy') return { kind: 'other', users: [] };
  return { kind: isRead ? 'read' : 'write', users: [] };
}

/** Notes down what the service asks for, and for which call. */
export function recordRequest(trace: Trace, link: LinkTrace, stanza: Stanza, timeoutMs: number): Request {
  const { kind, list, users } = describe(stanza);
  const written = writtenBy(stanza);
  const caller = callContext.getStore();
  // A change of a list that may have changed a setting leaves it to the session to read that.
  const isOwn = kind !== 'read' || !caller?.wanted;
  const isCall = caller && isOwn && !caller.judged && caller.endSeq === undefined && ASKING.has(caller.kind);
  const call = isCall ? caller : undefined;
  const request: Request = {
    seq: trace.seq(),
    at: trace.clock.monotonic(),
    link,
    call,
    kind,
    category: list ?? written?.category ?? '',
    value: written?.value ?? '',
    users,
    timeoutMs,
    left: false,
    received: undefined,
    worked: undefined,
    refused: undefined,
    acknowledged: false,
    shows: undefined,
    showsMembers: undefined,
    showsTimer: undefined,
    blurred: false,
    reply: undefined,
    replySeq: undefined,
    replyAt: undefined,
  };
  trace.requests.push(request);
  call?.requests.push(request);
  const whom = users.map(({ action, jid }) => ` ${action} ${jid}`).join('');
  const what = kind === 'write' ? `${request.category}=${request.value}` : `${kind} ${list ?? ''}${whom}`.trim();
  trace.note(
    link.slot,
    `request ${request.seq} on link ${link.n}${call ? ` for ${call.kind} ${call.n}` : ''}: ${what}`,
  );
  return request;
}
