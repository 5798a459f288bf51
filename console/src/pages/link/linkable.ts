import type { InstanceState, InstanceToLinkFragment } from '../../gql/graphql.ts';

const LINKABLE = new Set<InstanceState>(['UNPAIRED', 'LOGGED_OUT', 'PASSKEY_REQUIRED']);

/** Whether a phone can be linked to it now. One that failed may not have been linked yet: the service knows. */
export const isLinkable = ({ state, reason }: Pick<InstanceToLinkFragment, 'state' | 'reason'>): boolean =>
  LINKABLE.has(state) || (state === 'STOPPED' && reason?.code === 'INTERNAL_ERROR');
