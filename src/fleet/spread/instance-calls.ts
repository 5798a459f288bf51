import type { Call } from '../../call.ts';
import type { InstanceView } from '../../instance/state.ts';
import type { BlockAction } from '../../privacy/blocklist/blocklist.ts';
import type { NamedContact } from '../../privacy/contacts/contact.ts';
import type { ExclusionChange, ExclusionField } from '../../privacy/lists/exclusions.ts';
import type { RequestedChange } from '../../privacy/outcome.ts';
import type { UpdateTerms } from '../../privacy/policies/terms.ts';
import type { BlocklistReading, BlocklistUpdate, ExclusionsReading, ExclusionsUpdate } from '../calls/contact-calls.ts';
import type { FleetCalls } from '../calls/fleet-calls.ts';
import type { IdempotencyKey } from '../calls/idempotency-key.ts';
import type { PrivacyPlan, PrivacyReading, PrivacyUpdate } from '../calls/privacy-calls.ts';
import type { Reach } from '../calls/reach.ts';

/** The instance that a call is about. */
export interface Target {
  readonly reach: Reach;
  readonly name: string;
}

interface Keyed {
  readonly key?: IdempotencyKey | undefined;
}

/** What is asked of the node that has an instance, and what it answers. */
export interface InstanceCalls {
  read: { args: undefined; answer: PrivacyReading };
  timer: { args: undefined; answer: string };
  plan: { args: { changes: readonly RequestedChange[]; terms?: UpdateTerms | undefined }; answer: PrivacyPlan };
  update: {
    args: Keyed & { changes: readonly RequestedChange[]; terms?: UpdateTerms | undefined };
    answer: PrivacyUpdate;
  };
  exclusions: { args: ExclusionField; answer: ExclusionsReading };
  updateExclusions: { args: Keyed & { field: ExclusionField; change: ExclusionChange }; answer: ExclusionsUpdate };
  blocked: { args: undefined; answer: BlocklistReading };
  changeBlocked: { args: Keyed & { action: BlockAction; contacts: readonly NamedContact[] }; answer: BlocklistUpdate };
  pair: { args: string | undefined; answer: InstanceView };
  start: { args: undefined; answer: InstanceView };
  stop: { args: undefined; answer: InstanceView };
  unlink: { args: undefined; answer: InstanceView };
  delete: { args: undefined; answer: void };
}

export type InstanceCallName = keyof InstanceCalls;

type Table = {
  readonly [Name in InstanceCallName]: {
    /** Sent again only where it is known what became of it. */
    readonly isChange: boolean;
    readonly run: (
      fleet: FleetCalls,
      { reach, name }: Target,
      call: Call,
      args: InstanceCalls[Name]['args'],
    ) => Promise<InstanceCalls[Name]['answer']>;
  };
};

/** How each call about one instance is done where the instance is: THE table of what nodes do for each other. */
export const INSTANCE_CALLS: Table = {
  read: { isChange: false, run: ({ privacy }, { reach, name }, call) => privacy.read(reach, name, call) },
  timer: { isChange: false, run: ({ privacy }, { reach, name }, call) => privacy.timer(reach, name, call) },
  plan: {
    isChange: false,
    run: ({ privacy }, { reach, name }, call, { changes, terms }) => privacy.plan(reach, name, changes, call, terms),
  },
  update: {
    isChange: true,
    run: ({ privacy }, { reach, name }, call, { changes, key, terms }) =>
      privacy.update(reach, name, changes, call, key, terms),
  },
  exclusions: {
    isChange: false,
    run: ({ contacts }, { reach, name }, call, field) => contacts.exclusions(reach, name, field, call),
  },
  updateExclusions: {
    isChange: true,
    run: ({ contacts }, { reach, name }, call, { field, change, key }) =>
      contacts.updateExclusions(reach, name, field, change, call, key),
  },
  blocked: { isChange: false, run: ({ contacts }, { reach, name }, call) => contacts.blocked(reach, name, call) },
  changeBlocked: {
    isChange: true,
    run: ({ contacts: calls }, { reach, name }, call, { action, contacts, key }) =>
      calls.changeBlocked(reach, name, action, contacts, call, key),
  },
  pair: {
    isChange: true,
    run: ({ lifecycle }, { reach, name }, call, number) => lifecycle.pair(reach, name, number, call),
  },
  start: {
    isChange: true,
    run: ({ lifecycle }, { reach, name }, call) => lifecycle.start(reach, name, call),
  },
  stop: { isChange: true, run: ({ lifecycle }, { reach, name }, call) => lifecycle.stop(reach, name, call) },
  unlink: {
    isChange: true,
    run: ({ lifecycle }, { reach, name }, call) => lifecycle.unlink(reach, name, call),
  },
  delete: {
    isChange: true,
    run: ({ lifecycle }, { reach, name }, call) => lifecycle.delete(reach, name, call),
  },
};

export const isInstanceCall = (name: string): name is InstanceCallName => Object.hasOwn(INSTANCE_CALLS, name);

/** A call as it goes to another node. */
export interface SentCall {
  /** Names it among those of the node that asks, for `withdraw`. */
  readonly id: string;
  readonly accountId: string;
  readonly instanceId: string | undefined;
  /** Under which the node that is asked has the instance. One of an earlier version does not say. */
  readonly epoch?: number | undefined;
  readonly name: string;
  readonly args: unknown;
}
