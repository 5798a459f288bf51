import type { BlockAction } from '../../src/privacy/blocklist/blocklist.ts';
import type { NamedContact } from '../../src/privacy/contacts/contact.ts';
import type { ExclusionChange, ExclusionField } from '../../src/privacy/lists/exclusions.ts';
import type { RequestedChange } from '../../src/privacy/outcome.ts';
import type { FailurePolicy } from '../../src/privacy/policies/terms.ts';
import type { StoreFault } from './faulty-storage.ts';
import type { CloseEvidence } from '../../src/wire/link.ts';
import type { Ending, LoginFault, StanzaFault } from './model/faults.ts';

/** One thing that happens at a time, in virtual milliseconds. */
export type Step = { readonly at: number; readonly slot: string } & Act;

export type Act =
  | {
      readonly do: 'update';
      readonly changes: readonly RequestedChange[];
      readonly terms?: Terms | undefined;
      readonly giveUpAfterMs?: number | undefined;
    }
  | ListAct
  | { readonly do: 'read'; readonly giveUpAfterMs?: number | undefined }
  | { readonly do: 'watch'; readonly forMs: number }
  /** `acceptAfterMs`: when the phone scans the QR or takes the code; `passkey`: WhatsApp then asks for one. */
  | { readonly do: 'pair'; readonly byCode: boolean; readonly acceptAfterMs: number; readonly passkey?: boolean }
  | { readonly do: 'start' | 'stop' | 'unlink' | 'delete' | 'keys' }
  | { readonly do: 'phone'; readonly category: string; readonly value: string }
  | { readonly do: 'phone_timer'; readonly seconds: number }
  | { readonly do: 'announce_after'; readonly ms: number }
  | { readonly do: 'latency'; readonly ms: number }
  | { readonly do: 'fault'; readonly fault: StanzaFault }
  | { readonly do: 'login_fault'; readonly fault: LoginFault }
  | { readonly do: 'disconnect'; readonly ending: Ending }
  | { readonly do: 'remove_device'; readonly evidence: CloseEvidence }
  | { readonly do: 'impostor'; readonly comebacks: number }
  | { readonly do: 'store_fault'; readonly nth: number; readonly fault: StoreFault }
  /** The n-th statement from now on, whosever it is. */
  | { readonly do: 'sql_fault'; readonly nth: number; readonly when: 'before' | 'after' }
  | { readonly do: 'restart' }
  | { readonly do: 'crash'; readonly downMs: number };

/** On what terms an update is made. */
export interface Terms {
  readonly onFailure?: FailurePolicy;
  /** Only if the settings are still those that a subscription shows, or showed a minute ago. */
  readonly ifSeen?: 'now' | 'before';
}

/** What users do with lists of contacts, and what is done to these on the phone. */
export type ListAct =
  | { readonly do: 'exclusions'; readonly field: ExclusionField }
  | { readonly do: 'blocks' }
  | {
      readonly do: 'exclude';
      readonly field: ExclusionField;
      readonly change: ExclusionChange;
      readonly giveUpAfterMs?: number | undefined;
    }
  | {
      readonly do: 'block';
      readonly action: BlockAction;
      readonly contacts: readonly NamedContact[];
      readonly giveUpAfterMs?: number | undefined;
    }
  /** `list`: a category, or `blocklist`; people by phone number. */
  | {
      readonly do: 'phone_list';
      readonly list: string;
      readonly add: readonly string[];
      readonly remove: readonly string[];
    };

export interface SlotPlan {
  readonly name: string;
  readonly phoneNumber: string;
  /** Digits; undefined where the account has none. */
  readonly lid?: string | undefined;
  readonly privacy: readonly (readonly [category: string, value: string])[];
  readonly echoes: boolean;
  readonly latencyMs: number;
  /** Nothing is done to it but what its user asks for: its calls must succeed. */
  readonly calm: boolean;
}

export interface Plan {
  readonly seed: number;
  readonly slots: readonly SlotPlan[];
  readonly steps: readonly Step[];
}
