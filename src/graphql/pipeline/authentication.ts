import type { Plugin } from 'graphql-yoga';
import type { Gate } from '../../access/limits/gate.ts';
import type { Principal } from '../../access/principal.ts';
import type { Allowance } from '../../access/limits/rate-limit.ts';
import type { RequestRecord } from '../../telemetry/request-record.ts';
import { admitDocument, refuse } from './refusal-limit.ts';

/** What a client's answers go over. */
export interface ClientConnection {
  /** Ends it at once: for a client that does not read. */
  cut(): void;
  /** Ends it after what was sent, without the word that would tell the client that its stream is over. */
  leave(): void;
  /** Calls `callback` once the client is gone; one for each connection. The request's signal tells too, at a higher price. */
  whenGone?(callback: () => void): void;
  /** Says before the answer what is left of the token's calls, where there is room for it. */
  tell?(allowance: Allowance): void;
}

/** What is known of a request before its operation begins. */
export interface RequestState {
  principal?: Principal | undefined;
  readonly record?: RequestRecord | undefined;
  isStream?: boolean | undefined;
  /** Whether the document had to be parsed. */
  isNewDocument?: boolean | undefined;
  /** The header of that name. From the server in front: Yoga's headers search at length for what is not there. */
  readonly idempotencyKey?: string | undefined;
  /** Of the client, as the server in front sees it. */
  readonly clientAddress: string;
  readonly connection: ClientConnection;
}

/** The token of `Authorization: Bearer <token>`. An operator's own may have spaces in it. */
export function bearerToken(header: string | null): string | undefined {
  // Not one expression for all of it: with spaces before and after what it looks for, it could be made to take long.
  const [scheme = ''] = /^bearer /i.exec(header ?? '') ?? [];
  return (scheme && header?.slice(scheme.length).trim()) || undefined;
}

/**
 * Refuses a request without a valid token before its body is read: also introspection needs one. So it does with one whose
 * token had too many documents for nothing. A body takes as long as its client likes, so the token is asked for again once
 * it is there.
 */
export function useAuthentication(gate: Gate): Plugin<RequestState, RequestState> {
  return {
    onRequestParse({ request, serverContext }) {
      const token = bearerToken(request.headers.get('authorization'));
      const found = (principal: Principal): void => {
        serverContext.principal = principal;
        if (serverContext.record) serverContext.record.tokenId = principal.tokenId;
      };
      // At once where it can be: after one hook that waits, Yoga goes on by promises.
      const identify = (): void | Promise<void> => {
        const principal = gate.identify(token, serverContext.clientAddress);
        return principal instanceof Promise ? principal.then(found, refuse) : found(principal);
      };
      const admit = () => {
        if (serverContext.principal) admitDocument(gate, serverContext.principal);
        return { onRequestParseDone: identify };
      };
      const identified = identify();
      return identified ? identified.then(admit) : admit();
    },
  };
}
