import type { Stanza } from '../../src/wire/stanza.ts';
import { writtenBy } from './model/faults.ts';
import { callContext, type LinkTrace, type Request, type Trace } from './trace.ts';

/** Notes down what the service asks for, and for which call. */
export function recordRequest(trace: Trace, link: LinkTrace, stanza: Stanza, timeoutMs: number): Request {
  const isPrivacy = stanza.attrs['xmlns'] === 'privacy';
  const written = isPrivacy ? writtenBy(stanza) : undefined;
  const caller = callContext.getStore();
  const isCall = caller && !caller.judged && caller.endSeq === undefined && ['update', 'read'].includes(caller.kind);
  const call = isCall ? caller : undefined;
  const kind = !isPrivacy ? 'other' : stanza.attrs['type'] === 'get' ? 'read' : 'write';
  const request: Request = {
    seq: trace.seq(),
    at: trace.clock.monotonic(),
    link,
    call,
    kind,
    category: written?.category ?? '',
    value: written?.value ?? '',
    timeoutMs,
    left: false,
    received: undefined,
    worked: undefined,
    refused: undefined,
    acknowledged: false,
    shows: undefined,
    blurred: false,
    reply: undefined,
    replySeq: undefined,
    replyAt: undefined,
  };
  trace.requests.push(request);
  call?.requests.push(request);
  const what = kind === 'write' ? `${request.category}=${request.value}` : kind;
  trace.note(
    link.slot,
    `request ${request.seq} on link ${link.n}${call ? ` for ${call.kind} ${call.n}` : ''}: ${what}`,
  );
  return request;
}
