/** What a token may do. `admin`: manage tokens, create and delete instances. */
export const TOKEN_SCOPES = ['read', 'write', 'pair', 'admin'] as const;
export type TokenScope = (typeof TOKEN_SCOPES)[number];

/** Who is calling: what a valid token stands for. */
export interface Principal {
  /** The token's public id: safe to log. */
  readonly tokenId: string;
  /** What the limits count by. A token that replaces another one keeps its family: the id of the first token. */
  readonly family: string;
  readonly accountId: string;
  /** Set for an instance token, which reaches that instance alone. */
  readonly instanceId?: string | undefined;
  readonly scopes: ReadonlySet<TokenScope>;
  /** When the token expires, in epoch milliseconds; undefined: never. */
  readonly expiresAt?: number | undefined;
}
