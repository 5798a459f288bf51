import type { ExclusionsReading } from '../../fleet/calls/contact-calls.ts';
import type { ExclusionField } from '../../privacy/lists/exclusions.ts';
import { instanceArgument } from '../builder/arguments.ts';
import { builder } from '../builder/builder.ts';
import { CONTACTS_COST, READ_COST } from '../builder/cost.ts';
import { valuesWith } from '../builder/enums.ts';
import { STABLE_ID } from '../builder/node.ts';
import { targetOf, targetOfId } from '../builder/target.ts';
import { exclusionsId, partsOfExclusions } from '../global-id.ts';
import { Instance } from '../schema/instance.ts';
import { ExcludedContact } from './contact.ts';

const MEANINGS: Readonly<Record<ExclusionField, string>> = {
  LAST_SEEN: 'Its members do not see when the account was last online.',
  STATUS: 'Its members do not see the "about" text (not stories).',
  PROFILE: 'Its members do not see the profile picture.',
  GROUP_ADD: 'Its members can not add the account to groups.',
};

const isField = (text: string): text is ExclusionField => Object.hasOwn(MEANINGS, text);

const ExclusionFieldEnum = builder.enumType('ExclusionField', {
  description: 'The fields that can have an exclusion list.',
  values: valuesWith(MEANINGS),
});

export const PrivacyExclusions = builder.objectRef<ExclusionsReading>('PrivacyExclusions');
builder.node(PrivacyExclusions, {
  id: {
    description: STABLE_ID,
    resolve: ({ instance, list }) => exclusionsId(instance.id, list.field),
  },
  description: 'The exclusion list of one field, from one answer of WhatsApp.',
  // As `privacyExclusions` does: a node is what WhatsApp says now, not what a cache holds.
  loadWithoutCache: async (id, context) => {
    const { fleet, signal, deadline } = context;
    const { instanceId, field } = partsOfExclusions(id);
    if (!isField(field)) return undefined;
    const target = await targetOfId(instanceId, context);
    return target && fleet.contacts.exclusions(target.reach, target.name, field, { signal, deadline });
  },
  fields: (t) => ({
    instance: t.field({
      type: Instance,
      description: 'The instance whose list it is.',
      resolve: ({ instance }) => instance,
    }),
    field: t.field({
      type: ExclusionFieldEnum,
      description: 'The field whose list it is.',
      resolve: ({ list }) => list.field,
    }),
    active: t.boolean({
      description:
        "Whether the list is in force: the field's value is `CONTACT_BLACKLIST`. While it is not, WhatsApp shows no list, and `contacts` is empty.",
      resolve: ({ list }) => list.active,
    }),
    contacts: t.field({
      type: [ExcludedContact],
      description: 'The members of the list.',
      complexity: CONTACTS_COST,
      resolve: ({ list }) => list.contacts,
    }),
    observedAt: t.field({
      type: 'DateTime',
      description: 'When WhatsApp said so.',
      resolve: ({ list }) => list.observedAt,
    }),
  }),
});

export const exclusionFieldArgument = builder.args((t) => ({
  field: t.field({ type: ExclusionFieldEnum, required: true, description: 'The field whose list it is.' }),
}));

builder.queryField('privacyExclusions', (t) =>
  t.field({
    type: PrivacyExclusions,
    nullable: true,
    description: 'The exclusion list of one field, freshly read from WhatsApp.',
    authScopes: { read: true },
    complexity: READ_COST,
    args: {
      ...instanceArgument,
      ...exclusionFieldArgument,
    },
    resolve: async (_root, { instance, field }, context) => {
      const { fleet, signal, deadline } = context;
      const { reach, name } = await targetOf(instance, context);
      return fleet.contacts.exclusions(reach, name, field, { signal, deadline });
    },
  }),
);
