import { specOf } from '../fields.ts';
import type { PrivacyCall, PrivacyPort, Read } from '../port.ts';
import type { ExclusionField, ExclusionList } from './exclusions.ts';
import { listIn, readListStanza } from './list-stanzas.ts';

/** A list as one read of WhatsApp showed it, with the version that a write of it has to name. */
export interface VersionedList extends ExclusionList {
  readonly version: string | undefined;
}

/** Reads the exclusion list of a field, by a request of its own. */
export async function readList(
  port: PrivacyPort,
  call: Pick<PrivacyCall, 'usesLid' | 'now'>,
  field: ExclusionField,
  timeoutMs: number,
): Promise<Read<VersionedList>> {
  const { category } = specOf(field);
  const shown = listIn(await port.ask(readListStanza(category, call.usesLid()), timeoutMs), category);
  if (shown.kind !== 'list') return shown;
  const { active, contacts, version } = shown;
  return { kind: 'shown', value: { field, active, contacts, version, observedAt: call.now() } };
}

/** The list as callers see it. */
export const withoutVersion = ({ field, active, contacts, observedAt }: VersionedList): ExclusionList => ({
  field,
  active,
  contacts,
  observedAt,
});
