import type { InstanceView } from '../../instance/state.ts';
import type { PrivacyReading } from './privacy-calls.ts';
import type { Reach } from './reach.ts';

export interface InstancePage {
  readonly instances: readonly InstanceView[];
  readonly hasNextPage: boolean;
}

/** Which instances there are. One out of reach is exactly like one that does not exist. */
export interface Directory {
  /** Undefined when there is none of that name within reach. */
  find(reach: Reach, name: string): Promise<InstanceView | undefined>;
  /** Undefined when there is none of that id within reach. */
  get(reach: Reach, id: string): Promise<InstanceView | undefined>;
  /** By name; `after` is the name of the last instance of the page before. */
  list(reach: Reach, page: { readonly first: number; readonly after?: string | undefined }): Promise<InstancePage>;
  /** How many there are on all pages together. */
  count(reach: Reach): Promise<number>;
  /**
   * The settings that were observed last, without asking WhatsApp: `stale` where it is not from the present connection.
   * Undefined where none were since the account was linked. Calls that come together read the database together.
   */
  lastObserved(instance: InstanceView): Promise<PrivacyReading | undefined>;
  /**
   * The name of the node of several that has the instance; undefined where none has that lives, or there are no nodes.
   * Calls that come together read the database together.
   */
  nodeOf(instance: InstanceView): Promise<string | undefined> | undefined;
}
