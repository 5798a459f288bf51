import type { Plugin } from 'graphql-yoga';
import type { Principal } from '../access/principal.ts';
import { unauthenticated } from '../errors.ts';
import type { Tokens } from './context.ts';
import { toGraphQLError } from './errors.ts';

/** What is known of a request before its operation begins. */
export interface RequestState {
  principal?: Principal | undefined;
}

/** The token of `Authorization: Bearer <token>`. */
export const bearerToken = (header: string | null): string | undefined => /^bearer +(\S+) *$/i.exec(header ?? '')?.[1];

/** Refuses a request without a valid token before its body is read: also introspection needs one. */
export function useAuthentication(tokens: Tokens): Plugin<RequestState, RequestState> {
  return {
    async onRequestParse({ request, serverContext }) {
      const token = bearerToken(request.headers.get('authorization'));
      const principal = token === undefined ? undefined : await tokens.authenticate(token);
      if (!principal) throw toGraphQLError(unauthenticated());
      serverContext.principal = principal;
    },
  };
}
