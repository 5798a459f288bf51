import type { Call } from '../../call.ts';
import type { InstanceView } from '../../instance/state.ts';
import type { RequestedChange, UpdateOutcome } from '../../privacy/outcome.ts';
import type { UpdateTerms } from '../../privacy/policies/terms.ts';
import type { UpdatePreview } from '../../privacy/policies/preview.ts';
import type { Snapshot } from '../../privacy/settings.ts';
import type { IdempotencyKey } from './idempotency-key.ts';
import type { Reach } from './reach.ts';

export interface PrivacyReading {
  readonly instance: InstanceView;
  readonly snapshot: Snapshot;
  /**
   * The settings may have changed since: there was no connection then, or a change was announced and not read yet. Absent
   * where the read was made for the caller.
   */
  readonly stale?: boolean;
}

export interface PrivacyPlan {
  readonly instance: InstanceView;
  readonly preview: UpdatePreview;
}

export interface PrivacyUpdate {
  readonly instance: InstanceView;
  readonly outcome: UpdateOutcome;
}

/**
 * Reads and changes the settings of an instance that is connected.
 * @throws PrivetError NOT_FOUND when there is none of that name within reach; InstanceNotConnectedError
 */
export interface PrivacyCalls {
  /** A fresh read; callers share one that was not sent yet. */
  read(reach: Reach, name: string, call: Call): Promise<PrivacyReading>;
  /** A fresh read of the default disappearing timer, shared alike: its seconds, as text. Other reads do not show it. */
  timer(reach: Reach, name: string, call: Call): Promise<string>;
  /**
   * Applies the changes in the order of the field table and says what holds.
   * @throws as `IdempotencyKey` says; SettingsChangedError where the terms ask for settings that have changed since.
   */
  update(
    reach: Reach,
    name: string,
    changes: readonly RequestedChange[],
    call: Call,
    key?: IdempotencyKey,
    terms?: UpdateTerms,
  ): Promise<PrivacyUpdate>;
  /**
   * What such an update would do. Nothing is sent for it while what is known of the settings is fresh.
   * @throws as `read`; SettingsChangedError as `update`
   */
  plan(
    reach: Reach,
    name: string,
    changes: readonly RequestedChange[],
    call: Call,
    terms?: UpdateTerms,
  ): Promise<PrivacyPlan>;
}
