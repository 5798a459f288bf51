import { textOf } from '../trace.ts';
import { call, setSlow, setWay } from './steps.ts';
import type { Slot, World } from './world.ts';

const STEP_MS = 5_000;
/** What a dead node had is elsewhere again after a lease, a grace and a look; what is deaf is found out, and pauses end. */
const SETTLE_MS = 150_000;
/** Calls that began before have ended by then. */
const CALLS_MS = 31_000;

/** The faults end: every instance is somewhere again, and any node answers for it. */
export async function finish(world: World): Promise<void> {
  const { clock, trace, whatsApp, places, network, slots } = world;
  trace.note('*', 'the faults end');
  world.isCalm = true;
  whatsApp.endFaults();
  for (const place of places) {
    place.process?.clock.wake(false);
    setWay(place, 'open');
    setSlow(place, 0);
    place.hasWhatsApp = true;
    for (const other of places) if (other.n > place.n) network.cut(place.n, other.n, false);
  }
  await clock.advance(CALLS_MS);
  const end = clock.monotonic() + SETTLE_MS;
  const isBack = (): boolean => [...slots.values()].every((slot) => faultOf(world, slot) === undefined);
  while (clock.monotonic() < end && !isBack()) await clock.advance(STEP_MS);
  for (const slot of slots.values()) {
    const fault = faultOf(world, slot);
    if (fault !== undefined) trace.violate('every instance is somewhere again', `${slot.name}: ${fault}`);
  }
  await useOnceMore(world);
  for (const { kind, n, endSeq, crashed } of trace.calls) {
    trace.expect(endSeq !== undefined || crashed, 'every call ends', () => `${kind} ${n} never did`);
  }
}

/** What is wrong with where an instance is; undefined where nothing is. */
function faultOf({ owners, places, whatsApp, trace }: World, slot: Slot): string | undefined {
  if (slot.isWanted !== true) return undefined;
  const owner = owners.of(slot.id);
  const process = places.find((place) => place.process?.incarnation === owner?.owner)?.process;
  if (!process) return `${owner?.owner} has it, who does not run`;
  const server = whatsApp.account(slot.name).linkedDevice?.link;
  const link = server && !server.ended ? server.trace : undefined;
  if (!link || link.gone) return `${process.name} has it, and no link`;
  if (link.incarnation !== process.n) return `${process.name} has it, and run ${link.incarnation} its link`;
  if (link.epoch !== owner?.epoch) return `its link is of epoch ${link.epoch}, and now it is ${owner?.epoch}`;
  if (link.openAt === undefined) return `its link is not open yet`;
  const others = trace.links.filter(({ slot: name, gone, n }) => name === slot.name && !gone && n !== link.n);
  return others.length > 0 ? `link ${others[0]?.n} is there as well` : undefined;
}

/** Without faults any node answers for any instance. */
async function useOnceMore(world: World): Promise<void> {
  const { clock, trace, random, places, slots } = world;
  const calls = [...slots.values()]
    .filter(({ isWanted }) => isWanted === true)
    .map((slot) => call(world, random.pick(places), slot, { do: 'read', node: 0, slot: slot.name }));
  await clock.advance(CALLS_MS);
  for (const each of calls) {
    const text = (): string => `read ${each?.n} of ${each?.slot}: ${textOf(each?.error)}`;
    trace.expect(each?.snapshot !== undefined, 'any node answers for any instance', text);
  }
}
