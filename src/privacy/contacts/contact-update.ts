import type { Reply } from '../../wire/reply.ts';
import { isRetryable } from '../reply-cause.ts';
import type { LookedUp } from './look-up.ts';

/** A write that was to be sent. */
export interface ContactWrite {
  /** Resolves when it is answered or given up; undefined where it never left. */
  readonly answered: Promise<void> | undefined;
  /** Undefined until it is in. */
  reply: Reply | undefined;
  /** How many changes made elsewhere were announced when it left. */
  readonly announcements: number;
}

/** One contact on its way through the change of a list. */
export interface ContactUpdate {
  /** What the caller wrote, or how an answer names it whom the caller did not name. */
  readonly text: string;
  readonly wants: 'listed' | 'unlisted';
  readonly who: LookedUp;
  /** Those that were sent for it, oldest first. */
  readonly writes: ContactWrite[];
}

/** The reply to the last write that left, once it is in; `unsent` where none did. */
export function lastReply({ writes }: ContactUpdate): Reply | undefined {
  const left = writes.filter(({ reply }) => reply?.kind !== 'unsent');
  return (left.at(-1) ?? writes.at(-1))?.reply;
}

/** Whether a write left that WhatsApp did not refuse, as far as is known. */
export const wasWritten = ({ writes }: ContactUpdate): boolean => {
  // guard: a refused write puts nobody on a list, else writes.length > 0
  return writes.some(({ reply }) => reply?.kind !== 'refused' && reply?.kind !== 'unsent');
};

/** Whether a write left. */
export const wasSent = ({ writes }: ContactUpdate): boolean => writes.some(({ reply }) => reply?.kind !== 'unsent');

/** Whether WhatsApp refused a write for good: who is named there may not be on WhatsApp any more. */
export const wasRefused = ({ writes }: ContactUpdate): boolean =>
  writes.some(({ reply }) => reply?.kind === 'refused' && !isRetryable(reply.code));

export const isUnanswered = ({ reply, answered }: ContactWrite): boolean =>
  answered !== undefined && (!reply || reply.kind === 'timed_out');

/** WhatsApp's answer to a write that named another version of the list than the present one. */
export const STALE_VERSION = 409;

export const isStale = (update: ContactUpdate): boolean => {
  const reply = lastReply(update);
  return reply?.kind === 'refused' && reply.code === STALE_VERSION;
};
