import type { TokenScope } from '../../access/principal.ts';
import { FIELD_COST, READ_COST } from './cost.ts';
import { NODE_TYPES, type NodeType } from '../global-id.ts';

interface NodeArgs {
  readonly id: { readonly typename: string; readonly id: string };
}

type Scopes = Partial<Record<TokenScope | 'account', boolean>>;

/** What a token must have for an object of each type: as for the query that gives the same. */
const SCOPES: Readonly<Record<NodeType, { readonly $all: Scopes }>> = {
  Instance: { $all: { read: true } },
  PrivacySettings: { $all: { read: true } },
  Token: { $all: { admin: true, account: true } },
};

const typeOf = ({ id: { typename } }: NodeArgs): NodeType | undefined => NODE_TYPES.find((type) => type === typename);

/**
 * `node(id:)`. An id of no type that has nodes is one that is not there; it needs no scope, since it tells nothing. Those
 * of one instance's settings are read from WhatsApp, and cost as much as with `privacy`.
 */
export const nodeQuery = {
  description:
    'The object of that id: an instance, its settings (freshly read from WhatsApp, as with `privacy`) or a token; null when there is none within reach.',
  args: { id: { description: 'Its id.' } },
  authScopes: (_root: unknown, args: NodeArgs) => {
    const type = typeOf(args);
    return type === undefined || SCOPES[type];
  },
  complexity: (args: NodeArgs) => ({ field: typeOf(args) === 'PrivacySettings' ? READ_COST : FIELD_COST }),
  resolve: (
    _root: unknown,
    args: NodeArgs,
    _context: unknown,
    _info: unknown,
    resolveNode: (id: NodeArgs['id']) => unknown,
  ) => (typeOf(args) === undefined ? null : resolveNode(args.id)),
};
