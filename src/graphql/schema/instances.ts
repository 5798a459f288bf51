import { PrivetError } from '../../errors.ts';
import { isInstanceName } from '../builder/arguments.ts';
import { builder } from '../builder/builder.ts';
import { pageCost } from '../builder/cost.ts';
import { Instance } from './instance.ts';
import { BAD_CURSOR, connectionOf, DEFAULT_PAGE, LARGEST_PAGE, pageSize, textOfCursor } from '../builder/page.ts';

const InstanceConnection = builder.connectionObject(
  {
    type: Instance,
    name: 'InstanceConnection',
    description: 'A page of instances.',
  },
  { name: 'InstanceEdge', description: 'An instance and its place in the list.' },
);

function nameAt(cursor: string): string {
  const name = textOfCursor(cursor);
  if (!isInstanceName(name)) throw new PrivetError('BAD_USER_INPUT', BAD_CURSOR);
  return name;
}

builder.queryField('instances', (t) =>
  t.field({
    type: InstanceConnection,
    description: 'The instances that the token reaches, by name.',
    authScopes: { read: true },
    complexity: pageCost,
    args: {
      first: t.arg.int({
        defaultValue: DEFAULT_PAGE,
        description: `How many, 1 to ${LARGEST_PAGE}.`,
        validate: pageSize,
      }),
      after: t.arg.string({ description: "The last page's `endCursor`: where to go on." }),
    },
    resolve: async (_root, args, { fleet: { directory }, reach }) => {
      const after = args.after == null ? undefined : nameAt(args.after);
      const first = args.first ?? DEFAULT_PAGE;
      const { instances, hasNextPage } = await directory.list(reach, { first, after });
      const pageInfo = { hasNextPage, hasPreviousPage: after !== undefined };
      return connectionOf(
        instances,
        ({ name }) => name,
        pageInfo,
        () => directory.count(reach),
      );
    },
  }),
);
