import type { InstanceView } from '../../instance/state.ts';
import { instanceArgument } from '../builder/arguments.ts';
import { builder } from '../builder/builder.ts';
import { Instance } from './instance.ts';
import { getInstance } from '../builder/target.ts';

const RotateTokenPayload = builder
  .objectRef<{ readonly instance: InstanceView; readonly token: string }>('RotateTokenPayload')
  .implement({
    description: "An instance's new token.",
    fields: (t) => ({
      instance: t.field({
        type: Instance,
        description: 'The instance that the token reaches.',
        resolve: ({ instance }) => instance,
      }),
      token: t.exposeString('token', {
        description: 'The new token. It is shown once and can not be read again.',
      }),
    }),
  });

builder.mutationField('rotateInstanceToken', (t) =>
  t.field({
    type: RotateTokenPayload,
    nullable: true,
    description:
      'Gives an instance a new token in place of all its earlier ones, which stop working at once. It ends with yours, where that ends.',
    // Of the new token's scopes the caller must have one to give.
    authScopes: { $all: { admin: true, $any: { read: true, write: true, pair: true } } },
    args: instanceArgument,
    resolve: async (_root, args, context) => {
      const instance = await getInstance(args.instance, context);
      const { text } = await context.tokens.rotateOfInstance(context.principal, instance.id);
      return { instance, token: text };
    },
  }),
);
