import SchemaBuilder, { BasePlugin, type PothosOutputFieldConfig, type SchemaTypes } from '@pothos/core';
import type { GraphQLFieldResolver } from 'graphql';
import type { GraphQLContext } from '../context.ts';

declare global {
  namespace PothosSchemaTypes {
    interface Plugins<Types extends SchemaTypes> {
      deadline: DeadlinePlugin<Types>;
    }
  }
}

/**
 * Ends every root field with the operation's time or client, whatever the service behind it does. By field and not by
 * operation, so that siblings which are done keep their results. A field whose token
 * has ended does not get here: the admission refuses it.
 */
class DeadlinePlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  override wrapResolve(
    resolver: GraphQLFieldResolver<unknown, Types['Context'], object>,
    config: PothosOutputFieldConfig<Types>,
  ): GraphQLFieldResolver<unknown, Types['Context'], object> {
    if (config.kind !== 'Query' && config.kind !== 'Mutation') return resolver;
    return (parent, args, context, info) => {
      // Plugins know a schema's context only as some object; there is one schema and one context here.
      return (context as GraphQLContext).answer(() => resolver(parent, args, context, info));
    };
  }
}

SchemaBuilder.registerPlugin('deadline', DeadlinePlugin);
