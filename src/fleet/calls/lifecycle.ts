import type { Call } from '../../call.ts';
import type { InstanceView } from '../../instance/state.ts';
import type { TokenRecord } from '../../storage/tokens.ts';
import type { Reach } from './reach.ts';

/** The token of an instance that is being made, to be stored with it. It must ask nothing of the database. */
export type FirstTokenOf = (instance: { readonly id: string; readonly accountId: string }) => Promise<TokenRecord>;

/**
 * What changes an instance's life. One change of an instance runs at a time; those behind it wait.
 * @throws PrivetError NOT_FOUND when there is none of that name within reach
 */
export interface Lifecycle {
  /**
   * With the first token of the new instance, where one is made: both are stored, or neither.
   * @throws PrivetError CONFLICT when the account has an instance of that name; what `tokenOf` throws.
   */
  create(reach: Reach, name: string, tokenOf?: FirstTokenOf): Promise<InstanceView>;
  /** Begins pairing; resolves once the first QR or the code is there, or the state says why not. */
  pair(reach: Reach, name: string, phoneNumber: string | undefined, call: Call): Promise<InstanceView>;
  start(reach: Reach, name: string, call: Call): Promise<InstanceView>;
  stop(reach: Reach, name: string, call: Call): Promise<InstanceView>;
  /**
   * Logs the linked device out on WhatsApp and waits until WhatsApp confirmed it. Where WhatsApp refuses the account, or
   * was not reached for long, its credentials are set aside here alone; the phone still lists the device.
   */
  unlink(reach: Reach, name: string, call: Call): Promise<InstanceView>;
  /** Deletes the instance and its login for good. */
  delete(reach: Reach, name: string, call: Call): Promise<void>;
}
