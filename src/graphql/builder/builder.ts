import SchemaBuilder from '@pothos/core';
import ComplexityPlugin from '@pothos/plugin-complexity';
import RelayPlugin from '@pothos/plugin-relay';
import ScopeAuthPlugin from '@pothos/plugin-scope-auth';
import ValidationPlugin from '@pothos/plugin-validation';
import type { TokenScope } from '../../access/principal.ts';
import { PrivetError } from '../../errors.ts';
import { FIELD_COST } from './cost.ts';
import type { GraphQLContext } from '../context.ts';
import { decodeGlobalId, encodeGlobalId } from '../global-id.ts';
import { nodeQuery } from './node.ts';
import '../pipeline/admission-plugin.ts';
import '../pipeline/deadline-plugin.ts';
import { whyForbidden } from './forbidden.ts';

/**
 * A call passes: limits of its token (admission) → arguments validated (an argument mapper, outside of what wraps the
 * resolver) → scopes → deadline → resolver. Pothos wraps from the end of the list: the scopes stand before the deadline,
 * so that nothing else that wraps resolvers runs for a caller who may not call them.
 */
export const builder = new SchemaBuilder<{
  Context: GraphQLContext;
  DefaultFieldNullability: false;
  /** The token's scopes; `account`: only a token of the whole account, not one of a single instance. */
  AuthScopes: Record<TokenScope | 'account', boolean>;
  /** What connections have beside their page. */
  Connection: { readonly totalCount: () => number | Promise<number> };
  Scalars: {
    ID: { Input: string; Output: string };
    /** Epoch milliseconds inside the service. */
    DateTime: { Input: number; Output: number };
  };
}>({
  plugins: ['admission', ScopeAuthPlugin, ValidationPlugin, RelayPlugin, ComplexityPlugin, 'deadline'],
  defaultFieldNullability: false,
  scopeAuth: {
    authScopes: ({ principal }) => ({
      read: principal.scopes.has('read'),
      write: principal.scopes.has('write'),
      pair: principal.scopes.has('pair'),
      admin: principal.scopes.has('admin'),
      account: principal.instanceId === undefined,
    }),
    // Otherwise a stream would be opened first and refused at its first event.
    authorizeOnSubscribe: true,
    unauthorizedError: (_parent, _context, _info, { failure }) => new PrivetError('FORBIDDEN', whyForbidden(failure)),
  },
  // Costs alone: the plugin's own check would come within execution, and as HTTP 200. Lists cost by their page, or are short.
  complexity: { disabled: true, defaultComplexity: FIELD_COST, defaultListMultiplier: 1 },
  validation: {
    // Our messages name the field and what it accepts by themselves; a prefix with the path would say it twice.
    validationError: ({ issues }) => new PrivetError('BAD_USER_INPUT', issues.map((issue) => issue.message).join('; ')),
  },
  relay: {
    cursorType: 'String',
    nodesOnConnection: { description: 'What is on the page.' },
    encodeGlobalID: encodeGlobalId,
    decodeGlobalID: decodeGlobalId,
    nodeTypeOptions: { description: 'What has an id that no object of another type has.' },
    idFieldOptions: { description: 'Unique over all types.' },
    nodeQueryOptions: nodeQuery,
    nodesQueryOptions: false,
    pageInfoTypeOptions: { description: 'Where a page stands in the whole list.' },
    hasNextPageFieldOptions: { description: 'Whether more follow.' },
    hasPreviousPageFieldOptions: { description: 'Whether there are some before.' },
    startCursorFieldOptions: { description: 'The cursor of the first one on the page.' },
    endCursorFieldOptions: { description: 'The cursor of the last one on the page: `after` for the next page.' },
    pageInfoFieldOptions: { description: 'Where the page stands in the whole list.' },
    edgesFieldOptions: { description: 'What is on the page, with cursors.' },
    nodeFieldOptions: { description: 'What stands at this place.' },
    cursorFieldOptions: { description: 'The place, to go on from with `after`.' },
  },
});

builder.globalConnectionField('totalCount', (t) =>
  t.int({ description: 'How many there are on all pages together.', resolve: ({ totalCount }) => totalCount() }),
);
