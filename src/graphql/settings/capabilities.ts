import { capabilitiesOf, type Capability } from '../../privacy/capabilities.ts';
import { builder } from '../builder/builder.ts';
import { Instance } from '../schema/instance.ts';
import { PrivacyFieldEnum } from '../schema/privacy.ts';

const CapabilityType = builder.objectRef<Capability>('Capability').implement({
  description: 'A setting that an account has, and what it can be set to.',
  fields: (t) => ({
    field: t.field({ type: PrivacyFieldEnum, description: 'The setting.', resolve: ({ field }) => field }),
    values: t.stringList({
      description: "The values of the setting's enum.",
      resolve: ({ values }) => [...values],
    }),
    exclusions: t.exposeBoolean('exclusions', {
      description: 'Whether contacts can be left out of it by name, with `CONTACT_BLACKLIST`.',
    }),
  }),
});

builder.objectField(Instance, 'capabilities', (t) =>
  t.field({
    type: [CapabilityType],
    description:
      'What the account can be set to, by the settings that were observed last, without asking WhatsApp: a form needs to show nothing else. What is not here fails as `UNSUPPORTED`. Empty where none were observed since the account was linked, and for a token without the scope `READ`.',
    resolve: async (instance, _args, { fleet, principal: { scopes } }) => {
      const observed = scopes.has('read') ? await fleet.directory.lastObserved(instance) : undefined;
      return observed ? capabilitiesOf(observed.snapshot) : [];
    },
  }),
);
