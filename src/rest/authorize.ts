import type { Principal, TokenScope } from '../access/principal.ts';
import { PrivetError, unauthenticated } from '../errors.ts';
import type { Client, TokenCheck } from './route.ts';

/** Says who is calling. Every call passes here once, before anything is done for it. */
export type Authorize = (request: Request, client: Client) => Promise<Principal>;

/** The token of a request, in any of the forms that either API takes; `token` goes before `Authorization`. */
export function tokenOf(headers: Headers): string | undefined {
  const text = headers.get('token') || headers.get('authorization');
  return text?.replace(/^bearer +/i, '') || undefined;
}

/** @throws PrivetError UNAUTHENTICATED */
export const createAuthorize =
  (tokens: TokenCheck): Authorize =>
  async (request) => {
    const token = tokenOf(request.headers);
    const principal = token === undefined ? undefined : await tokens.authenticate(token);
    if (!principal) throw unauthenticated();
    return principal;
  };

/** @throws PrivetError FORBIDDEN */
export function requireScope({ scopes }: Principal, scope: TokenScope): void {
  if (!scopes.has(scope)) throw new PrivetError('FORBIDDEN', `This token lacks the scope "${scope}"`);
}
