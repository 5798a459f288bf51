import type { Call } from '../../call.ts';
import type { InstanceView } from '../../instance/state.ts';
import type { BlockAction, Blocklist, BlocklistOutcome } from '../../privacy/blocklist/blocklist.ts';
import type { NamedContact } from '../../privacy/contacts/contact.ts';
import type {
  ExclusionChange,
  ExclusionField,
  ExclusionList,
  ExclusionsOutcome,
} from '../../privacy/lists/exclusions.ts';
import type { IdempotencyKey } from './idempotency-key.ts';
import type { Reach } from './reach.ts';

export interface ExclusionsReading {
  readonly instance: InstanceView;
  readonly list: ExclusionList;
}

export interface ExclusionsUpdate {
  readonly instance: InstanceView;
  readonly field: ExclusionField;
  readonly outcome: ExclusionsOutcome;
}

export interface BlocklistReading {
  readonly instance: InstanceView;
  readonly list: Blocklist;
}

export interface BlocklistUpdate {
  readonly instance: InstanceView;
  readonly outcome: BlocklistOutcome;
}

/**
 * Reads and changes the lists of contacts of an instance that is connected.
 * @throws PrivetError NOT_FOUND when there is none of that name within reach; InstanceNotConnectedError; TIMEOUT,
 * OVERLOADED, WHATSAPP_ERROR
 */
export interface ContactCalls {
  /** A fresh read. */
  exclusions(reach: Reach, name: string, field: ExclusionField, call: Call): Promise<ExclusionsReading>;
  /**
   * Mode and members go in one write, are read back, and judged contact by contact.
   * @throws as `IdempotencyKey` says; PrivetError CONFLICT where a `replace` met a list that was changed elsewhere meanwhile
   */
  updateExclusions(
    reach: Reach,
    name: string,
    field: ExclusionField,
    change: ExclusionChange,
    call: Call,
    key?: IdempotencyKey,
  ): Promise<ExclusionsUpdate>;
  /** A fresh read. */
  blocked(reach: Reach, name: string, call: Call): Promise<BlocklistReading>;
  /** Blocks or unblocks contacts; read back, and judged contact by contact. @throws as `IdempotencyKey` says */
  changeBlocked(
    reach: Reach,
    name: string,
    action: BlockAction,
    contacts: readonly NamedContact[],
    call: Call,
    key?: IdempotencyKey,
  ): Promise<BlocklistUpdate>;
}
