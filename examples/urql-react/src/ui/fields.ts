import type { PrivacyField, SettingsFragment, UpdatePrivacyInput } from '../gql/graphql.ts';

type Group = 'visibility' | 'privacy' | 'permissions';

/** A field, and where it lies in settings and in an update's input alike. */
export type Row = {
  [G in Group]: {
    readonly field: PrivacyField;
    readonly label: string;
    readonly group: G;
    readonly key: Exclude<keyof SettingsFragment[G] & keyof NonNullable<UpdatePrivacyInput[G]>, '__typename'>;
  };
}[Group];

export const ROWS: readonly Row[] = [
  { field: 'LAST_SEEN', label: 'Last seen', group: 'visibility', key: 'lastSeen' },
  { field: 'ONLINE', label: 'Online', group: 'visibility', key: 'online' },
  { field: 'PROFILE', label: 'Profile picture', group: 'visibility', key: 'profile' },
  { field: 'STATUS', label: 'About', group: 'visibility', key: 'status' },
  { field: 'LINKED_PROFILES', label: 'Linked profiles', group: 'visibility', key: 'linkedProfiles' },
  { field: 'PIX', label: 'Pix key', group: 'visibility', key: 'pix' },
  { field: 'READ_RECEIPTS', label: 'Read receipts', group: 'privacy', key: 'readReceipts' },
  { field: 'DEFENSE', label: 'Strict protection', group: 'privacy', key: 'defense' },
  { field: 'CALL_ADD', label: 'Calls', group: 'permissions', key: 'callAdd' },
  { field: 'GROUP_ADD', label: 'Groups', group: 'permissions', key: 'groupAdd' },
  { field: 'MESSAGES', label: 'Messages', group: 'permissions', key: 'messages' },
  { field: 'STICKERS', label: 'Stickers', group: 'permissions', key: 'stickers' },
];

/** What a person chose and did not apply yet. */
export type Draft = Readonly<Partial<Record<PrivacyField, string>>>;

/** Null: WhatsApp reports none, or a value that the schema does not have. */
export const heldIn = (settings: SettingsFragment, { group, key }: Row): string | null => {
  const held: Readonly<Record<string, string | null | undefined>> = settings[group];
  return held[key] ?? null;
};

/** The values are those that `capabilities` named, so each is one of its field's enum. */
export function inputOf(draft: Draft): UpdatePrivacyInput {
  const input: Partial<Record<Group, Record<string, string>>> = {};
  for (const { field, group, key } of ROWS) {
    const value = draft[field];
    if (value !== undefined) (input[group] ??= {})[key] = value;
  }
  return input;
}
