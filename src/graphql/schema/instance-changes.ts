import type { InstanceView } from '../../instance/state.ts';
import type { Change } from '../../fleet/calls/watching.ts';
import { builder } from '../builder/builder.ts';
import { encodeGlobalId } from '../global-id.ts';
import { Instance } from './instance.ts';

export const CAUGHT_UP =
  'False while the stream tells what there is at its beginning; true from then on. The first that is true comes alone: what a client still shows and has not been told of by then is there no more.';

const InstanceChange = builder.objectRef<Change<InstanceView>>('InstanceChange').implement({
  description: 'One event of `instanceChanges`: an instance, or that one is gone, or neither.',
  fields: (t) => ({
    instance: t.field({
      type: Instance,
      nullable: true,
      description: 'An instance as it is now: one that is there, is new or has changed.',
      resolve: ({ value }) => value,
    }),
    deleted: t.id({
      nullable: true,
      description: 'The `id` of an instance that was deleted, to be dropped from caches.',
      resolve: ({ deletedId }) => (deletedId === undefined ? undefined : encodeGlobalId('Instance', deletedId)),
    }),
    caughtUp: t.exposeBoolean('caughtUp', { description: CAUGHT_UP }),
  }),
});

builder.subscriptionField('instanceChanges', (t) =>
  t.field({
    type: InstanceChange,
    nullable: true,
    description:
      'All instances that the token reaches, by name, an event for each; then one event with `caughtUp` alone; then each instance that is made, changes or is deleted. A client that reads slowly is told the latest state of each, and not what was in between.',
    authScopes: { read: true },
    subscribe: (_root, _args, { fleet, reach, signal }) => fleet.watching.watchInstances(reach, signal),
    resolve: (change) => change,
  }),
);
