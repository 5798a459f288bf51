import type { BinaryNode } from '@whiskeysockets/baileys';
import type { Fault, Faults, StanzaFault } from './faults.ts';
import { type IqContext, type Plan, planIq } from './iq.ts';
import { iqError, iqOdd, iqResult, Refusal, streamError } from './nodes.ts';

export const isRequest = ({ tag, attrs }: BinaryNode): boolean =>
  tag === 'iq' && (attrs['type'] === 'get' || attrs['type'] === 'set');

/** Takes a stanza of a device that is logged in. What is not a request needs no answer. */
export function takeStanza(stanza: BinaryNode, context: IqContext, faults: Faults): void {
  context.account.log.add(stanza);
  if (!isRequest(stanza)) return;
  // A request without an id could never be answered.
  if (!stanza.attrs['id']) return context.link.finish(streamError(400));
  let plan: Plan;
  try {
    plan = planIq(stanza, context);
  } catch (error) {
    const code = error instanceof Refusal ? error.code : 500;
    plan = { work: () => refuse(code) };
  }
  answer(stanza, plan, context, faults.forStanza(stanza, context.account.phoneNumber));
}

function refuse(code: number): never {
  throw new Refusal(code);
}

/** Carries out a plan and answers, as the fault wants it where there is one. */
export function answer(
  stanza: BinaryNode,
  plan: Plan,
  { link }: Pick<IqContext, 'link'>,
  fault: StanzaFault | undefined,
): void {
  const work = (): BinaryNode => {
    try {
      return iqResult(stanza, plan.work());
    } catch (error) {
      if (error instanceof Refusal) return iqError(stanza, error.code);
      throw error;
    }
  };
  const reply = (node: BinaryNode): void => {
    link.send(node);
    if (node.attrs['type'] === 'result') plan.after?.();
  };
  if (!fault) return reply(work());
  if (fault.do === 'delay') return delay(fault, link, work, reply);
  if (fault.apply) work();
  if (fault.do === 'error') link.send(iqError(stanza, fault.code ?? 500, fault.text));
  else if (fault.do === 'empty') link.send(iqResult(stanza));
  else if (fault.do === 'odd') link.send(iqOdd(stanza));
  else if (fault.do === 'close') link.cut('close');
  else if (fault.do === 'stream-error') link.finish(streamError(fault.code ?? 503));
}

function delay(
  fault: Extract<Fault, { do: 'delay' }>,
  link: IqContext['link'],
  work: () => BinaryNode,
  reply: (node: BinaryNode) => void,
): void {
  if (fault.delay !== 'work') {
    const done = work();
    link.later(fault.ms, () => reply(done));
  } else if (fault.survive) {
    setTimeout(() => reply(work()), fault.ms).unref();
  } else {
    link.later(fault.ms, () => reply(work()));
  }
}
