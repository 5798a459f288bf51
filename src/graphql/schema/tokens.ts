import { z } from 'zod';
import { PrivetError } from '../../errors.ts';
import { builder } from '../builder/builder.ts';
import type { GraphQLContext } from '../context.ts';
import { localId } from '../global-id.ts';
import { pageCost } from '../builder/cost.ts';
import { BAD_CURSOR, connectionOf, DEFAULT_PAGE, LARGEST_PAGE, pageSize, textOfCursor } from '../builder/page.ts';
import { getInstance } from '../builder/target.ts';
import { issuedToken, MANAGES_TOKENS, Token, TokenScopeEnum } from './token.ts';

const LONGEST_OVERLAP = 7 * 24 * 60 * 60;
const outOfRange = `overlapSeconds must be a number from 0 to ${LONGEST_OVERLAP} (7 days)`;
const overlap = z.int(outOfRange).min(0, outOfRange).max(LONGEST_OVERLAP, outOfRange);

/** The id of the account's instance of that name or id; undefined where none is named. @throws PrivetError NOT_FOUND */
const instanceId = async (named: string | null | undefined, context: GraphQLContext): Promise<string | undefined> =>
  named == null ? undefined : (await getInstance(named, context)).id;

function placeAt(cursor: string): { readonly createdAt: number; readonly id: string } {
  const [, createdAt, id] = /^(\d{1,15}) (\w+)$/.exec(textOfCursor(cursor)) ?? [];
  if (createdAt === undefined || id === undefined) throw new PrivetError('BAD_USER_INPUT', BAD_CURSOR);
  return { createdAt: Number(createdAt), id };
}

const TokenConnection = builder.connectionObject(
  { type: Token, name: 'TokenConnection', description: 'A page of tokens.' },
  { name: 'TokenEdge', description: 'A token and its place in the list.' },
);

builder.queryField('tokens', (t) =>
  t.field({
    type: TokenConnection,
    nullable: true,
    description: "The account's tokens and those of its instances, the oldest first, also those that work no more.",
    authScopes: MANAGES_TOKENS,
    complexity: pageCost,
    args: {
      instance: t.arg.string({ description: 'Only those of the instance of this name or id.' }),
      first: t.arg.int({
        defaultValue: DEFAULT_PAGE,
        description: `How many, 1 to ${LARGEST_PAGE}.`,
        validate: pageSize,
      }),
      after: t.arg.string({ description: "The last page's `endCursor`: where to go on." }),
    },
    resolve: async (_root, args, context) => {
      const after = args.after == null ? undefined : placeAt(args.after);
      const only = await instanceId(args.instance, context);
      const first = args.first ?? DEFAULT_PAGE;
      const page = await context.tokens.page(context.principal, { first, after, instanceId: only });
      const pageInfo = { hasNextPage: page.hasNextPage, hasPreviousPage: after !== undefined };
      const count = () => context.tokens.count(context.principal, only);
      return connectionOf(page.tokens, ({ createdAt, id }) => `${createdAt} ${id}`, pageInfo, count);
    },
  }),
);

const CreateTokenInput = builder.inputType('CreateTokenInput', {
  description: 'What a new token is to be.',
  fields: (t) => ({
    instance: t.string({
      description: 'The name or id of the instance that it reaches alone. Absent: a token of the whole account.',
    }),
    scopes: t.field({
      type: [TokenScopeEnum],
      description:
        "What it may do, at most what yours may. Absent: the same as yours, for an instance's without `ADMIN`.",
    }),
    label: t.string({ description: 'What to know it by; 100 characters at most.' }),
    expiresAt: t.field({
      type: 'DateTime',
      description: 'When it stops working, at the latest when yours does. Absent: with yours, or never.',
    }),
  }),
});

const CreateTokenPayload = issuedToken('CreateTokenPayload', 'A new token.');

builder.mutationField('createToken', (t) =>
  t.field({
    type: CreateTokenPayload,
    nullable: true,
    description: "Makes a token for the account or one of its instances. Takes an account's token.",
    authScopes: MANAGES_TOKENS,
    args: { input: t.arg({ type: CreateTokenInput, required: true, description: 'What it is to be.' }) },
    resolve: async (_root, { input }, context) =>
      context.tokens.create(context.principal, await instanceId(input.instance, context), {
        scopes: input.scopes ?? undefined,
        label: input.label ?? undefined,
        expiresAt: input.expiresAt ?? undefined,
      }),
  }),
);

const idArgument = builder.args((t) => ({
  id: t.id({ required: true, description: "The token's id, or the part of it behind the colon." }),
}));

const RotatedTokenPayload = issuedToken('RotatedTokenPayload', 'A new token in place of an old one.');

builder.mutationField('rotateToken', (t) =>
  t.field({
    type: RotatedTokenPayload,
    nullable: true,
    description:
      'Makes a token like an old one, which ends. It ends with yours at the latest, and has what is left of the limits of the old one.',
    authScopes: MANAGES_TOKENS,
    args: {
      ...idArgument,
      overlapSeconds: t.arg.int({
        defaultValue: 0,
        description: 'For how long the old one still works, up to 7 days: until everybody has the new one.',
        validate: overlap,
      }),
    },
    resolve: (_root, { id, overlapSeconds }, { tokens, principal }) =>
      tokens.rotate(principal, localId('Token', id), (overlapSeconds ?? 0) * 1000),
  }),
);

builder.mutationField('revokeToken', (t) =>
  t.field({
    type: Token,
    nullable: true,
    description: 'Ends a token. Within a second nothing works with it, and its streams end.',
    authScopes: MANAGES_TOKENS,
    args: idArgument,
    resolve: (_root, { id }, { tokens, principal }) => tokens.revoke(principal, localId('Token', id)),
  }),
);
