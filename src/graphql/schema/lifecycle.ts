import type { InstanceView } from '../../instance/state.ts';
import { instanceArgument, newInstanceName } from '../builder/arguments.ts';
import { builder } from '../builder/builder.ts';
import { Instance } from './instance.ts';
import { targetOf } from '../builder/target.ts';

const CreateInstancePayload = builder
  .objectRef<{ readonly instance: InstanceView; readonly token: string }>('CreateInstancePayload')
  .implement({
    description: 'A new instance and its token.',
    fields: (t) => ({
      instance: t.field({ type: Instance, description: 'The new instance.', resolve: ({ instance }) => instance }),
      token: t.exposeString('token', {
        description: 'A token that reaches this instance alone. It is shown once and can not be read again.',
      }),
    }),
  });

const DeleteInstancePayload = builder.objectRef<{ readonly name: string }>('DeleteInstancePayload').implement({
  description: 'What was deleted.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'The name of the instance that is gone.' }),
  }),
});

builder.mutationField('createInstance', (t) =>
  t.field({
    type: CreateInstancePayload,
    nullable: true,
    description:
      "Makes a new instance, to be paired next. Takes an account's token. The instance's ends with it, where yours ends.",
    // Of the new token's scopes the caller must have one to give.
    authScopes: { $all: { admin: true, account: true, $any: { read: true, write: true, pair: true } } },
    args: {
      name: t.arg.string({
        required: true,
        description: 'Its name, unique in the account: 1 to 64 letters, digits, ".", "_" or "-".',
        validate: newInstanceName,
      }),
    },
    resolve: async (_root, { name }, { fleet: { lifecycle }, tokens, reach, principal }) => {
      const { text, recordFor } = await tokens.firstOfInstance(principal);
      return { instance: await lifecycle.create(reach, name, recordFor), token: text };
    },
  }),
);

builder.mutationField('startInstance', (t) =>
  t.field({
    type: Instance,
    nullable: true,
    description:
      'Connects a linked instance, and keeps it connected. Refused where it is not linked; answers before it is connected.',
    authScopes: { pair: true },
    args: instanceArgument,
    resolve: async (_root, { instance }, context) => {
      const { reach, name } = await targetOf(instance, context);
      return context.fleet.lifecycle.start(reach, name, context);
    },
  }),
);

builder.mutationField('stopInstance', (t) =>
  t.field({
    type: Instance,
    nullable: true,
    description: 'Disconnects an instance until it is started again. It stays paired.',
    authScopes: { pair: true },
    args: instanceArgument,
    resolve: async (_root, { instance }, context) => {
      const { reach, name } = await targetOf(instance, context);
      return context.fleet.lifecycle.stop(reach, name, context);
    },
  }),
);

builder.mutationField('deleteInstance', (t) =>
  t.field({
    type: DeleteInstancePayload,
    nullable: true,
    description:
      'Deletes an instance with its login and its tokens for good, and logs its device out on WhatsApp where it is connected. Streams that watch it end.',
    authScopes: { admin: true },
    args: instanceArgument,
    resolve: async (_root, { instance }, context) => {
      const { reach, name } = await targetOf(instance, context);
      await context.fleet.lifecycle.delete(reach, name, context);
      await context.tokens.instanceDeleted(context.principal);
      return { name };
    },
  }),
);
