import type { FieldSpec } from '../fields.ts';
import type { OldList } from '../lists/put-back-list.ts';
import type { Snapshot } from '../settings.ts';

/** What becomes of the other fields when one does not come to hold. */
export type FailurePolicy = 'CONTINUE' | 'STOP' | 'ROLLBACK';

/** On what terms an update is made. */
export interface UpdateTerms {
  /** CONTINUE where it is left out. */
  readonly onFailure?: FailurePolicy | undefined;
  /** Only where the settings have not changed since then, epoch milliseconds. */
  readonly ifObservedAt?: number | undefined;
}

/** A read of a call's own, from before it wrote anything. */
export interface FirstRead {
  readonly snapshot: Snapshot;
  /** How many stanzas were sent for it. */
  readonly stanzas: number;
  /** How many changes made elsewhere were announced when it was asked for. */
  readonly announcements: number;
  /** The exclusion lists that the call's writes would drop, read behind it; only where they may have to be put back. */
  readonly lists?: ReadonlyMap<FieldSpec, OldList> | undefined;
}

/** Whether such an update has to know what holds before it writes. */
export const readsFirst = ({ onFailure, ifObservedAt }: UpdateTerms): boolean =>
  onFailure === 'ROLLBACK' || ifObservedAt !== undefined;
