import { planRead, planWrite, privacyNode } from '../../../simulator/privacy.ts';
import { readTimer } from '../../../simulator/timer.ts';
import { TIMER } from '../../../src/privacy/fields.ts';
import { Refusal } from '../../../simulator/nodes.ts';
import type { Stanza } from '../../../src/wire/stanza.ts';
import type { Request, Trace } from '../trace.ts';
import type { Account } from './account.ts';
import { membersOf, planOfLists } from './lists.ts';
import { REMOVED, takeStanzaFault, writtenBy } from './faults.ts';
import type { ServerLink } from './server-link.ts';

export const resultTo = (id: string, content?: Stanza[]): Stanza => ({
  tag: 'iq',
  attrs: { type: 'result', id },
  ...(content ? { content } : {}),
});

export const errorTo = (id: string, code: number): Stanza => ({
  tag: 'iq',
  attrs: { type: 'error', id },
  content: [{ tag: 'error', attrs: { code: String(code), text: `code-${code}` } }],
});

const resultOf = ({ attrs }: Stanza, content?: Stanza[]): Stanza => resultTo(attrs['id'] ?? '', content);

const errorOf = ({ attrs }: Stanza, code: number): Stanza => errorTo(attrs['id'] ?? '', code);

const isUnlink = (stanza: Stanza): boolean => stanza.attrs['xmlns'] === 'md';

/** Takes a request by the simulator's own rules, or by the fault that is set for it. */
export function answerIq(link: ServerLink, account: Account, stanza: Stanza, request: Request, trace: Trace): void {
  request.received = trace.seq();
  const reply = (answer: Stanza): void => link.send({ kind: 'reply', stanza: answer });
  const fault = takeStanzaFault(account.stanzaFaults, stanza);
  if (fault) trace.note(account.slot, `fault at WhatsApp: ${JSON.stringify(fault)}`);
  if (fault?.do === 'refuse') {
    request.refused = fault.code;
    if (fault.afterMs > 0) return link.later(fault.afterMs, () => reply(errorOf(stanza, fault.code)));
    return reply(errorOf(stanza, fault.code));
  }
  let planned: () => Stanza[] | undefined;
  try {
    planned = isUnlink(stanza) ? () => link.forgetDevice() : plan(account, stanza, request, trace, link);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    request.refused = error.code;
    // A read of a list that the account can't have harms nobody.
    const isHarmless = request.kind === 'list_read' && !account.privacy.has(request.category);
    const text = (): string => `request ${request.seq} gets ${error.code} ${error.message}`;
    trace.expect(isHarmless, 'WhatsApp takes what it is sent', text);
    return reply(errorOf(stanza, error.code));
  }
  /** Undefined where it was refused because of what happened meanwhile. */
  const work = (): { readonly content: Stanza[] | undefined } | undefined => {
    try {
      return { content: planned() };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      request.refused = error.code;
      return undefined;
    }
  };
  const answerOf = (done: ReturnType<typeof work>): Stanza =>
    done ? resultOf(stanza, done.content) : errorOf(stanza, request.refused ?? 500);
  const answer = (): void => {
    const done = work();
    reply(answerOf(done));
    if (!done) return;
    request.acknowledged = true;
    if (isUnlink(stanza)) link.end({ how: 'word', evidence: REMOVED });
  };
  switch (fault?.do) {
    case undefined:
      return answer();
    case 'silence':
      if (fault.apply) work();
      return;
    case 'end':
      if (fault.reply) answer();
      else if (fault.apply) work();
      return link.end(fault.ending);
    case 'late_work':
      return link.later(fault.ms, answer);
    case 'late_reply': {
      const done = work();
      request.acknowledged = done !== undefined;
      return link.later(fault.ms, () => reply(answerOf(done)));
    }
    case 'odd': {
      if (fault.apply) work();
      request.shows = undefined;
      request.showsMembers = undefined;
      request.showsTimer = undefined;
      const isRead = stanza.attrs['type'] === 'get';
      return reply(isRead ? resultOf(stanza, []) : { tag: 'iq', attrs: { id: stanza.attrs['id'] ?? '' } });
    }
    case 'unknown_value': {
      if (request.kind !== 'read') return reply(resultOf(stanza, []));
      const privacy = new Map(account.privacy);
      if (fault.hidden) privacy.delete(fault.category);
      else if (privacy.has(fault.category)) privacy.set(fault.category, 'error');
      request.blurred = true;
      return reply(resultOf(stanza, shownOf(privacy, request, trace)));
    }
  }
}

function plan(account: Account, stanza: Stanza, request: Request, trace: Trace, link: ServerLink): () => Stanza[] {
  const { people, privacy } = account;
  const context = { privacy, owner: account, people };
  if (request.kind === 'read') {
    planRead(stanza, context);
    return () => shownOf(privacy, request, trace);
  }
  if (request.category === TIMER) return planTimer(account, stanza, request, trace, link);
  if (request.kind !== 'write') return planOfLists(account, stanza, request, trace, link);
  const work = planWrite(stanza, context);
  const written = writtenBy(stanza);
  return (): Stanza[] => {
    const category = written?.category ?? '';
    const before = { value: privacy.get(category), members: membersOf(account, category) };
    const content = work();
    request.worked = trace.seq();
    if (written) {
      trace.note(account.slot, `WhatsApp sets ${written.category}=${written.value} (request ${request.seq})`);
      trace.changes.push({ seq: request.worked, slot: account.slot, ...written, by: request });
      const after = membersOf(account, category);
      if (before.members ?? after) {
        const change = { seq: request.worked, slot: account.slot, list: category, by: request };
        trace.listChanges.push({ ...change, before: before.members, after });
      }
      if (before.value !== written.value) account.changed(link.device);
    }
    return content;
  };
}

function planTimer(account: Account, stanza: Stanza, request: Request, trace: Trace, link: ServerLink): () => Stanza[] {
  const seconds = readTimer(stanza);
  return (): Stanza[] => {
    const isChange = account.timer.seconds !== seconds;
    account.timer.set(seconds);
    request.worked = trace.seq();
    trace.note(account.slot, `WhatsApp sets the timer to ${seconds} (request ${request.seq})`);
    trace.changes.push({
      seq: request.worked,
      slot: account.slot,
      category: TIMER,
      value: String(seconds),
      by: request,
    });
    if (isChange) account.changed(link.device);
    return [];
  };
}

function shownOf(privacy: Iterable<[string, string]>, request: Request, trace: Trace): Stanza[] {
  request.worked = trace.seq();
  request.shows = new Map(privacy);
  return [privacyNode(privacy)];
}
