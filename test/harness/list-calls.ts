import { specOf } from '../../src/privacy/fields.ts';
import type { ListAct } from './acts.ts';
import { ask, type Asked, callOf } from './calls.ts';
import { checkEnd } from './checks/calls.ts';
import type { ListReading, ListWish } from './trace.ts';
import type { Slot, World } from './world.ts';

/** Makes one call about a list, or changes one on the phone. */
export function performList(world: World, slot: Slot, act: ListAct): void {
  switch (act.do) {
    case 'phone_list':
      return world.whatsApp.changeMembers(slot.name, act.list, act.add, act.remove);
    case 'exclusions':
    case 'blocks':
      return readList(world, slot, act);
    case 'exclude':
    case 'block':
      return changeList(world, slot, act);
  }
}

function readList(world: World, slot: Slot, act: Extract<ListAct, { do: 'exclusions' | 'blocks' }>): void {
  const wanted: ListWish = { list: listOf(act), isReplace: false, contacts: [] };
  const asked = ask(
    world,
    slot,
    act.do,
    async ({ contacts }, reach, signal): Promise<ListReading> => {
      const call = callOf(world, signal);
      if (act.do === 'blocks') return (await contacts.blocked(reach, slot.name, call)).list;
      return (await contacts.exclusions(reach, slot.name, act.field, call)).list;
    },
    { wanted },
  );
  settle(world, slot, asked, (call, list) => (call.listReading = list));
}

function changeList(world: World, slot: Slot, act: Extract<ListAct, { do: 'exclude' | 'block' }>): void {
  const { giveUpAfterMs } = act;
  const asked = ask(
    world,
    slot,
    act.do,
    async ({ contacts }, reach, signal) => {
      const call = callOf(world, signal);
      if (act.do === 'block') {
        return (await contacts.changeBlocked(reach, slot.name, act.action, act.contacts, call)).outcome;
      }
      return (await contacts.updateExclusions(reach, slot.name, act.field, act.change, call)).outcome;
    },
    { wanted: wishOf(act), giveUpAfterMs },
  );
  settle(world, slot, asked, (call, outcome) => (call.listOutcome = outcome));
}

function settle<T>(
  world: World,
  slot: Slot,
  asked: Asked<T> | undefined,
  note: (call: Asked<T>['call'], result: T | undefined) => void,
): void {
  void asked?.result.then((result) => {
    note(asked.call, result);
    checkEnd(world, slot, asked.call);
  });
}

const listOf = (act: Exclude<ListAct, { do: 'phone_list' }>): string =>
  'field' in act ? specOf(act.field).category : 'blocklist';

function wishOf(act: Extract<ListAct, { do: 'exclude' | 'block' }>): ListWish {
  const list = listOf(act);
  if (act.do === 'block') {
    const contacts = act.contacts.map((named) => ({ named, listed: act.action === 'block' }));
    return { list, isReplace: false, contacts };
  }
  const { change } = act;
  if (change.kind === 'replace') {
    return { list, isReplace: true, contacts: change.contacts.map((named) => ({ named, listed: true })) };
  }
  const added = change.add.map((named) => ({ named, listed: true }));
  return { list, isReplace: false, contacts: [...added, ...change.remove.map((named) => ({ named, listed: false }))] };
}
