import type { InstanceRecord } from '../storage/instances.ts';
import { knownReason } from './reasons.ts';
import { INSTANCE_STATES, type InstanceView } from './state.ts';

/** The view that a stored instance begins with. A state that this version does not know is shown as STOPPED. */
export function viewOf(record: InstanceRecord): InstanceView {
  const known = INSTANCE_STATES.find((state) => state === record.state);
  const { id, accountId, name, createdAt, stateSince: since, phoneNumber } = record;
  const reason = record.reason && { ...record.reason, code: knownReason(record.reason.code) };
  return { id, accountId, name, createdAt, state: known ?? 'STOPPED', since, reason, phoneNumber };
}
