import { TOKEN_SCOPES, type TokenScope } from '../../access/principal.ts';
import type { IssuedToken, TokenView } from '../../access/tokens/token-service.ts';
import { builder } from '../builder/builder.ts';
import type { GraphQLContext } from '../context.ts';
import { Instance } from './instance.ts';

const SCOPE_MEANINGS: Readonly<Record<TokenScope, string>> = {
  read: 'Read instances, their settings and their lists of contacts.',
  write: 'Change privacy settings and lists of contacts, and see in the answer what holds then.',
  pair: 'Link, start, stop and unlink instances, and see what links a phone.',
  admin: 'Create and delete instances, and manage tokens.',
};

export const TokenScopeEnum = builder.enumType('TokenScope', {
  description: 'What a token may do.',
  values: Object.fromEntries(
    TOKEN_SCOPES.map((scope) => [scope.toUpperCase(), { value: scope, description: SCOPE_MEANINGS[scope] }]),
  ),
});

/** Tokens are the account's affair: an instance's token manages none, not even its own. */
export const MANAGES_TOKENS = { $all: { admin: true, account: true } } as const;

export const Token = builder.objectRef<TokenView>('Token');
builder.node(Token, {
  id: {
    description: "Public: what stands behind the colon is in the token's text and in the log.",
    resolve: ({ id }) => id,
  },
  description: 'What may be shown of a token. Its text is shown once, when it is made.',
  loadWithoutCache: (id, { tokens, principal }: GraphQLContext) => tokens.find(principal, id),
  fields: (t) => ({
    label: t.exposeString('label', { description: 'What to know it by; may be empty.' }),
    scopes: t.field({
      type: [TokenScopeEnum],
      description: 'What it may do.',
      resolve: ({ scopes }) => TOKEN_SCOPES.filter((scope) => scopes.includes(scope)),
    }),
    instance: t.field({
      type: Instance,
      nullable: true,
      description: 'The instance that it reaches alone; null for a token of the whole account.',
      resolve: async ({ accountId, instanceId }, _args, { fleet }) => {
        if (instanceId === undefined) return null;
        return fleet.directory.get({ accountId }, instanceId);
      },
    }),
    createdAt: t.field({ type: 'DateTime', description: 'When it was made.', resolve: ({ createdAt }) => createdAt }),
    expiresAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When it stops working by itself, or has; null where it does not.',
      resolve: ({ expiresAt }) => expiresAt,
    }),
    revokedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When it was revoked.',
      resolve: ({ revokedAt }) => revokedAt,
    }),
    lastUsedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When it was last used, to the minute.',
      resolve: ({ lastUsedAt }) => lastUsedAt,
    }),
  }),
});

/** The payload of a mutation that hands out a token. */
export const issuedToken = (name: string, description: string) =>
  builder.objectRef<IssuedToken>(name).implement({
    description,
    fields: (t) => ({
      token: t.exposeString('text', { description: 'The token. It is shown once and can not be read again.' }),
      details: t.field({ type: Token, description: 'What may be shown of it later.', resolve: ({ token }) => token }),
    }),
  });
