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
  PrivacyExclusions: { $all: { read: true } },
  BlockedContacts: { $all: { read: true } },
  Token: { $all: { admin: true, account: true } },
};

/** What the id of what belongs to an instance says of itself. */
export const STABLE_ID = 'Stays the same for the life of the instance, so that client caches update by themselves.';

const typeOf = ({ id: { typename } }: NodeArgs): NodeType | undefined => NODE_TYPES.find((type) => type === typename);

/** Those are read from WhatsApp, and cost as much as with the query that gives the same. */
const READ: readonly (NodeType | undefined)[] = ['PrivacySettings', 'PrivacyExclusions', 'BlockedContacts'];

/** `node(id:)`. An id of no type that has nodes is one that is not there; it needs no scope, since it tells nothing. */
export const nodeQuery = {
  description:
    'The object of that id: an instance, its settings or one of its lists of contacts (freshly read from WhatsApp, as with `privacy`, `privacyExclusions` and `blockedContacts`) or a token; null when there is none within reach.',
  args: { id: { description: 'Its id.' } },
  authScopes: (_root: unknown, args: NodeArgs) => {
    const type = typeOf(args);
    return type === undefined || SCOPES[type];
  },
  complexity: (args: NodeArgs) => ({ field: READ.includes(typeOf(args)) ? READ_COST : FIELD_COST }),
  resolve: (
    _root: unknown,
    args: NodeArgs,
    _context: unknown,
    _info: unknown,
    resolveNode: (id: NodeArgs['id']) => unknown,
  ) => (typeOf(args) === undefined ? null : resolveNode(args.id)),
};
