import type { Call } from '../call.ts';
import type { RequestedChange, UpdateOutcome } from '../privacy/outcome.ts';
import type { Snapshot } from '../privacy/settings.ts';
import type { TokenRecord } from '../storage/tokens.ts';
import type { InstanceView } from '../instance/state.ts';
import type { Change } from './watch-all.ts';

/** Whose instances a call may touch: an account's, or with `instanceId` that one alone. */
export interface Reach {
  readonly accountId: string;
  readonly instanceId?: string | undefined;
}

/** The token of an instance that is being made, to be stored with it. It must ask nothing of the database. */
export type FirstTokenOf = (instance: { readonly id: string; readonly accountId: string }) => Promise<TokenRecord>;

/** The caller's key for one call, of 1–255 visible ASCII characters, and the token it came with. Good for 24 hours, and 10,000 calls. */
export interface Once {
  readonly tokenId: string;
  readonly key: string;
  /** Which of several updates of one request this is. */
  readonly part?: string;
}

export interface InstancePage {
  readonly instances: readonly InstanceView[];
  readonly hasNextPage: boolean;
  /** How many there are on all pages together. */
  readonly total: number;
}

/**
 * The instances of all accounts and their sessions. A name outside the reach is NOT_FOUND, exactly like one that does
 * not exist. Every method throws PrivetError for what the caller can do something about.
 */
export interface Sessions {
  /**
   * With the first token of the new instance, where one is made: both are stored, or neither.
   * @throws CONFLICT when the account has an instance of that name; what `tokenOf` throws.
   */
  create(reach: Reach, name: string, tokenOf?: FirstTokenOf): Promise<InstanceView>;
  /** Undefined when there is none within reach. */
  find(reach: Reach, name: string): Promise<InstanceView | undefined>;
  /** By name; `after` is the name of the last instance already seen. */
  list(reach: Reach, page: { first: number; after?: string | undefined }): Promise<InstancePage>;
  /** Begins pairing; resolves once the first QR or the code is there, or the state says why not. */
  pair(reach: Reach, name: string, phoneNumber: string | undefined, signal: AbortSignal): Promise<InstanceView>;
  start(reach: Reach, name: string, signal: AbortSignal): Promise<InstanceView>;
  stop(reach: Reach, name: string, signal: AbortSignal): Promise<InstanceView>;
  /**
   * Logs the linked device out on WhatsApp and waits until WhatsApp confirmed it. Where WhatsApp refuses the account, or
   * was not reached for long, its credentials are set aside here alone; the phone still lists the device.
   */
  unlink(reach: Reach, name: string, signal: AbortSignal): Promise<InstanceView>;
  delete(reach: Reach, name: string, signal: AbortSignal): Promise<void>;

  /** A fresh read; callers share one that was not sent yet. */
  readPrivacy(reach: Reach, name: string, call: Call): Promise<PrivacyReading>;
  /**
   * Applies the changes in the order of the field table and says what holds. With `once`, the same call again gives the
   * first one's outcome.
   * @throws CONFLICT while the first one runs; BAD_USER_INPUT when its key came with other changes.
   */
  updatePrivacy(
    reach: Reach,
    name: string,
    changes: readonly RequestedChange[],
    call: Call,
    once?: Once,
  ): Promise<{ readonly instance: InstanceView; readonly outcome: UpdateOutcome }>;

  /** The present state first, then each change; ends when the instance is deleted. */
  watchInstance(reach: Reach, name: string, signal: AbortSignal): Promise<AsyncIterable<InstanceView>>;
  /**
   * The present settings first (once there are any), then each change; those shown as stale again once they are known to
   * hold. Ends when the instance is deleted.
   */
  watchPrivacy(reach: Reach, name: string, signal: AbortSignal): Promise<AsyncIterable<PrivacyReading>>;
  /** All instances within reach by name, then each that changes, is made or is deleted. */
  watchInstances(reach: Reach, signal: AbortSignal): AsyncIterable<Change<InstanceView>>;
  /** The settings of all instances within reach that have any, by name, then each change; also that one is deleted. */
  watchPrivacies(reach: Reach, signal: AbortSignal): AsyncIterable<Change<PrivacyReading>>;
}

export interface PrivacyReading {
  readonly instance: InstanceView;
  readonly snapshot: Snapshot;
  /**
   * The settings may have changed since: there was no connection then, or a change was announced and not read yet. Of a read
   * that was made for the caller it is left out.
   */
  readonly stale?: boolean;
}
