import type { PrivacyReading } from '../../fleet/calls/privacy-calls.ts';
import type { Change } from '../../fleet/calls/watching.ts';
import { builder } from '../builder/builder.ts';
import { encodeGlobalId } from '../global-id.ts';
import { CAUGHT_UP } from '../schema/instance-changes.ts';
import { PrivacySettings } from './privacy.ts';

const PrivacyChange = builder.objectRef<Change<PrivacyReading>>('PrivacyChange').implement({
  description: "One event of `privacyChanges`: an instance's settings, or that they are gone, or neither.",
  fields: (t) => ({
    settings: t.field({
      type: PrivacySettings,
      nullable: true,
      description: 'Settings as WhatsApp showed them last; `instance` within says whose.',
      resolve: ({ value }) => value,
    }),
    deleted: t.id({
      nullable: true,
      description: 'The `id` of settings whose instance was deleted, to be dropped from caches.',
      resolve: ({ deletedId }) => (deletedId === undefined ? undefined : encodeGlobalId('PrivacySettings', deletedId)),
    }),
    caughtUp: t.exposeBoolean('caughtUp', { description: CAUGHT_UP }),
  }),
});

builder.subscriptionField('privacyChanges', (t) =>
  t.field({
    type: PrivacyChange,
    nullable: true,
    description:
      'The privacy settings of all instances that the token reaches and whose settings are known, by name, an event for each; then one event with `caughtUp` alone; then each change, and each deletion. Nothing is read from WhatsApp for it. A client that reads slowly is told the latest settings of each.',
    authScopes: { read: true },
    subscribe: (_root, _args, { fleet, reach, signal }) => fleet.watching.watchPrivacies(reach, signal),
    resolve: (change) => change,
  }),
);
