import { mayWriteAgain } from '../again.ts';
import { fieldsToWrite, type FieldUpdate } from '../plan.ts';
import { LAST_SEND_MS } from '../time.ts';
import { courseOf, type Policy } from './policy.ts';
import { Sending } from './sending.ts';

/** Nothing is written any more once a field has failed. Each write waits for the reply to the one before. */
export const stopPolicy: Policy = async (call, fields, first) => {
  const sending = new Sending(call, fields, { first: first?.snapshot, keepMs: LAST_SEND_MS });
  await writeInTurn(sending);
  return courseOf(sending);
};

async function writeInTurn(sending: Sending): Promise<void> {
  const { call, fields } = sending;
  const unsupported = fields.find(({ plan }) => plan === 'unsupported');
  const failed = (await firstToFail(sending, fieldsToWrite(fields, 'STOP'))) ?? unsupported;
  if (failed) skipBehind(failed, fields);
  if (sending.isDone) return;
  await sending.readBack({ afterReplies: true });
  // guard: nothing is written behind a failure, else sending.isDone
  if (failed || sending.isDone) return;

  const announcements = call.announcements();
  const again = sending.missing.filter((field) => mayWriteAgain(field, sending.proof, announcements));
  if (again.length === 0) return;
  const failedAgain = await firstToFail(sending, again);
  if (failedAgain) skipBehind(failedAgain, fields);
  await sending.readBack({ afterReplies: true });
}

/** Writes one after the other, up to one that WhatsApp does not acknowledge: that one. */
async function firstToFail(sending: Sending, fields: readonly FieldUpdate[]): Promise<FieldUpdate | undefined> {
  for (const field of fields) {
    sending.write([field]);
    await field.answered;
    // guard: STOP ends with the first failure, else false
    if (field.reply?.kind !== 'result') return field;
  }
  return undefined;
}

/** What was not written by then never is. */
export function skipBehind(failed: FieldUpdate, fields: readonly FieldUpdate[]): void {
  for (const field of fields) if (field !== failed && !field.answered) field.skippedAfter = failed.spec.field;
}
