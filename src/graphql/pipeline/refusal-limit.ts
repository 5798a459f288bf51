import type { Gate } from '../../access/limits/gate.ts';
import type { Principal } from '../../access/principal.ts';
import { PrivetError } from '../../errors.ts';
import type { RequestState } from './authentication.ts';
import { toGraphQLError } from '../errors.ts';

export function refuse(error: unknown): never {
  throw error instanceof PrivetError ? toGraphQLError(error) : error;
}

/**
 * Limits what costs a token no call: documents and variables that are refused, and documents that were not seen before.
 * Asked before the body is read.
 */
export function admitDocument(gate: Gate, principal: Principal): void {
  try {
    gate.admitDocument(principal);
  } catch (error) {
    refuse(error);
  }
}

/** Once it is known what an operation came to. */
export function countDocument(
  gate: Gate,
  { principal, isNewDocument }: Pick<RequestState, 'principal' | 'isNewDocument'>,
  result: object,
): void {
  if (principal && (isNewDocument || isRefused(result))) gate.noteDocument(principal);
}

/** Whether nothing was executed. A call beyond its limit is refused as well, but has no part in this limit. */
function isRefused(result: object): boolean {
  if (Array.isArray(result) || 'data' in result || !('errors' in result)) return false;
  const [first] = result.errors as readonly { readonly extensions?: Record<string, unknown> }[];
  return first?.extensions?.['code'] !== 'RATE_LIMITED';
}
