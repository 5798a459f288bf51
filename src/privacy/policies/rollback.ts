import { holds, judge, type Judged, type Proof } from '../judge.ts';
import type { FieldUpdate } from '../plan.ts';
import type { PrivacyCall } from '../port.ts';
import { wireValue } from '../settings.ts';
import { LAST_SEND_MS } from '../time.ts';
import { writeAll } from './continue.ts';
import { keeping } from './own-call.ts';
import { courseOf, type Policy } from './policy.ts';
import { putBackStanza } from './put-back.ts';
import { isTimer, Sending } from './sending.ts';
import { skipBehind } from './stop.ts';

/**
 * So much of a call's time is kept for putting things back: 7 s for the replies to its writes, and 5 s for the last read.
 * With less than 5 s more nothing is begun.
 */
export const KEPT_FOR_ROLLBACK_MS = 7_000 + LAST_SEND_MS;

/** All of the fields come to hold, or what the call changed is put back. */
export const rollbackPolicy: Policy = async (call, fields, first) => {
  const sending = new Sending(keeping(call, KEPT_FOR_ROLLBACK_MS), fields, { first: first?.snapshot });
  const unsupported = fields.find(({ plan }) => plan === 'unsupported');
  // What is known to fail is not begun.
  if (unsupported) skipBehind(unsupported, fields);
  else await writeAll(sending);
  const changed = fields.filter(({ wasWritten }) => wasWritten);
  if (changed.length === 0 || fields.every((field) => holds(field, sending.proof))) return courseOf(sending);

  const back = await putBack(call, changed, first?.announcements, fields.some(isTimer));
  const left = back.fields.some(({ answered, reply }) => answered && reply?.kind !== 'unsent');
  // What was read before something was put back is no proof.
  const proof = back.proof ?? (left ? undefined : sending.proof);
  const written = [...fields, ...back.fields];
  return {
    proof,
    judged: fields.map((field) => judgePutBack(field, sending.proof, proof)),
    written,
    mayLand: proof === undefined || written.some(mayLand),
  };
};

const mayLand = ({ answered, reply }: FieldUpdate): boolean =>
  answered !== undefined && (!reply || reply.kind === 'lost' || reply.kind === 'timed_out');

/** Writes the old values in the reverse order, all of them: one that was not answered may have landed, or may land yet. */
async function putBack(
  call: PrivacyCall,
  changed: readonly FieldUpdate[],
  announcements: number | undefined,
  readsTimer: boolean,
): Promise<Sending> {
  await call.whenOpen(Math.max(0, call.remaining() - 2 * LAST_SEND_MS));
  // What the phone changed meanwhile may be any of these.
  const isAnnounced = announcements !== call.announcements();
  const fields = isAnnounced ? [] : changed.toReversed().flatMap(backwards);
  const sending = new Sending(call, fields, {
    keepMs: LAST_SEND_MS,
    readsTimer,
    stanzaOf: ({ spec, wire }) => putBackStanza(spec, { wire }),
  });
  await writeAll(sending);
  return sending;
}

/** The update that undoes this one; none where it is not known what was there. */
function backwards({ spec, wire, replaced, announcements }: FieldUpdate): FieldUpdate[] {
  if (replaced === undefined) return [];
  return [
    {
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
    },
  ];
}

/** @param before the proof before anything was put back, @param proof what holds in the end. */
function judgePutBack(field: FieldUpdate, before: Proof | undefined, proof: Proof | undefined): Judged {
  if (!field.wasWritten) return judge(field, proof);
  const isBack =
    field.replaced !== undefined && proof !== undefined && wireValue(proof.snapshot, field.spec) === field.replaced;
  const now = judge(field, proof);
  const outcome = { ...now.outcome, rolledBack: isBack };
  if (!now.failure) return { outcome };
  const why = judge(field, before).failure ?? {
    ...now.failure,
    ...(isBack && {
      code: 'ROLLED_BACK' as const,
      message: 'WhatsApp took it, and it was put back because another field failed',
      retryable: true,
    }),
  };
  return { outcome, failure: { ...why, current: now.failure.current } };
}
