import { z } from 'zod';
import { PrivetError } from '../errors.ts';
import type { InstancePage } from '../session/session-service.ts';
import { isInstanceName } from './arguments.ts';
import { builder } from './builder.ts';
import { Instance } from './instance.ts';

const DEFAULT_PAGE = 20;
const LARGEST_PAGE = 100;

const outOfRange = `first must be a number from 1 to ${LARGEST_PAGE}`;
const pageSize = z.int(outOfRange).min(1, outOfRange).max(LARGEST_PAGE, outOfRange);

const InstanceConnection = builder.connectionObject(
  {
    type: Instance,
    name: 'InstanceConnection',
    description: 'A page of instances.',
  },
  { name: 'InstanceEdge', description: 'An instance and its place in the list.' },
);

/** Opaque to clients, so that it may become something else one day. */
const cursorOf = (name: string): string => Buffer.from(name).toString('base64url');

function nameAt(cursor: string): string {
  const name = Buffer.from(cursor, 'base64url').toString();
  if (!isInstanceName(name))
    throw new PrivetError('BAD_USER_INPUT', 'after must be a cursor that an earlier page gave');
  return name;
}

function connectionOf({ instances, hasNextPage }: InstancePage, hasPreviousPage: boolean) {
  const edges = instances.map((node) => ({ node, cursor: cursorOf(node.name) }));
  return {
    edges,
    pageInfo: {
      hasNextPage,
      hasPreviousPage,
      startCursor: edges.at(0)?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}

builder.queryField('instances', (t) =>
  t.field({
    type: InstanceConnection,
    description: 'The instances that the token reaches, by name.',
    authScopes: { read: true },
    args: {
      first: t.arg.int({
        defaultValue: DEFAULT_PAGE,
        description: `How many, 1 to ${LARGEST_PAGE}.`,
        validate: pageSize,
      }),
      after: t.arg.string({ description: "The last page's `endCursor`: where to go on." }),
    },
    resolve: async (_root, args, { sessions, reach }) => {
      const after = args.after == null ? undefined : nameAt(args.after);
      const page = await sessions.list(reach, { first: args.first ?? DEFAULT_PAGE, after });
      return connectionOf(page, after !== undefined);
    },
  }),
);
