import type {
  WAPrivacyCallValue,
  WAPrivacyGroupAddValue,
  WAPrivacyOnlineValue,
  WAPrivacyValue,
  WAReadReceiptsValue,
} from '@whiskeysockets/baileys';
import { PROFILE_FIELDS } from '../src/privacy/fields.ts';

/** A value for each field, by category, as both ways take it. */
export interface SettingsSet extends Readonly<Record<(typeof PROFILE_FIELDS)[number]['category'], string>> {
  readonly last: WAPrivacyValue;
  readonly status: WAPrivacyValue;
  readonly profile: WAPrivacyValue;
  readonly online: WAPrivacyOnlineValue;
  readonly readreceipts: WAReadReceiptsValue;
  readonly calladd: WAPrivacyCallValue;
  readonly groupadd: WAPrivacyGroupAddValue;
}

const OPEN: SettingsSet = {
  last: 'all',
  status: 'all',
  profile: 'all',
  online: 'all',
  readreceipts: 'all',
  calladd: 'all',
  groupadd: 'all',
};

const CLOSED: SettingsSet = {
  last: 'none',
  status: 'contacts',
  profile: 'none',
  online: 'match_last_seen',
  readreceipts: 'none',
  calladd: 'known',
  groupadd: 'contacts',
};

/** Two sets that differ in every field: going from one to the other changes all seven. */
export const setFor = (turn: number): SettingsSet => (turn % 2 === 0 ? OPEN : CLOSED);

/** @throws Error naming the first field that holds something else: a fast wrong answer is no figure. */
export function assertHeld(who: string, wanted: SettingsSet, held: Readonly<Record<string, string>>): void {
  const wrong = PROFILE_FIELDS.find(({ category }) => held[category] !== wanted[category]);
  if (wrong) throw new Error(`${who}: ${wrong.category} is ${held[wrong.category]}, not ${wanted[wrong.category]}`);
}
