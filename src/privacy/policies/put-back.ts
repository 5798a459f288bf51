import type { Stanza } from '../../wire/stanza.ts';
import type { FieldSpec } from '../fields.ts';
import { WITH_LIST } from '../lists/list-stanzas.ts';
import { putBackStanza as putBackListStanza, type OldList } from '../lists/put-back-list.ts';
import { writeStanza } from '../stanzas.ts';

/** What a field held before a call wrote it. */
export interface OldValue {
  /** On the wire. One outside the field's enum as well: it was the account's own. */
  readonly wire: string;
  /** Who was left out of it; undefined where there was no list, or it is not known. */
  readonly list: OldList | undefined;
}

/** Values behind which there is a list of people: without them they are others than they were. */
const WITH_PEOPLE: ReadonlySet<string> = new Set([WITH_LIST, 'contact_allowlist']);

export const hasPeople = (wire: string): boolean => WITH_PEOPLE.has(wire);

/**
 * How a field is put back: where there was a list, mode and members in one write.
 * @param isThere the list may never have gone, so that its version is still the one that it had.
 * @returns undefined where not all that belongs to the old value is known: nothing is to be written then.
 */
export function putBackStanza(
  { category }: FieldSpec,
  { wire, list }: OldValue,
  usesLid: boolean,
  isThere: boolean,
): Stanza | undefined {
  // Without its people it would leave out nobody.
  if (!list) return hasPeople(wire) ? undefined : writeStanza(category, wire);
  const now = isThere ? list : { ...list, active: false, contacts: [], version: undefined };
  return putBackListStanza(list, now, usesLid);
}
