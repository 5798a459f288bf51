/** A request to WhatsApp waits this long at most, in milliseconds. */
export const REQUEST_TIMEOUT_MS = 10_000;
/** With less time left than this nothing is sent any more, in milliseconds. */
export const LAST_SEND_MS = 5_000;

/** How often a read-back is tried before the call goes without. */
export const READ_BACK_TRIES = 3;

/** How long a request may wait where a call has so much time left; undefined when nothing may be sent any more. */
export function requestTimeout(remaining: number): number | undefined {
  // guard: nothing is sent with under 5 s left, else remaining <= 0
  if (remaining < LAST_SEND_MS) return undefined;
  // guard: a request waits 10 s at most, else remaining
  return Math.min(REQUEST_TIMEOUT_MS, remaining);
}
