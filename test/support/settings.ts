import type { UpdatePrivacyInput } from '../gql/graphql.ts';

/** Each of the seven fields away from the simulator's default, which is `all` everywhere. */
export const ALL_CHANGED = {
  visibility: { lastSeen: 'NONE', status: 'CONTACTS', profile: 'CONTACT_BLACKLIST', online: 'MATCH_LAST_SEEN' },
  privacy: { readReceipts: 'NONE' },
  permissions: { callAdd: 'KNOWN', groupAdd: 'CONTACTS' },
} as const satisfies UpdatePrivacyInput;

/** The same as WhatsApp holds it. */
export const ALL_CHANGED_WIRE = {
  last: 'none',
  status: 'contacts',
  profile: 'contact_blacklist',
  online: 'match_last_seen',
  readreceipts: 'none',
  calladd: 'known',
  groupadd: 'contacts',
} as const;
