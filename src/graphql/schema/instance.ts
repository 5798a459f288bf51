import type { InstanceState, InstanceView } from '../../instance/state.ts';
import { NAME_OR_ID } from '../builder/arguments.ts';
import { builder } from '../builder/builder.ts';
import { valuesWith } from '../builder/enums.ts';
import { PairingInfo } from './pairing-info.ts';
import { Reason } from './state-reason.ts';
import { findInstance, findInstanceById, targetOf } from '../builder/target.ts';

const STATE_MEANINGS: Readonly<Record<InstanceState, string>> = {
  UNPAIRED: 'Not linked to a WhatsApp account yet.',
  PAIRING: 'Waits for its QR code to be scanned, or its pairing code to be typed.',
  CONNECTING: 'Connects and logs in.',
  OPEN: 'Logged in, and its settings are known: it can be read and changed.',
  RECONNECTING: 'Lost its connection and tries again by itself, or waits for its turn to log in.',
  STOPPED: 'Stopped by the user, or by a failure: see `reason`.',
  LOGGED_OUT: 'WhatsApp has unlinked the device: it must be paired again.',
  REPLACED: 'Another connection took its place.',
  BANNED: 'WhatsApp has banned or locked the account; with `reason.retryAt` where it is for a while.',
  CLIENT_OUTDATED: 'WhatsApp refuses this version of the client.',
  PASSKEY_REQUIRED: 'WhatsApp asks for a passkey on the phone.',
};

const InstanceStateEnum = builder.enumType('InstanceState', {
  description: 'Where an instance stands.',
  values: valuesWith(STATE_MEANINGS),
});

export const Instance = builder.objectRef<InstanceView>('Instance');
builder.node(Instance, {
  id: { description: 'Stays the same for the life of the instance.', resolve: ({ id }) => id },
  description: 'One linked WhatsApp account.',
  loadWithoutCache: async (id, context) => findInstanceById(id, context),
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Unique in its account.' }),
    createdAt: t.field({
      type: 'DateTime',
      description: 'When it was made.',
      resolve: ({ createdAt }) => createdAt,
    }),
    state: t.field({ type: InstanceStateEnum, description: 'Where it stands.', resolve: ({ state }) => state }),
    since: t.field({ type: 'DateTime', description: 'When this state began.', resolve: ({ since }) => since }),
    reason: t.field({
      type: Reason,
      nullable: true,
      description: 'Why it is in this state, where there is more to say.',
      resolve: ({ reason }) => reason,
    }),
    phoneNumber: t.string({
      nullable: true,
      description: 'Digits with the country code, once paired. Null for a token that may change settings alone.',
      // Such a token sees its instance by what it changed and by `viewer`, and reads nothing else of it.
      resolve: ({ phoneNumber }, _args, { principal: { scopes } }) =>
        scopes.has('read') || scopes.has('pair') || scopes.has('admin') ? phoneNumber : undefined,
    }),
    pairing: t.field({
      type: PairingInfo,
      nullable: true,
      description: 'What to scan or type, while it waits to be linked. Null for a token without the scope `PAIR`.',
      // Whoever sees it can link a phone of their own, which is more than the `read` scope stands for.
      resolve: ({ pairing }, _args, { principal }) => (principal.scopes.has('pair') ? pairing : undefined),
    }),
    node: t.string({
      nullable: true,
      description:
        'The node of the service that has it, by its name. Null where one process serves all, where no node has it, and for a token without the scope `ADMIN`.',
      // Names of machines are the operator's, and nobody else needs them.
      resolve: (instance, _args, { principal, fleet }) =>
        principal.scopes.has('admin') ? fleet.directory.nodeOf(instance) : undefined,
    }),
  }),
});

builder.queryField('instance', (t) =>
  t.field({
    type: Instance,
    nullable: true,
    description: 'One instance; null when there is none of that name or id.',
    authScopes: { read: true },
    args: { name: t.arg.string({ required: true, description: NAME_OR_ID }) },
    resolve: (_root, { name }, context) => findInstance(name, context),
  }),
);

builder.subscriptionField('instance', (t) =>
  t.field({
    type: Instance,
    nullable: true,
    description: 'One instance as it is, then each change of it. Ends when the instance is deleted.',
    authScopes: { read: true },
    args: { name: t.arg.string({ required: true, description: NAME_OR_ID }) },
    subscribe: async (_root, args, context) => {
      const { reach, name } = await targetOf(args.name, context);
      return context.fleet.watching.watchInstance(reach, name, context.signal);
    },
    resolve: (instance) => instance,
  }),
);
