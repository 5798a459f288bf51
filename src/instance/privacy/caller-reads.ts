import { abortable, type Call } from '../../call.ts';
import { PrivetError } from '../../errors.ts';
import { ListUnreadError } from '../../privacy/contacts/list-unread.ts';
import type { NoAnswer, Refusal } from '../../wire/reply.ts';
import { refusedBy } from '../refused-by.ts';
import type { Connected } from './connected.ts';

/** How often a read is asked for whose link ends under it. */
const READ_TRIES = 3;

/**
 * What a caller's read comes to; one whose link ended under it is asked again on the next link.
 * @throws InstanceNotConnectedError; PrivetError TIMEOUT; the signal's reason
 */
export async function readForCaller<T extends { readonly kind: string }>(
  connected: Connected,
  call: Call,
  read: () => Promise<T | Refusal | NoAnswer>,
): Promise<T | Refusal | NoAnswer> {
  let outcome: T | Refusal | NoAnswer = { kind: 'unsent' };
  for (let tries = 0; tries < READ_TRIES && isCutOff(outcome); tries += 1) {
    await connected.require(call);
    outcome = await abortable(read(), call.signal);
  }
  return outcome;
}

/** What was read, as a caller is told of it where the read comes to nothing. */
export interface ReadWords {
  /** Such as "the privacy read". */
  readonly read: string;
  /** What an odd answer lacks. */
  readonly lacks: string;
}

export const LIST_WORDS: ReadWords = { read: 'the read of the list', lacks: 'one' };

/** What a caller is told whose read came to nothing. */
export function unreadable(connected: Connected, words: ReadWords, failed: Refusal | NoAnswer): PrivetError {
  switch (failed.kind) {
    case 'timed_out':
      return new PrivetError('TIMEOUT', `WhatsApp did not answer ${words.read} in time`);
    case 'lost':
    case 'unsent':
      return connected.notConnected();
    case 'refused':
      return refusedBy(words.read, failed);
    case 'odd':
      return new PrivetError('WHATSAPP_ERROR', `WhatsApp answered ${words.read} without ${words.lacks}`);
  }
}

/** Tells the caller of an update why it could not read a list. @throws as `readForCaller`; PrivetError WHATSAPP_ERROR */
export async function tellUnreadList<T>(connected: Connected, update: Promise<T>): Promise<T> {
  try {
    return await update;
  } catch (error) {
    throw error instanceof ListUnreadError ? unreadable(connected, LIST_WORDS, error.reply) : error;
  }
}

const isCutOff = ({ kind }: { readonly kind: string }): boolean => kind === 'lost' || kind === 'unsent';
