import SchemaBuilder, { BasePlugin, type PothosOutputFieldConfig, type SchemaTypes } from '@pothos/core';
import type { GraphQLFieldResolver } from 'graphql';
import type { GraphQLContext } from '../context.ts';

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
      const resolve = (): unknown => resolver(parent, args, context, info);
      const entered = admission.enter(instanceIn(args));
      return entered ? within(entered, resolve) : resolve();
    };
  }
}

async function within(entered: Promise<Disposable | undefined>, resolve: () => unknown): Promise<unknown> {
  using _place = await entered;
  return await resolve();
}

/** As the caller wrote it, before arguments are validated: by name or id, or by the id of what belongs to it. */
function instanceIn(args: { readonly instance?: unknown; readonly name?: unknown; readonly id?: unknown }): string {
  const named = [args.instance, args.name, args.id].find((value) => typeof value === 'string');
  return named ?? '';
}

SchemaBuilder.registerPlugin('admission', AdmissionPlugin);
