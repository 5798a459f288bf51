import type { AccountView } from '../../access/tokens/token-admin.ts';
import type { TokenView } from '../../access/tokens/token-service.ts';
import { unauthenticated } from '../../errors.ts';
import { builder } from '../builder/builder.ts';
import { encodeGlobalId } from '../global-id.ts';
import { Token } from './token.ts';

/** For fields about the caller alone: any scope is enough, and each token has one. */
export const EVERY_TOKEN = { $any: { read: true, write: true, pair: true, admin: true } } as const;

const Account = builder.objectRef<AccountView>('Account').implement({
  description: 'A tenant of the service: it owns instances and tokens.',
  fields: (t) => ({
    id: t.id({ description: 'Stays the same.', resolve: ({ id }) => encodeGlobalId('Account', id) }),
    label: t.exposeString('label', { description: 'What to know it by; may be empty.' }),
  }),
});

interface Caller {
  readonly account: AccountView;
  readonly token: TokenView;
}

const Viewer = builder.objectRef<Caller>('Viewer').implement({
  description: 'Who is calling.',
  fields: (t) => ({
    account: t.field({
      type: Account,
      description: 'The account that the token belongs to.',
      resolve: ({ account }) => account,
    }),
    token: t.field({
      type: Token,
      description: 'The token of this call: what it may do, until when, and which instance it reaches.',
      resolve: ({ token }) => token,
    }),
  }),
});

builder.queryField('viewer', (t) =>
  t.field({
    type: Viewer,
    nullable: true,
    description: 'Who is calling, and what the token of the call may do. Takes any token.',
    authScopes: EVERY_TOKEN,
    resolve: async (_root, _args, { tokens, principal }) => {
      const [account, token] = await Promise.all([
        tokens.accountOf(principal),
        tokens.find(principal, principal.tokenId),
      ]);
      // Deleted since the call began.
      if (!account || !token) throw unauthenticated();
      return { account, token };
    },
  }),
);
