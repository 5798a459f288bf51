/**
 * The default timer of new chats is no privacy category: it has stanzas of its own. Beside the categories of a snapshot it
 * stands under this name, its seconds as text, where a read asked for it.
 */
export const TIMER = 'disappearing_mode';

const audience = { ALL: 'all', CONTACTS: 'contacts', CONTACT_BLACKLIST: 'contact_blacklist', NONE: 'none' } as const;

/**
 * THE table: every field this version models, in the order in which its stanzas leave. It feeds the GraphQL enums and
 * inputs, the REST validation, the OpenAPI description and the stanzas: another field is one row here.
 *
 * `category` is the name on the wire; `values` maps enum names to wire values that this project writes; `restName` is
 * the setting's name in `PATCH /users/me/privacy`, for the fields that endpoint knows; `profileRest`: whether
 * `/api/profile/privacy` knows it. Both endpoints keep to what is documented of them. `exclusions`: whether the field can
 * have an exclusion list.
 */
export const FIELDS = [
  {
    field: 'LAST_SEEN',
    name: 'lastSeen',
    section: 'visibility',
    category: 'last',
    enumName: 'LastSeenPrivacy',
    values: audience,
    restName: 'last_seen',
    profileRest: true,
    exclusions: true,
    description: 'Who sees when the account was last online.',
  },
  {
    field: 'STATUS',
    name: 'status',
    section: 'visibility',
    category: 'status',
    enumName: 'StatusPrivacy',
    values: audience,
    restName: 'status',
    profileRest: true,
    exclusions: true,
    description: 'Who sees the "about" text (not stories).',
  },
  {
    field: 'PROFILE',
    name: 'profile',
    section: 'visibility',
    category: 'profile',
    enumName: 'ProfilePrivacy',
    values: audience,
    restName: 'profile_picture',
    profileRest: true,
    exclusions: true,
    description: 'Who sees the profile picture.',
  },
  {
    field: 'ONLINE',
    name: 'online',
    section: 'visibility',
    category: 'online',
    enumName: 'OnlinePrivacy',
    values: { ALL: 'all', MATCH_LAST_SEEN: 'match_last_seen' },
    restName: undefined,
    profileRest: true,
    exclusions: false,
    description: 'Who sees that the account is online right now.',
  },
  {
    field: 'READ_RECEIPTS',
    name: 'readReceipts',
    section: 'privacy',
    category: 'readreceipts',
    enumName: 'ReadReceiptsPrivacy',
    values: { ALL: 'all', NONE: 'none' },
    restName: 'read_receipts',
    profileRest: true,
    exclusions: false,
    description: 'Whether read receipts are sent and shown. Reciprocal; does not cover groups.',
  },
  {
    field: 'CALL_ADD',
    name: 'callAdd',
    section: 'permissions',
    category: 'calladd',
    enumName: 'CallAddPrivacy',
    values: { ALL: 'all', KNOWN: 'known' },
    restName: undefined,
    profileRest: true,
    exclusions: false,
    description: 'Who can call the account.',
  },
  {
    field: 'GROUP_ADD',
    name: 'groupAdd',
    section: 'permissions',
    category: 'groupadd',
    enumName: 'GroupAddPrivacy',
    values: { ALL: 'all', CONTACTS: 'contacts', CONTACT_BLACKLIST: 'contact_blacklist' },
    restName: 'groups',
    profileRest: true,
    exclusions: true,
    description: 'Who can add the account to groups.',
  },
  {
    field: 'MESSAGES',
    name: 'messages',
    section: 'permissions',
    category: 'messages',
    enumName: 'MessagesPrivacy',
    values: { ALL: 'all', CONTACTS: 'contacts' },
    restName: undefined,
    profileRest: false,
    exclusions: false,
    description: 'Who can send the account messages.',
  },
  {
    field: 'DEFENSE',
    name: 'defense',
    section: 'privacy',
    category: 'defense',
    enumName: 'DefensePrivacy',
    values: { OFF: 'off', ON_STANDARD: 'on_standard' },
    restName: undefined,
    profileRest: false,
    exclusions: false,
    description: "Whether WhatsApp's strict protection of the account is on.",
  },
  {
    field: 'STICKERS',
    name: 'stickers',
    section: 'permissions',
    category: 'stickers',
    enumName: 'StickersPrivacy',
    values: { CONTACTS: 'contacts', CONTACT_ALLOWLIST: 'contact_allowlist', NONE: 'none' },
    restName: undefined,
    profileRest: false,
    exclusions: false,
    description: "Who can use the account's stickers.",
  },
  {
    field: 'LINKED_PROFILES',
    name: 'linkedProfiles',
    section: 'visibility',
    category: 'linked_profiles',
    enumName: 'LinkedProfilesPrivacy',
    values: audience,
    restName: undefined,
    profileRest: false,
    exclusions: false,
    description: 'Who sees the profiles elsewhere that the account links to.',
  },
  {
    field: 'PIX',
    name: 'pix',
    section: 'visibility',
    category: 'pix',
    enumName: 'PixPrivacy',
    values: audience,
    restName: undefined,
    profileRest: false,
    exclusions: false,
    description: "Who sees the account's Pix key, for payments in Brazil.",
  },
  {
    field: 'DEFAULT_DISAPPEARING',
    name: 'defaultDisappearing',
    section: 'privacy',
    category: TIMER,
    enumName: 'DefaultDisappearing',
    values: { OFF: '0', DAY_1: '86400', DAYS_7: '604800', DAYS_90: '7776000' },
    restName: undefined,
    profileRest: false,
    exclusions: false,
    description: 'How long messages stay in chats that are begun from now on.',
  },
] as const satisfies readonly FieldRow[];

interface FieldRow {
  readonly field: string;
  readonly name: string;
  readonly section: 'visibility' | 'privacy' | 'permissions';
  readonly category: string;
  readonly enumName: string;
  readonly values: Readonly<Record<string, string>>;
  readonly restName: string | undefined;
  readonly profileRest: boolean;
  readonly exclusions: boolean;
  readonly description: string;
}

type Row = (typeof FIELDS)[number];

/** The enum names of the fields: LAST_SEEN, STATUS, … */
export type PrivacyField = Row['field'];
export type Section = Row['section'];

/** A row of the table with its values as plain strings, for code that treats all fields alike. */
export interface FieldSpec extends FieldRow {
  readonly field: PrivacyField;
}

export const fieldSpecs: readonly FieldSpec[] = [...FIELDS];

type ProfileRow = Extract<Row, { profileRest: true }>;

/** The fields that `/api/profile/privacy` knows. */
export const PROFILE_FIELDS = FIELDS.filter((row): row is ProfileRow => row.profileRest);

const byField = new Map<PrivacyField, FieldSpec>(fieldSpecs.map((spec) => [spec.field, spec]));

export function specOf(field: PrivacyField): FieldSpec {
  const spec = byField.get(field);
  if (!spec) throw new TypeError(`Unknown privacy field ${field}`);
  return spec;
}

/** The enum name for a value on the wire, or undefined where it is outside the field's enum. */
export function enumNameOf(spec: FieldSpec, wire: string): string | undefined {
  return Object.entries(spec.values).find(([, value]) => value === wire)?.[0];
}
