import type { RequestedChange, UpdateOutcome } from '../privacy/outcome.ts';
import type { Snapshot } from '../privacy/settings.ts';
import type { InstanceView } from './state.ts';

/** Whose instances a call may touch: an account's, or with `instanceId` that one alone. */
export interface Scope {
  readonly accountId: string;
  readonly instanceId?: string | undefined;
}

export interface InstancePage {
  readonly instances: readonly InstanceView[];
  readonly hasNextPage: boolean;
}

/**
 * The instances of all accounts and their sessions. A name outside the scope is NOT_FOUND, exactly like one that does
 * not exist. Every method throws PrivetError for what the caller can do something about.
 */
export interface Sessions {
  /** @throws CONFLICT when the account has an instance of that name. */
  create(scope: Scope, name: string): Promise<InstanceView>;
  /** Undefined when there is none in the scope. */
  find(scope: Scope, name: string): Promise<InstanceView | undefined>;
  /** By name; `after` is the name of the last instance already seen. */
  list(scope: Scope, page: { first: number; after?: string | undefined }): Promise<InstancePage>;
  /** Begins pairing; resolves once the first QR or the code is there, or the state says why not. */
  pair(scope: Scope, name: string, phoneNumber: string | undefined, signal: AbortSignal): Promise<InstanceView>;
  start(scope: Scope, name: string): Promise<InstanceView>;
  stop(scope: Scope, name: string): Promise<InstanceView>;
  /** Logs the linked device out on WhatsApp and waits until WhatsApp confirmed it. */
  unlink(scope: Scope, name: string, signal: AbortSignal): Promise<InstanceView>;
  delete(scope: Scope, name: string): Promise<void>;

  /** A fresh read; callers share one that was not sent yet. */
  readPrivacy(scope: Scope, name: string, signal: AbortSignal): Promise<PrivacyReading>;
  /** Applies the changes in the order of the field table and says what holds. */
  updatePrivacy(
    scope: Scope,
    name: string,
    changes: readonly RequestedChange[],
    signal: AbortSignal,
  ): Promise<{ readonly instance: InstanceView; readonly outcome: UpdateOutcome }>;

  /** The present state first, then each change; ends when the instance is deleted. */
  watchInstance(scope: Scope, name: string, signal: AbortSignal): Promise<AsyncIterable<InstanceView>>;
  /** The present settings first (once there are any), then each change; ends when the instance is deleted. */
  watchPrivacy(scope: Scope, name: string, signal: AbortSignal): Promise<AsyncIterable<PrivacyReading>>;
}

export interface PrivacyReading {
  readonly instance: InstanceView;
  readonly snapshot: Snapshot;
}
