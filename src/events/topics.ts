import { createPubSub } from 'graphql-yoga';

/** What happens to instances, by instance id. Subscribers get a nudge and read the present state themselves. */
type Topics = {
  /** The state, reason or pairing of the instance changed, or it was deleted. */
  instanceChanged: [instanceId: string, payload: null];
  /** A read brought other privacy settings than the one before. */
  privacyChanged: [instanceId: string, payload: null];
};

export const createEvents = () => createPubSub<Topics>();
export type Events = ReturnType<typeof createEvents>;
