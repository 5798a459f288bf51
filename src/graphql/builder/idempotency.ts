import type { GraphQLResolveInfo } from 'graphql';
import type { IdempotencyKey } from '../../fleet/calls/idempotency-key.ts';
import type { GraphQLContext } from '../context.ts';

/** What the description of each such mutation says. */
export const SENT_AGAIN =
  'Sent again with the same header `Idempotency-Key`, or `idempotencyKey` in `extensions`, within 24 hours and 10,000 such calls of the token, it is not made again but answered like the first.';

/** The caller's key for one field. A request may hold several: each has its own alias. */
export const keyOf = (
  { idempotencyKey, principal }: Pick<GraphQLContext, 'idempotencyKey' | 'principal'>,
  { path }: Pick<GraphQLResolveInfo, 'path'>,
): IdempotencyKey | undefined =>
  idempotencyKey === undefined
    ? undefined
    : { caller: { kind: 'token', id: principal.tokenId }, key: idempotencyKey, part: String(path.key) };
