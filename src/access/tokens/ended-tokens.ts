/** What has ended, as one node tells the others. They look it up themselves: a note that is wrong ends nothing. */
export interface EndedTokens {
  readonly accountId: string;
  /** None where an instance was deleted, with whatever tokens it had by then: then all of the account are looked at. */
  readonly tokenIds: readonly string[];
}

/** Above what one change can end: an instance, or an account, has fewer tokens that work. */
const MOST_TOKENS = 1_000;

const isText = (value: unknown): value is string => typeof value === 'string';

/** @throws TypeError */
export function readEndedTokens(body: unknown): EndedTokens {
  const { accountId, tokenIds }: Partial<Record<keyof EndedTokens, unknown>> = Object(body);
  if (!isText(accountId) || !Array.isArray(tokenIds) || tokenIds.length > MOST_TOKENS || !tokenIds.every(isText)) {
    throw new TypeError('That names no tokens that have ended');
  }
  return { accountId, tokenIds };
}
