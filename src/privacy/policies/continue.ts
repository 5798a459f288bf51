import { mayStillShow, mayWriteAgain } from '../again.ts';
import { allAnswered, fieldsToWrite } from '../plan.ts';
import { requestTimeout } from '../time.ts';
import { courseOf, type Policy } from './policy.ts';
import { Sending } from './sending.ts';

/** Each field goes its own way: what fails keeps none of the others back. */
export const continuePolicy: Policy = async (call, fields, first) => {
  const sending = new Sending(call, fields, { first: first?.snapshot });
  await writeAll(sending);
  return courseOf(sending);
};

/** Writes all at once, reads right behind them, and where that shows too little once more; the usual call is one round trip. */
export async function writeAll(sending: Sending): Promise<void> {
  const { call, fields } = sending;
  sending.write(fieldsToWrite(fields, 'CONTINUE'));
  if (sending.isDone) return;
  await sending.readBack({ afterReplies: false });
  if (sending.isDone) return;

  // The read showed too little: the server may have worked it off ahead of a write. With the replies in, the next read tells.
  await allAnswered(fields);
  // guard: a read that came before the replies is not the last word
  if (!sending.proof || sending.missing.some((field) => mayStillShow(field, sending.proof))) {
    await sending.readBack({ afterReplies: true });
  }
  if (sending.isDone) return;

  const announcements = call.announcements();
  const again = sending.missing.filter((field) => mayWriteAgain(field, sending.proof, announcements));
  if (again.length === 0 || requestTimeout(call.remaining()) === undefined) return;
  sending.write(again);
  await allAnswered(again);
  await sending.readBack({ afterReplies: true });
}
