/** What a token may do. `admin` covers tokens, creating and deleting instances. */
export const TOKEN_SCOPES = ['read', 'write', 'pair', 'admin'] as const;
export type TokenScope = (typeof TOKEN_SCOPES)[number];

/** Who is calling: what a valid token stands for. */
export interface Principal {
  /** The token's public id: safe to log. */
  readonly tokenId: string;
  /** What the limits count by: the id of the first of the tokens that replaced one another. */
  readonly family: string;
  readonly accountId: string;
  /** Set for an instance token, which reaches that instance alone. */
  readonly instanceId?: string | undefined;
  readonly scopes: ReadonlySet<TokenScope>;
  /** When the token ends by itself, in epoch milliseconds; undefined where it does not. */
  readonly expiresAt?: number | undefined;
}
