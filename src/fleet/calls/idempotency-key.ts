/**
 * The caller's key for one call, of 1–255 visible ASCII characters. Good for 24 hours, and 10,000 calls: the same call again
 * with the same key is not made again, but gives the first one's outcome.
 * @throws PrivetError CONFLICT while the first one runs, or where its outcome was stored by another version of the service;
 * BAD_USER_INPUT where the key came with another call, or is none.
 */
export interface IdempotencyKey {
  readonly caller: { readonly kind: 'token' | 'job'; readonly id: string };
  readonly key: string;
  /** Which of several updates of one request this is. */
  readonly part?: string;
}
