import { PrivetError, RetryLaterError } from '../errors.ts';
import { isRetryable } from '../privacy/reply-cause.ts';
import type { Refusal } from '../wire/reply.ts';

const RETRY_MS = 5_000;

/** What a caller is told where WhatsApp refuses a request as a whole. */
export function refusedBy(request: string, { code, text }: Refusal): PrivetError {
  const message = `WhatsApp refused ${request}: ${code} ${text}`.trim();
  return isRetryable(code)
    ? new RetryLaterError('OVERLOADED', message, RETRY_MS)
    : new PrivetError('WHATSAPP_ERROR', message);
}
