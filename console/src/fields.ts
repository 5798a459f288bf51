import type { ExclusionField, HeldSettingsFragment, PrivacyField } from './gql/graphql.ts';

/** The settings of one answer, by section: also what a conflict gives as the present ones. */
export type Sections = Pick<HeldSettingsFragment, 'visibility' | 'privacy' | 'permissions'>;
export type Section = keyof Sections;

/** Where each field stands in `PrivacySettings` and in an input, and the values that it can take. */
export const FIELDS = {
  LAST_SEEN: {
    section: 'visibility',
    category: 'last',
    key: 'lastSeen',
    values: ['ALL', 'CONTACTS', 'CONTACT_BLACKLIST', 'NONE'],
  },
  ONLINE: { section: 'visibility', category: 'online', key: 'online', values: ['ALL', 'MATCH_LAST_SEEN'] },
  PROFILE: {
    section: 'visibility',
    category: 'profile',
    key: 'profile',
    values: ['ALL', 'CONTACTS', 'CONTACT_BLACKLIST', 'NONE'],
  },
  STATUS: {
    section: 'visibility',
    category: 'status',
    key: 'status',
    values: ['ALL', 'CONTACTS', 'CONTACT_BLACKLIST', 'NONE'],
  },
  LINKED_PROFILES: {
    section: 'visibility',
    category: 'linked_profiles',
    key: 'linkedProfiles',
    values: ['ALL', 'CONTACTS', 'CONTACT_BLACKLIST', 'NONE'],
  },
  PIX: { section: 'visibility', category: 'pix', key: 'pix', values: ['ALL', 'CONTACTS', 'CONTACT_BLACKLIST', 'NONE'] },
  READ_RECEIPTS: { section: 'privacy', category: 'readreceipts', key: 'readReceipts', values: ['ALL', 'NONE'] },
  DEFENSE: { section: 'privacy', category: 'defense', key: 'defense', values: ['OFF', 'ON_STANDARD'] },
  DEFAULT_DISAPPEARING: {
    section: 'privacy',
    category: 'disappearing_mode',
    key: 'defaultDisappearing',
    values: ['OFF', 'DAY_1', 'DAYS_7', 'DAYS_90'],
  },
  GROUP_ADD: {
    section: 'permissions',
    category: 'groupadd',
    key: 'groupAdd',
    values: ['ALL', 'CONTACTS', 'CONTACT_BLACKLIST'],
  },
  CALL_ADD: { section: 'permissions', category: 'calladd', key: 'callAdd', values: ['ALL', 'KNOWN'] },
  MESSAGES: { section: 'permissions', category: 'messages', key: 'messages', values: ['ALL', 'CONTACTS'] },
  STICKERS: {
    section: 'permissions',
    category: 'stickers',
    key: 'stickers',
    values: ['CONTACTS', 'CONTACT_ALLOWLIST', 'NONE'],
  },
} as const satisfies Record<PrivacyField, FieldRow>;

interface FieldRow {
  readonly section: Section;
  /** WhatsApp's own name for it, by which `other` has values outside the enum. */
  readonly category: string;
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

/** @returns the value's enum name, or as WhatsApp has it where that is outside the enum. */
export const shownValue = (settings: HeldSettingsFragment, field: PrivacyField): string | undefined =>
  heldValue(settings, field) ?? settings.other.find(({ category }) => category === FIELDS[field].category)?.value;

/** The value that goes with an exclusion list. */
export const LISTED = 'CONTACT_BLACKLIST';

const WITH_EXCLUSIONS = new Set<string>(['LAST_SEEN', 'STATUS', 'PROFILE', 'GROUP_ADD'] satisfies ExclusionField[]);

export const hasExclusions = (field: PrivacyField): field is ExclusionField => WITH_EXCLUSIONS.has(field);
