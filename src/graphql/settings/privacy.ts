import { enumNameOf, TIMER, type FieldSpec, type Section } from '../../privacy/fields.ts';
import { modelled, unmodelled, type RawSetting } from '../../privacy/settings.ts';
import type { PrivacyReading } from '../../fleet/calls/privacy-calls.ts';
import { builder } from '../builder/builder.ts';
import type { GraphQLContext } from '../context.ts';
import { FIELD_COST, READ_COST } from '../builder/cost.ts';
import { instanceArgument } from '../builder/arguments.ts';
import { Instance } from '../schema/instance.ts';
import { enumOf, fieldsOf, SECTION_MEANINGS } from './fields.ts';
import { STABLE_ID } from '../builder/node.ts';
import { targetOf, targetOfId } from '../builder/target.ts';

/**
 * The timer is read from WhatsApp where somebody asks for it. Settings that were read for the caller are to be as fresh in
 * it as in all else; those that were only observed, as by a subscription, show it as it was last read.
 */
async function timerOf({ instance, snapshot, stale }: PrivacyReading, spec: FieldSpec, context: GraphQLContext) {
  if (stale !== undefined || snapshot.categories.has(TIMER)) return modelled(snapshot, spec);
  const { fleet, signal, deadline } = context;
  const reach = { ...context.reach, instanceId: instance.id };
  const seconds = await context.answer(() => fleet.privacy.timer(reach, instance.name, { signal, deadline }));
  return enumNameOf(spec, seconds);
}

/** What null stands for. */
const WHEN_NULL = 'Null where WhatsApp reports none, or a value outside the enum.';
const TIMER_WHEN_NULL =
  'Asking for it costs one more read of WhatsApp. Only in a subscription, in `lastSettings` and in the `extensions.current` of `CONFLICT` it is as it was read last, and null where it never was.';

const sectionType = (section: Section, name: string) =>
  builder.objectRef<PrivacyReading>(name).implement({
    description: SECTION_MEANINGS[section],
    fields: (t) =>
      Object.fromEntries(
        fieldsOf(section).map((spec) => [
          spec.name,
          t.field({
            type: enumOf(spec),
            nullable: true,
            ...(spec.category === TIMER
              ? {
                  description: `${spec.description} ${WHEN_NULL} ${TIMER_WHEN_NULL}`,
                  complexity: READ_COST,
                  resolve: (reading: PrivacyReading, _args: object, context: GraphQLContext) =>
                    timerOf(reading, spec, context),
                }
              : {
                  description: `${spec.description} ${WHEN_NULL}`,
                  complexity: FIELD_COST,
                  resolve: ({ snapshot }: PrivacyReading) => modelled(snapshot, spec) ?? null,
                }),
          }),
        ]),
      ),
  });

const VisibilitySettings = sectionType('visibility', 'VisibilitySettings');
const ReceiptSettings = sectionType('privacy', 'ReceiptSettings');
const PermissionSettings = sectionType('permissions', 'PermissionSettings');

const RawPrivacySetting = builder.objectRef<RawSetting>('RawPrivacySetting').implement({
  description: 'A category, or a value of a known category, that this version does not model.',
  fields: (t) => ({
    category: t.exposeString('category', { description: "WhatsApp's name for it, such as `cover_photo`." }),
    value: t.exposeString('value', { description: 'Its value, as WhatsApp sent it.' }),
  }),
});

export const PrivacySettings = builder.objectRef<PrivacyReading>('PrivacySettings');
builder.node(PrivacySettings, {
  id: {
    description: STABLE_ID,
    resolve: ({ instance }) => instance.id,
  },
  description: 'The complete privacy settings of one instance, from one answer of WhatsApp.',
  // As `privacy` does: a node is what WhatsApp says now, not what a cache holds.
  loadWithoutCache: async (instanceId, context) => {
    const { fleet, signal, deadline } = context;
    const target = await targetOfId(instanceId, context);
    return target && fleet.privacy.read(target.reach, target.name, { signal, deadline });
  },
  fields: (t) => ({
    instance: t.field({
      type: Instance,
      description: 'The instance whose settings they are.',
      resolve: ({ instance }) => instance,
    }),
    visibility: t.field({
      type: VisibilitySettings,
      description: SECTION_MEANINGS.visibility,
      resolve: (reading) => reading,
    }),
    privacy: t.field({
      type: ReceiptSettings,
      description: SECTION_MEANINGS.privacy,
      resolve: (reading) => reading,
    }),
    permissions: t.field({
      type: PermissionSettings,
      description: SECTION_MEANINGS.permissions,
      resolve: (reading) => reading,
    }),
    other: t.field({
      type: [RawPrivacySetting],
      description: 'Categories and values that this version does not model.',
      resolve: ({ snapshot }) => unmodelled(snapshot),
    }),
    observedAt: t.field({
      type: 'DateTime',
      description:
        'When WhatsApp showed these settings last: later reads that show the same move it. In `Instance.lastSettings`, where they are not from the present connection, it may be when they were first observed.',
      resolve: ({ snapshot }) => snapshot.observedAt,
    }),
    stale: t.boolean({
      description:
        'True where the settings may have changed since `observedAt`: the instance was not connected, or a change was announced and not read yet. It can be true in `Instance.lastSettings` and in subscriptions alone: all else is freshly read.',
      resolve: ({ stale = false }) => stale,
    }),
  }),
});

builder.objectField(Instance, 'lastSettings', (t) =>
  t.field({
    type: PrivacySettings,
    nullable: true,
    description:
      'The settings that were observed last, without asking WhatsApp: for lists of many instances. `stale` where they may have changed since. Null where none were observed since the account was linked, and for a token without the scope `READ`.',
    resolve: (instance, _args, { fleet, principal: { scopes } }) =>
      scopes.has('read') ? fleet.directory.lastObserved(instance) : undefined,
  }),
);

builder.queryField('privacy', (t) =>
  t.field({
    type: PrivacySettings,
    nullable: true,
    description: "An instance's privacy settings, freshly read from WhatsApp. Calls that come together share one read.",
    authScopes: { read: true },
    complexity: READ_COST,
    args: instanceArgument,
    resolve: async (_root, { instance }, context) => {
      const { fleet, signal, deadline } = context;
      const { reach, name } = await targetOf(instance, context);
      return fleet.privacy.read(reach, name, { signal, deadline });
    },
  }),
);

builder.subscriptionField('privacy', (t) =>
  t.field({
    type: PrivacySettings,
    nullable: true,
    description:
      "An instance's privacy settings as last read, then each change of them; those that were `stale` come again once they are known to hold. Ends when the instance is deleted.",
    authScopes: { read: true },
    args: instanceArgument,
    subscribe: async (_root, { instance }, context) => {
      const { reach, name } = await targetOf(instance, context);
      return context.fleet.watching.watchPrivacy(reach, name, context.signal);
    },
    resolve: (reading) => reading,
  }),
);
