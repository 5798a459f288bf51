import type { ContactCalls } from '../../src/fleet/calls/contact-calls.ts';
import type { BlockAction } from '../../src/privacy/blocklist/blocklist.ts';
import type { ContactsOutcome, NamedContact } from '../../src/privacy/contacts/contact.ts';
import type { ExclusionChange, ExclusionField } from '../../src/privacy/lists/exclusions.ts';
import type { Reach } from '../../src/fleet/calls/reach.ts';
import type { InstanceView } from '../../src/instance/state.ts';

const SOMEBODY = { phoneNumber: '4915730000021', lid: '100000000000021@lid' };
const NUMBER_ALONE = { phoneNumber: '4915730000022', lid: undefined };
const OBSERVED_AT = Date.UTC(2026, 0, 31, 12);

/** Lists in memory, which hold the same whatever is asked for. */
export class FakeContacts implements ContactCalls {
  readonly #instance: (name: string) => InstanceView;
  /** What was asked for. */
  readonly exclusionChanges: (readonly [ExclusionField, ExclusionChange])[] = [];
  readonly blockChanges: (readonly [BlockAction, readonly NamedContact[]])[] = [];

  /** @param instance throws where there is none of that name. */
  constructor(instance: (name: string) => InstanceView) {
    this.#instance = instance;
  }

  async exclusions(_reach: Reach, name: string, field: ExclusionField) {
    const list = { field, active: true, contacts: [SOMEBODY, NUMBER_ALONE], observedAt: OBSERVED_AT };
    return { instance: this.#instance(name), list };
  }

  async updateExclusions(reach: Reach, name: string, field: ExclusionField, change: ExclusionChange) {
    const { instance, list } = await this.exclusions(reach, name, field);
    this.exclusionChanges.push([field, change]);
    const contacts = change.kind === 'replace' ? change.contacts : [...change.add, ...change.remove];
    return { instance, field, outcome: outcomeOf(list, contacts) };
  }

  async blocked(_reach: Reach, name: string) {
    return { instance: this.#instance(name), list: { contacts: [SOMEBODY], observedAt: OBSERVED_AT } };
  }

  async changeBlocked(reach: Reach, name: string, action: BlockAction, contacts: readonly NamedContact[]) {
    const { instance, list } = await this.blocked(reach, name);
    this.blockChanges.push([action, contacts]);
    return { instance, outcome: outcomeOf(list, contacts) };
  }
}

/** The first one is added, the others have no account. */
const outcomeOf = <List>(list: List, contacts: readonly NamedContact[]): ContactsOutcome<List> => ({
  list,
  outcomes: contacts.map(({ text }, at) => ({ contact: text, result: at === 0 ? 'ADDED' : 'FAILED' })),
  failures: contacts.slice(1).map(({ text }) => ({
    contact: text,
    code: 'NOT_ON_WHATSAPP',
    message: 'No account has that number',
    retryable: false,
  })),
  stanzas: 4,
});
