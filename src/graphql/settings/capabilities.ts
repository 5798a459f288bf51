import { capabilitiesOf, type Capability } from '../../privacy/capabilities.ts';
import { builder } from '../builder/builder.ts';
import { Instance } from '../schema/instance.ts';
import { PrivacyFieldEnum } from './fields.ts';

const CapabilityType = builder.objectRef<Capability>('Capability').implement({
  description: 'A setting that an account has, and what it can be set to.',
  fields: (t) => ({
    field: t.field({ type: PrivacyFieldEnum, description: 'The setting.', resolve: ({ field }) => field }),
    values: t.stringList({
      description: "The values of the setting's enum.",
      resolve: ({ values }) => [...values],
    }),
    exclusions: t.exposeBoolean('exclusions', {
      description: 'Whether it can have an exclusion list, with `CONTACT_BLACKLIST`: see `privacyExclusions`.',
    }),
  }),
});

builder.objectField(Instance, 'capabilities', (t) =>
  t.field({
    type: [CapabilityType],
    description:
      'The settings that the account has, each with the values that it can take: a form needs to show nothing else. Known from the settings that were observed last, without asking WhatsApp. A field that is not here fails as `UNSUPPORTED`. Empty where none were observed since the account was linked, and for a token without the scope `READ`.',
    resolve: async (instance, _args, { fleet, principal: { scopes } }) => {
      const observed = scopes.has('read') ? await fleet.directory.lastObserved(instance) : undefined;
      return observed ? capabilitiesOf(observed.snapshot) : [];
    },
  }),
);
