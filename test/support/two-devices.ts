import { expect } from 'vitest';
import type { ExclusionChange } from '../../src/privacy/lists/exclusions.ts';
import { byPhone, type contactFleet } from './contact-fleet.ts';

type Rig = Awaited<ReturnType<typeof contactFleet>>;

/** Two devices of one account. */
export async function twoDevices({ shop, device, fleet, reach, call }: Rig, lid: boolean) {
  const one = await shop(lid);
  const other = await device(one.phoneNumber);
  const change = async (name: string, asked: ExclusionChange) =>
    (await fleet.contacts.updateExclusions(reach, name, 'STATUS', asked, call())).outcome;
  return { one, first: one.name, other, change };
}

/** So often both change the list at once: both add the same contact, then one adds another and the other one removes that. */
export async function atOnce(rig: Rig, lid: boolean, rounds: number): Promise<void> {
  const { one, first, other, change } = await twoDevices(rig, lid);
  const { simulator, people } = rig;
  const numbers = people(rounds);
  const [stays = '', goes = ''] = people(2);
  simulator.setExclusions(one.phoneNumber, 'status', { add: [stays, goes] });
  for (const [at, number] of numbers.entries()) {
    const before = numbers[at - 1];
    const done = await Promise.all([
      change(first, { kind: 'change', add: [byPhone(number)], remove: at === 0 ? [byPhone(goes)] : [] }),
      change(other, {
        kind: 'change',
        add: at % 2 === 0 ? [byPhone(number)] : [],
        remove: before !== undefined && at % 2 === 1 ? [byPhone(before)] : [],
      }),
    ]);
    expect(done.flatMap(({ failures }) => failures)).toEqual([]);
  }
  // Each second one was taken off again.
  const left = numbers.filter((_each, at) => at % 2 === 1);
  expect(one.members()).toEqual([stays, ...left].toSorted());
  const writes = one.stanzas().filter(({ list, type }) => list === 'exclusions' && type === 'set').length;
  // Each time one of them was refused, and wrote once more what was still to be written.
  expect(writes).toBeGreaterThan(2 * rounds);
  const { contacts } = await one.read();
  expect(contacts.map(({ phoneNumber = '' }) => phoneNumber).toSorted()).toEqual(one.members());
}
