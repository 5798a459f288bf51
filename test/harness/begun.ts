import type { Credentials } from './model/frames.ts';
import type { Call, LinkTrace, Trace } from './trace.ts';

type NewCall = Pick<Call, 'kind' | 'slot' | 'incarnation'> &
  Partial<Pick<Call, 'changes' | 'terms' | 'seen' | 'wanted'>>;

/** A call of a user, noted down as it begins. */
export function noteCall(trace: Trace, given: NewCall): Call {
  const call: Call = {
    n: trace.calls.length + 1,
    changes: [],
    terms: {},
    seen: undefined,
    wanted: undefined,
    ...given,
    startSeq: trace.seq(),
    startAt: trace.clock.monotonic(),
    endSeq: undefined,
    endAt: undefined,
    judged: false,
    crashed: false,
    done: Promise.resolve(),
    outcome: undefined,
    snapshot: undefined,
    listOutcome: undefined,
    listReading: undefined,
    error: undefined,
    requests: [],
  };
  trace.calls.push(call);
  return call;
}

type NewLink = Pick<LinkTrace, 'slot' | 'incarnation' | 'credentials' | 'openedAt'> &
  Partial<Pick<LinkTrace, 'epoch' | 'isDead'>>;

/** A link as it is before anything happened on it. It is not among those of the trace yet. */
export const newLink = (trace: Trace, given: NewLink): LinkTrace => ({
  n: trace.links.length + 1,
  openedSeq: trace.seq(),
  wasHeard: false,
  qr: undefined,
  pairsUntil: undefined,
  codeConfirmed: false,
  gone: false,
  isDead: false,
  goneAt: undefined,
  evidence: undefined,
  endedAt: undefined,
  serverWord: undefined,
  wordBeforeClose: undefined,
  openAt: undefined,
  wasOpen: false,
  atOnce: false,
  pending: 0,
  lastReplyAt: 0,
  ...given,
});

/** The process of that number died: its links and its calls end with it. */
export function endWithProcess({ links, calls }: Trace, n: number, now: number): void {
  for (const link of links) {
    if (link.incarnation !== n) continue;
    link.isDead = true;
    if (link.endedAt !== undefined) continue;
    link.gone = true;
    link.goneAt ??= now;
    link.endedAt = now;
  }
  for (const call of calls) if (call.incarnation === n && call.endSeq === undefined) call.crashed = true;
}

/** Whether what a link tells WhatsApp was committed before, in the credentials or after them. */
export const isStoredIn = (text: string | undefined, { device, keys }: Credentials): boolean => {
  const stored = text === undefined ? undefined : (JSON.parse(text) as Credentials);
  return stored?.device === device && stored.keys >= keys;
};
