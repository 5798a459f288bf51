import type { ExclusionField, HeldSettingsFragment, PrivacyField } from './gql/graphql.ts';

/** The settings of one answer, by section: also what a conflict gives as the present ones. */
export type Sections = Pick<HeldSettingsFragment, 'visibility' | 'privacy' | 'permissions'>;
export type Section = keyof Sections;

/** Where each field stands in `PrivacySettings` and in an input, and the values that it can take. */
export const FIELDS = {
  LAST_SEEN: {
    section: 'visibility',
    key: 'lastSeen',
    values: ['ALL', 'CONTACTS', 'CONTACT_BLACKLIST', 'NONE'],
  },
  ONLINE: { section: 'visibility', key: 'online', values: ['ALL', 'MATCH_LAST_SEEN'] },
  PROFILE: { section: 'visibility', key: 'profile', values: ['ALL', 'CONTACTS', 'CONTACT_BLACKLIST', 'NONE'] },
  STATUS: { section: 'visibility', key: 'status', values: ['ALL', 'CONTACTS', 'CONTACT_BLACKLIST', 'NONE'] },
  LINKED_PROFILES: {
    section: 'visibility',
    key: 'linkedProfiles',
    values: ['ALL', 'CONTACTS', 'CONTACT_BLACKLIST', 'NONE'],
  },
  PIX: { section: 'visibility', key: 'pix', values: ['ALL', 'CONTACTS', 'CONTACT_BLACKLIST', 'NONE'] },
  READ_RECEIPTS: { section: 'privacy', key: 'readReceipts', values: ['ALL', 'NONE'] },
  DEFENSE: { section: 'privacy', key: 'defense', values: ['OFF', 'ON_STANDARD'] },
  DEFAULT_DISAPPEARING: {
    section: 'privacy',
    key: 'defaultDisappearing',
    values: ['OFF', 'DAY_1', 'DAYS_7', 'DAYS_90'],
  },
  GROUP_ADD: { section: 'permissions', key: 'groupAdd', values: ['ALL', 'CONTACTS', 'CONTACT_BLACKLIST'] },
  CALL_ADD: { section: 'permissions', key: 'callAdd', values: ['ALL', 'KNOWN'] },
  MESSAGES: { section: 'permissions', key: 'messages', values: ['ALL', 'CONTACTS'] },
  STICKERS: { section: 'permissions', key: 'stickers', values: ['CONTACTS', 'CONTACT_ALLOWLIST', 'NONE'] },
} as const satisfies Record<PrivacyField, FieldRow>;

interface FieldRow {
  readonly section: Section;
  readonly key: string;
  readonly values: readonly string[];
}

export type FieldValue<F extends PrivacyField> = (typeof FIELDS)[F]['values'][number];

/** In the order in which a page shows them. */
export const FIELD_ORDER = Object.keys(FIELDS) as PrivacyField[];
export const SECTIONS: readonly Section[] = ['visibility', 'privacy', 'permissions'];

/** @returns the value's enum name; undefined where WhatsApp reports none, or one outside the enum. */
export function heldValue(settings: Sections, field: PrivacyField): string | undefined {
  const { section, key } = FIELDS[field];
  const values: Partial<Record<string, string | null>> = settings[section];
  return values[key] ?? undefined;
}

/** The value that goes with an exclusion list. */
export const LISTED = 'CONTACT_BLACKLIST';

const WITH_EXCLUSIONS = new Set<string>(['LAST_SEEN', 'STATUS', 'PROFILE', 'GROUP_ADD'] satisfies ExclusionField[]);

export const hasExclusions = (field: PrivacyField): field is ExclusionField => WITH_EXCLUSIONS.has(field);
