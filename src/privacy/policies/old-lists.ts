import { ListUnreadError } from '../contacts/list-unread.ts';
import { askOnNextLink } from '../contacts/on-next-link.ts';
import type { FieldSpec } from '../fields.ts';
import { listIn, readListStanza, CONTACT_BLACKLIST } from '../lists/list-stanzas.ts';
import { isPutBack, type OldList } from '../lists/put-back-list.ts';
import { fieldsToWrite, type FieldUpdate } from '../plan.ts';
import type { PrivacyCall, Read } from '../port.ts';
import { requestTimeout } from '../time.ts';

/** Whether a write of this field drops its exclusion list. */
export const losesList = ({ previous, plan }: Pick<FieldUpdate, 'previous' | 'plan'>): boolean =>
  plan === 'write' && previous === CONTACT_BLACKLIST;

/**
 * The exclusion lists that writing these fields under ROLLBACK would drop, each by a read of its own. One that is gone by then is not among them:
 * the field was changed elsewhere meanwhile.
 * @throws ListUnreadError
 */
export async function listsBefore(
  call: PrivacyCall,
  fields: readonly FieldUpdate[],
): Promise<ReadonlyMap<FieldSpec, OldList>> {
  const read = async ({ spec }: FieldUpdate): Promise<(readonly [FieldSpec, OldList])[]> => {
    const shown = await readOldList(call, spec);
    if (shown.kind !== 'shown') throw new ListUnreadError(shown);
    return shown.value.active ? [[spec, shown.value]] : [];
  };
  const lists = await Promise.all(fieldsToWrite(fields, 'ROLLBACK').filter(losesList).map(read));
  return new Map(lists.flat());
}

/** Whether a fresh read shows the list as it was. */
export async function isListBack(call: PrivacyCall, spec: FieldSpec, old: OldList): Promise<boolean> {
  const shown = await readOldList(call, spec);
  return shown.kind === 'shown' && isPutBack(old, shown.value);
}

function readOldList(call: PrivacyCall, { field, category }: FieldSpec): Promise<Read<OldList>> {
  return askOnNextLink(call, async (): Promise<Read<OldList>> => {
    const timeoutMs = requestTimeout(call.remaining());
    if (timeoutMs === undefined) return { kind: 'unsent' };
    const shown = listIn(await call.port.ask(readListStanza(category, call.usesLid()), timeoutMs), category);
    return shown.kind === 'list' ? { kind: 'shown', value: { ...shown, field } } : shown;
  });
}
