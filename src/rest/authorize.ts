import type { Gate } from '../access/limits/gate.ts';
import type { Principal, TokenScope } from '../access/principal.ts';
import { type Allowance, allowanceHeaders } from '../access/limits/rate-limit.ts';
import { PrivetError } from '../errors.ts';
import type { Client } from '../route.ts';

/** Who is calling, and how many calls the token has left after this one. */
export interface Caller {
  readonly principal: Principal;
  readonly allowance: Allowance;
}

/** Identifies the caller and counts the call. Every call passes here once, before anything else. */
export type Authorize = (request: Request, client: Client) => Promise<Caller>;

/** The token of a request, in any form of the two APIs. `token` has precedence over `Authorization`. */
export function tokenOf(headers: Headers): string | undefined {
  const text = headers.get('token') || headers.get('authorization');
  return text?.replace(/^bearer +/i, '') || undefined;
}

/** @throws PrivetError UNAUTHENTICATED; RateLimitError for the token, or for an address with too many invalid tokens */
export const createAuthorize =
  (gate: Gate): Authorize =>
  async (request, { address }) => {
    const principal = await gate.identify(tokenOf(request.headers), address);
    return { principal, allowance: await gate.count(principal) };
  };

/** @throws PrivetError FORBIDDEN */
export function requireScope({ scopes }: Principal, scope: TokenScope): void {
  if (!scopes.has(scope)) throw new PrivetError('FORBIDDEN', `This token lacks the scope "${scope}"`);
}

/** Adds the headers that report the token's allowance, if it is known. */
export function withAllowance(answer: Response, allowance: Allowance | undefined): Response {
  if (!allowance) return answer;
  for (const [name, value] of allowanceHeaders(allowance)) answer.headers.set(name, value);
  return answer;
}
