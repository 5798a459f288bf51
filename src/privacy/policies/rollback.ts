import type { Stanza } from '../../wire/stanza.ts';
import { keeping } from '../call-variants.ts';
import type { FieldSpec } from '../fields.ts';
import { holds, judge, type Judged, type Proof } from '../judge.ts';
import type { OldList } from '../lists/put-back-list.ts';
import type { FieldUpdate } from '../plan.ts';
import type { PrivacyCall } from '../port.ts';
import { wireValue } from '../settings.ts';
import { LAST_SEND_MS } from '../time.ts';
import { writeAll } from './continue.ts';
import { judgePutBack } from './judge-put-back.ts';
import { isListBack, listsBefore } from './old-lists.ts';
import { courseOf, type Policy } from './policy.ts';
import { hasMembers, putBackStanza } from './put-back.ts';
import { isTimer, Sending } from './sending.ts';
import { skipBehind } from './stop.ts';

/**
 * So much of a call's time is kept for putting things back: 7 s for the replies to its writes, and 5 s for the last read.
 * With less than 5 s more nothing is begun.
 */
export const KEPT_FOR_ROLLBACK_MS = 7_000 + LAST_SEND_MS;

/** All of the fields come to hold, or what the call changed is put back. @throws ListUnreadError nothing was written */
export const rollbackPolicy: Policy = async (call, fields, first) => {
  const forth = keeping(call, KEPT_FOR_ROLLBACK_MS);
  const sending = new Sending(forth, fields, { first: first?.snapshot });
  const unsupported = fields.find(({ plan }) => plan === 'unsupported');
  const lists = first?.lists ?? (await listsBefore(forth, fields));
  // What is known to fail is not begun.
  if (unsupported) skipBehind(unsupported, fields);
  else await writeAll(sending);
  const changed = fields.filter(({ wasWritten }) => wasWritten);
  if (changed.length === 0 || fields.every((field) => holds(field, sending.proof))) return courseOf(sending);

  await call.whenOpen(Math.max(0, call.remaining() - 2 * LAST_SEND_MS));
  // What the phone changed meanwhile may be any of these.
  // guard: nothing is put back over an announced change, else false
  const isAnnounced = call.announcements() !== first?.announcements;
  const steps = isAnnounced
    ? []
    : changed.toReversed().flatMap((field) => backwards(field, oldListOf(field, lists), call, sending));
  const stanzas = new Map(steps.map(({ update, stanza }) => [update, stanza]));
  // In the reverse order, and all of them: one that was not answered may have landed, or may land yet.
  const back = new Sending(call, [...stanzas.keys()], {
    keepMs: LAST_SEND_MS,
    readsTimer: fields.some(isTimer),
    stanzaOf: (update) => stanzas.get(update),
  });
  // guard: what a call changed is put back
  await writeAll(back);
  const left = back.fields.some(({ answered, reply }) => answered && reply?.kind !== 'unsent');
  // A read that WhatsApp may have worked off ahead of a write is none of what that write has come to by now.
  const isSettled = back.proof?.afterReplies === true || !back.fields.some((field) => isOpen(field, back.proof));
  // guard: what was read before something was put back is no proof, else back.proof ?? sending.proof
  const proof = (isSettled ? back.proof : undefined) ?? (left ? undefined : sending.proof);
  const changedLists = await withOtherMembers(call, changed, lists);
  const written = [...fields, ...back.fields];
  // A read was all that had failed.
  const isDone = !left && fields.every((field) => holds(field, proof));
  const judgeOne = (field: FieldUpdate): Judged =>
    isDone ? judge(field, proof) : judgePutBack(field, sending.proof, proof, changedLists.includes(field.spec));
  return {
    proof,
    judged: fields.map(judgeOne),
    written,
    mayLand: proof === undefined || written.some(mayLand),
  };
};

/** It left, and was not refused, and the read does not show it. */
const isOpen = (field: FieldUpdate, proof: Proof | undefined): boolean =>
  field.answered !== undefined &&
  field.reply?.kind !== 'refused' &&
  field.reply?.kind !== 'unsent' &&
  !holds(field, proof);

const mayLand = ({ answered, reply }: FieldUpdate): boolean =>
  answered !== undefined && (!reply || reply.kind === 'lost' || reply.kind === 'timed_out');

/** One field on its way back. */
interface StepBack {
  readonly update: FieldUpdate;
  readonly stanza: Stanza;
}

/** What undoes an update; nothing where it is not known what was there. */
function backwards(field: FieldUpdate, list: OldList | undefined, call: PrivacyCall, { proof }: Sending): StepBack[] {
  const { spec, wire, replaced, announcements } = field;
  if (replaced === undefined) return [];
  const isThere = proof !== undefined && wireValue(proof.snapshot, spec) === replaced;
  const stanza = putBackStanza(spec, { wire: replaced, list }, call.usesLid(), isThere);
  if (!stanza) return [];
  const update: FieldUpdate = {
    spec,
    wire: replaced,
    previous: wire,
    plan: 'write',
    replaced: undefined,
    skippedAfter: undefined,
    answered: undefined,
    reply: undefined,
    wasWritten: false,
    announcements,
  };
  return [{ update, stanza }];
}

/** The fields whose old value has a list, where no read shows the same members on it again. */
async function withOtherMembers(call: PrivacyCall, fields: readonly FieldUpdate[], lists: Lists): Promise<FieldSpec[]> {
  const checked = fields.map(async (field) => {
    if (field.replaced === undefined || !hasMembers(field.replaced)) return [];
    const list = oldListOf(field, lists);
    return list && (await isListBack(call, field.spec, list)) ? [] : [field.spec];
  });
  return (await Promise.all(checked)).flat();
}

type Lists = ReadonlyMap<FieldSpec, OldList>;

/** Undefined where the field came to have a list only after the call's first read. */
const oldListOf = ({ spec, replaced, previous }: FieldUpdate, lists: Lists): OldList | undefined =>
  replaced === previous ? lists.get(spec) : undefined;
