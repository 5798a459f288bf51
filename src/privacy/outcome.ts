import type { PrivacyField } from './fields.ts';
import type { Snapshot } from './settings.ts';
import type { PrivacyWarning } from './policies/warnings.ts';

/** One field as the caller wants it; `wire` is one of the field's writable values. */
export interface RequestedChange {
  readonly field: PrivacyField;
  readonly wire: string;
}

export type FieldResult = 'APPLIED' | 'ALREADY_SET' | 'FAILED';

export type PartialFailureCode =
  | 'REJECTED'
  | 'TIMED_OUT'
  | 'CONNECTION_LOST'
  | 'MISMATCH'
  | 'UNVERIFIED'
  | 'UNSUPPORTED'
  | 'SKIPPED'
  /** It held, and was put back. */
  | 'ROLLED_BACK';

/** `requested`, `previous`: enum names; where a value is outside the enum, its text on the wire. */
export interface FieldOutcome {
  readonly field: PrivacyField;
  readonly requested: string;
  readonly previous: string | undefined;
  readonly current: string | undefined;
  readonly result: FieldResult;
  /** Whether a read shows again what the call had changed; undefined where nothing had to be put back. */
  readonly rolledBack?: boolean | undefined;
}

export interface PartialFailure {
  readonly field: PrivacyField;
  readonly requested: string;
  readonly current: string | undefined;
  readonly code: PartialFailureCode;
  readonly message: string;
  readonly retryable: boolean;
}

/** What an update came to. `snapshot` is the read-back, undefined when no read succeeded after the writes. */
export interface UpdateOutcome {
  readonly snapshot: Snapshot | undefined;
  readonly outcomes: readonly FieldOutcome[];
  readonly failures: readonly PartialFailure[];
  /** What to know of the requested values, by what the account held before. */
  readonly warnings: readonly PrivacyWarning[];
  /** Stanzas sent to WhatsApp for this call, reads included. */
  readonly stanzas: number;
}

/** An update that was run to its end. `T`: what its caller is told. */
export interface UpdateRun<T> {
  readonly outcome: T;
  /**
   * Resolves once every write is answered. While it has not, or where `unanswered` is true afterwards, a write may
   * still land on this connection: end the connection before the next update.
   */
  readonly writesAnswered: Promise<void>;
  readonly unanswered: () => boolean;
  /** Whether a write may have landed behind the last read, or may land yet. */
  readonly mayLand: boolean;
  /** It changed a setting that the view has not read since. */
  readonly changedSettings?: boolean;
}
