import type { Stanza } from '../../wire/stanza.ts';
import type { FieldSpec } from '../fields.ts';
import { CONTACT_BLACKLIST } from '../lists/list-stanzas.ts';
import { putBackListStanza, type OldList } from '../lists/put-back-list.ts';
import { writeStanza } from '../stanzas.ts';

/** What a field held before a call wrote it. */
export interface OldValue {
  /** On the wire. One outside the field's enum as well: it was the account's own. */
  readonly wire: string;
  /** Its exclusion list; undefined where there was none, or it is not known. */
  readonly list: OldList | undefined;
}

/** Values that mean nothing without the members of their list. */
const WITH_MEMBERS: ReadonlySet<string> = new Set([CONTACT_BLACKLIST, 'contact_allowlist']);

export const hasMembers = (wire: string): boolean => WITH_MEMBERS.has(wire);

/**
 * How a field is put back: where there was a list, mode and members in one write.
 * @param isThere the list may have stayed, so that its version is still the one that it had.
 * @returns undefined where not all that belongs to the old value is known: nothing is to be written then.
 */
export function putBackStanza(
  { category }: FieldSpec,
  { wire, list }: OldValue,
  usesLid: boolean,
  isThere: boolean,
): Stanza | undefined {
  // Without its members it would exclude nobody.
  if (!list) return hasMembers(wire) ? undefined : writeStanza(category, wire);
  const now = isThere ? list : { ...list, active: false, contacts: [], version: undefined };
  return putBackListStanza(list, now, usesLid);
}
