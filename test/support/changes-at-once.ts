import { expect } from 'vitest';
import { UpdateExclusionsDocument } from '../gql/graphql.ts';
import { askFor } from './ask.ts';
import { type AccountKind, linkAccount, type Person, sentLists, written } from './contact-lists.ts';
import type { TestPrivet } from './privet.ts';
import { seededRandom } from './random.ts';

const FIELD = 'LAST_SEEN';
/** So that both devices have read the list before either writes it. */
const RTT_MS = 5;

/**
 * Two devices of one account add to one list and remove from it at once, each its own people, so many times: nobody is
 * lost, nobody is there twice, and nobody is told of a conflict.
 */
export async function changeAtOnce(privet: TestPrivet, kind: AccountKind, times: number): Promise<void> {
  const { simulator } = privet;
  const first = await linkAccount(privet, kind);
  const { phoneNumber } = first;
  const second = await privet.link(`${first.name}-again`, phoneNumber);
  const random = seededRandom(times);
  const devices = [first, second].map(({ name, token }) => ({ name, token, mine: simulator.createContacts(12) }));
  const expected = new Set<string>();
  simulator.setRtt(RTT_MS);

  for (let time = 0; time < times; time++) {
    const answers = devices.map(async ({ name: instance, token, mine }) => {
      const some = mine.toSorted(() => random() - 0.5).slice(0, 5);
      const [add, remove] = [some.slice(0, 3), some.slice(3)];
      for (const person of add) expected.add(person.phoneNumber);
      for (const person of remove) expected.delete(person.phoneNumber);
      const input = { add: add.map(written), remove: remove.map(written) };
      const variables = { instance, field: FIELD, input } as const;
      const { updatePrivacyExclusions: done } = await askFor(
        { url: privet.url, token },
        UpdateExclusionsDocument,
        variables,
      );
      expect(done?.failures).toEqual([]);
      expectShown(done?.exclusions?.contacts ?? [], add, remove);
    });
    await Promise.all(answers);
    const members = simulator.account(phoneNumber).exclusions['last']?.members ?? [];
    expect([...members].toSorted(), `after ${time + 1} times`).toEqual([...expected].toSorted());
  }
  simulator.setRtt(0);
  const writes = sentLists(privet, first).filter((label) => label.startsWith('set'));
  // More than one a call: there were conflicts.
  expect(writes.length).toBeGreaterThan(times * 2);
}

function expectShown(
  contacts: readonly { readonly phoneNumber?: string | null }[],
  add: readonly Person[],
  remove: readonly Person[],
): void {
  const numbers = contacts.map(({ phoneNumber }) => phoneNumber);
  expect(new Set(numbers).size).toBe(numbers.length);
  for (const { phoneNumber } of add) expect(numbers).toContain(phoneNumber);
  for (const { phoneNumber } of remove) expect(numbers).not.toContain(phoneNumber);
}
