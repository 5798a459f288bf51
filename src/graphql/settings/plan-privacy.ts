import type { PrivacyPlan } from '../../fleet/calls/privacy-calls.ts';
import type { PlannedStep } from '../../privacy/policies/preview.ts';
import { instanceArgument } from '../builder/arguments.ts';
import { builder } from '../builder/builder.ts';
import { READ_COST } from '../builder/cost.ts';
import { targetOf } from '../builder/target.ts';
import { PrivacyFieldEnum } from './fields.ts';
import { changesIn, termsIn, UpdatePrivacyInput } from './update-privacy.ts';
import { PrivacyWarningType } from './warnings.ts';

const PlannedStepType = builder.objectRef<PlannedStep>('PlannedStep').implement({
  description: 'One field that an update would write.',
  fields: (t) => ({
    field: t.field({ type: PrivacyFieldEnum, description: 'The field.', resolve: ({ field }) => field }),
    from: t.exposeString('from', {
      nullable: true,
      description:
        'What is known to hold: the enum name, or its text on the wire where it is outside the enum. Null when it is not known.',
    }),
    to: t.exposeString('to', { description: 'The enum name that is asked for.' }),
  }),
});

const PrivacyPlanType = builder.objectRef<PrivacyPlan>('PrivacyPlan').implement({
  description: 'What an update would do.',
  fields: (t) => ({
    steps: t.field({
      type: [PlannedStepType],
      description: 'The fields that would be written, in the order of the stanzas.',
      resolve: ({ preview }) => preview.steps,
    }),
    unchanged: t.field({
      type: [PrivacyFieldEnum],
      description: 'The fields that hold the value already.',
      resolve: ({ preview }) => preview.unchanged,
    }),
    stanzas: t.int({
      description: 'How many stanzas the update would send to WhatsApp where nothing goes wrong, its reads included.',
      resolve: ({ preview }) => preview.stanzas,
    }),
    warnings: t.field({
      type: [PrivacyWarningType],
      description: 'What to know about the requested values, and which of the fields the account does not have.',
      resolve: ({ preview }) => preview.warnings,
    }),
  }),
});

builder.queryField('planPrivacy', (t) =>
  t.field({
    type: PrivacyPlanType,
    nullable: true,
    description:
      'What `updatePrivacy` would do with that input, and nothing is changed. Nothing is sent to WhatsApp either while what is known is fresh: settings that are `stale` are read first, and so is the default timer where the input has it and it is not known. Fails as `CONFLICT` by `ifObservedAt` where the update would.',
    authScopes: { read: true },
    complexity: READ_COST,
    args: {
      ...instanceArgument,
      input: t.arg({ type: UpdatePrivacyInput, required: true, description: 'What would be changed.' }),
    },
    resolve: async (_root, { instance, input }, context) => {
      const { fleet, signal, deadline } = context;
      const { reach, name } = await targetOf(instance, context);
      return fleet.privacy.plan(reach, name, changesIn(input), { signal, deadline }, termsIn(input));
    },
  }),
);
