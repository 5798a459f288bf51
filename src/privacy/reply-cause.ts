import type { Reply } from '../wire/reply.ts';
import type { PartialFailure, PartialFailureCode } from './outcome.ts';

/** Why something does not hold. */
export type Cause = Pick<PartialFailure, 'message' | 'retryable'> & {
  readonly code: Exclude<PartialFailureCode, 'ROLLED_BACK'>;
};

/** WhatsApp's codes for "not now": whatever else it refuses is final. */
const RETRYABLE_REFUSALS: ReadonlySet<number> = new Set([409, 429, 500, 503, 530]);

export const isRetryable = (code: number): boolean => RETRYABLE_REFUSALS.has(code);

const UNANSWERED: Cause = { code: 'TIMED_OUT', message: 'WhatsApp did not answer the change in time', retryable: true };

/**
 * What the reply to a write says of why it does not hold; undefined where it says nothing of that.
 * @param reply undefined where none is in.
 * @param wasSent whether a write was sent.
 */
export function causeInReply(reply: Reply | undefined, wasSent: boolean): Cause | undefined {
  switch (reply?.kind) {
    case 'refused': {
      const text = reply.text ? ` ${reply.text}` : '';
      const message = `WhatsApp refused the change: ${reply.code}${text}`;
      return { code: 'REJECTED', message, retryable: isRetryable(reply.code) };
    }
    case 'timed_out':
      return UNANSWERED;
    case 'lost':
      return { code: 'CONNECTION_LOST', message: 'The connection went before WhatsApp answered', retryable: true };
    case 'unsent':
      return { code: 'SKIPPED', message: 'Not sent: the connection or the time ran out before', retryable: true };
    case 'odd':
    case 'result':
      return undefined;
    case undefined:
      return wasSent ? UNANSWERED : undefined;
  }
}
