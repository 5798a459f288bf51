import { expect } from 'vitest';
import type { Fault, FaultHandle } from '../../simulator/faults.ts';
import type { LinkedInstance, TestPrivet } from './privet.ts';

export const UPDATE = `mutation ($instance: String!, $input: UpdatePrivacyInput!) {
  updatePrivacy(instance: $instance, input: $input) {
    settings {
      id
      visibility { lastSeen status profile online linkedProfiles pix }
      privacy { readReceipts defense }
      permissions { callAdd groupAdd messages stickers }
      other { category value }
      observedAt
    }
    outcomes { field requested previous current result rolledBack }
    failures { field requested current code message retryable }
    warnings { code field message }
    stanzas
  }
}`;

export const PRIVACY = `query ($instance: String!) {
  privacy(instance: $instance) { visibility { lastSeen status } privacy { readReceipts } permissions { groupAdd } }
}`;

interface Settings {
  readonly visibility: Record<string, string | null>;
  readonly privacy: Record<string, string | null>;
  readonly permissions: Record<string, string | null>;
  readonly other: readonly { category: string; value: string }[];
}

export interface Payload {
  readonly settings: Settings | null;
  readonly outcomes: readonly Record<string, string | null>[];
  readonly failures: readonly Record<string, unknown>[];
  readonly warnings: readonly Record<string, string>[];
  readonly stanzas: number;
}

/** An instance, what is done to it, and what its phone's WhatsApp saw of that. */
export interface Shop extends LinkedInstance {
  update(input: object): Promise<Payload>;
  /** The settings on WhatsApp. */
  held(): Readonly<Record<string, string>>;
  /** Privacy stanzas the simulator received, as `category=value` or `read`. */
  sent(): string[];
  /** For this instance alone: others may be at work beside it. */
  addFault(fault: Fault): FaultHandle;
}

let count = 0;

/** A freshly linked instance; with the simulator's default settings, `all` everywhere, where the phone is a new one. */
export async function linkShop(privet: TestPrivet, phone?: string): Promise<Shop> {
  const linked = await privet.link(`shop-${++count}`, phone);
  const { name: instance, phoneNumber } = linked;
  const account = () => privet.simulator.account(phoneNumber);
  return {
    ...linked,
    async update(input) {
      const { data, errors } = await privet.graphql<{ updatePrivacy: Payload }>(UPDATE, { instance, input });
      expect(errors).toBeUndefined();
      if (!data) throw new Error('no data');
      return data.updatePrivacy;
    },
    held: () => account().privacy,
    sent: () =>
      account()
        .stanzas.filter((stanza) => stanza.xmlns === 'privacy')
        .map(({ type, category, value }) => (type === 'get' ? 'read' : `${category}=${value}`)),
    addFault: (fault) => privet.simulator.addFault({ ...fault, phoneNumber }),
  };
}

export const codes = ({ failures }: Payload): unknown[] => failures.map(({ field, code }) => [field, code]);
