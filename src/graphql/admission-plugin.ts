import SchemaBuilder, { BasePlugin, type PothosOutputFieldConfig, type SchemaTypes } from '@pothos/core';
import type { GraphQLFieldResolver } from 'graphql';
import type { GraphQLContext } from './context.ts';

declare global {
  namespace PothosSchemaTypes {
    interface Plugins<Types extends SchemaTypes> {
      admission: AdmissionPlugin<Types>;
    }
  }
}

const ROOTS: readonly string[] = ['Query', 'Mutation', 'Subscription'];

/**
 * Lets root fields in one by one: so that aliases count one by one, and those within the limit are served. By this hook
 * and not `wrapResolve`, since Pothos validates arguments outside of that one: the order is limits → validation →
 * scopes → deadline → resolver. Core calls it with undefined where a field has no `subscribe`, and for a subscription
 * twice, around `subscribe` and around the `resolve` of each event: the admission knows that it was entered.
 */
class AdmissionPlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  override wrapArgMappers(
    resolver: GraphQLFieldResolver<unknown, Types['Context'], object> | undefined,
    config: PothosOutputFieldConfig<Types>,
  ): GraphQLFieldResolver<unknown, Types['Context'], object> | undefined {
    if (!resolver || !ROOTS.includes(config.kind)) return resolver;
    return (parent, args, context, info) => {
      const { admission } = context as GraphQLContext;
      const entered = admission.enter();
      return entered
        ? entered.then(() => resolver(parent, args, context, info))
        : resolver(parent, args, context, info);
    };
  }
}

SchemaBuilder.registerPlugin('admission', AdmissionPlugin);
