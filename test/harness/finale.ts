import { PROFILE_FIELDS } from '../../src/privacy/fields.ts';
import { drain } from '../support/virtual-clock.ts';
import { ask, callOf, update } from './calls.ts';
import { checkEnd } from './checks/calls.ts';
import { checkLanded } from './checks/landed.ts';
import { checkQuiet, checkView } from './checks/quiet.ts';
import { checkStored } from './checks/stored.ts';
import { randomChange } from './random-acts.ts';
import { change, pair } from './lifecycle.ts';
import { restart } from './steps.ts';
import type { Slot, World } from './world.ts';

const STEP_MS = 5_000;
/** The longest pause that is not said in `retryAt`, with the time a login takes. */
const SETTLE_MS = 130_000;
/** Calls that began before have ended by then. */
const CALLS_MS = 61_000;
/** An idle link is asked for a read after ten minutes; a little for the way. */
const PROBE_MS = 620_000;
const MOST_WAIT_MS = 7_200_000;

/** The faults end: everything that should be comes back by itself, and the rest by its user's word. */
export async function finish(world: World): Promise<void> {
  const { clock, trace, whatsApp } = world;
  trace.note('*', 'the faults end');
  whatsApp.endFaults();
  world.sql.disarm();
  for (const slot of world.slots.values()) slot.storeFaults.length = 0;
  await clock.advance(CALLS_MS);
  await settle(world);
  for (const slot of world.slots.values()) checkProbed(world, slot);
  for (const slot of world.slots.values()) await checkWanted(world, slot);
  for (const slot of world.slots.values()) await bringBack(world, slot);
  await settle(world);
  checkQuiet(world);
  for (const slot of world.slots.values()) checkBack(world, slot);
  await useOnceMore(world);
  await checkStored(world);
  checkLanded(world);
  await checkLeftovers(world);
}

const watcherOf = (world: World, slot: Slot) => world.service?.watchers.of(slot);

const isOpen = (world: World, slot: Slot): boolean => watcherOf(world, slot)?.view?.state === 'OPEN';

/** Lets the time go by until nobody waits for another attempt. */
async function settle(world: World): Promise<void> {
  const { clock } = world;
  const end = clock.monotonic() + MOST_WAIT_MS;
  let quietSince = clock.monotonic();
  while (clock.monotonic() < end) {
    await clock.advance(STEP_MS);
    const slots = [...world.slots.values()].filter((slot) => !isSettled(world, slot));
    if (world.service && slots.length === 0) return;
    const retries = slots.map((slot) => watcherOf(world, slot)?.view?.reason?.retryAt ?? 0);
    const next = Math.max(...retries) - clock.now();
    if (next > STEP_MS) {
      await clock.advance(next);
      quietSince = clock.monotonic();
    }
    if (clock.monotonic() - quietSince > SETTLE_MS) return;
  }
}

const UNSETTLED = new Set(['CONNECTING', 'RECONNECTING', 'PAIRING']);

function isSettled(world: World, slot: Slot): boolean {
  if (slot.id === undefined) return true;
  const view = watcherOf(world, slot)?.view;
  return view !== undefined && !UNSETTLED.has(view.state) && view.reason?.retryAt === undefined;
}

/** No link goes without a read for long. */
function checkProbed({ trace, clock }: World, slot: Slot): void {
  const link = trace.links.findLast((each) => each.slot === slot.name);
  if (!link?.wasOpen || link.gone) return;
  const idleMs = clock.monotonic() - link.lastReplyAt;
  trace.expect(idleMs <= PROBE_MS, 'idle links are probed', () => `link ${link.n} idle for ${idleMs} ms`);
}

/** An instance that its user wants to run, and that the phone lists, is OPEN by itself. */
async function checkWanted({ trace, ...world }: World, slot: Slot): Promise<void> {
  if (slot.id === undefined) return;
  const record = await world.storage.instances.get(slot.id);
  const whole = { trace, ...world };
  if (record?.wanted !== 'running' || slot.stored === undefined || slot.struck > 0 || isOpen(whole, slot)) return;
  trace.violate('comes back by itself', `${slot.name} is ${watcherOf(whole, slot)?.view?.state}`);
}

/** What its user does with an instance that stays away. */
async function bringBack(world: World, slot: Slot): Promise<void> {
  if (isOpen(world, slot)) return;
  if (slot.id !== undefined && slot.stored !== undefined) {
    await until(world, change(world, slot, 'start'));
    await settle(world);
    if (isOpen(world, slot)) return;
  }
  // Logged out, never linked, or deleted by halves.
  for (let tries = 0; tries < 2 && slot.stored === undefined; tries += 1) {
    // What was created and reported as failed is found by the next service.
    if (tries > 0 && slot.id === undefined) restart(world);
    else if (tries > 0) await until(world, change(world, slot, 'delete'));
    await settle(world);
    await until(world, pair(world, slot, { byCode: false, acceptAfterMs: 100 }));
    await settle(world);
  }
}

async function until(world: World, work: Promise<void>): Promise<void> {
  const done = { value: false };
  void work.then(() => (done.value = true));
  for (let n = 0; n < 12 && !done.value; n += 1) await world.clock.advance(STEP_MS);
}

function checkBack(world: World, slot: Slot): void {
  const watcher = watcherOf(world, slot);
  const text = (): string => `${slot.name} is ${watcher?.view?.state} (${watcher?.view?.reason?.code})`;
  world.trace.expect(isOpen(world, slot), 'everything comes back', text);
  if (watcher && isOpen(world, slot)) checkView(world, slot, watcher);
}

/** Without faults a read shows the truth, and a full update succeeds. */
async function useOnceMore(world: World): Promise<void> {
  const { trace, random, clock, whatsApp } = world;
  const slots = [...world.slots.values()].filter((slot) => isOpen(world, slot));
  for (const slot of slots) {
    const asked = ask(world, slot, 'read', async ({ privacy }, reach, signal) => {
      const { snapshot } = await privacy.read(reach, slot.name, callOf(world, signal));
      return snapshot;
    });
    void asked?.result.then((snapshot) => {
      asked.call.snapshot = snapshot;
      checkEnd(world, slot, asked.call);
      trace.expect(snapshot !== undefined, 'a read without faults succeeds', () => slot.name);
    });
  }
  // A category that a fault hid from the last read is known again only now.
  await clock.advance(CALLS_MS);
  const from = trace.calls.length;
  for (const slot of slots) {
    update(
      world,
      slot,
      PROFILE_FIELDS.map(({ field }) => randomChange(random, field)),
    );
  }
  await clock.advance(CALLS_MS);
  checkQuiet(world);
  for (const call of trace.calls.slice(from)) {
    if (call.kind !== 'update') continue;
    const failures = (call.outcome?.failures ?? []).filter(({ code }) => code !== 'UNSUPPORTED');
    const text = (): string => `${call.slot}: ${JSON.stringify(call.outcome?.failures ?? String(call.error))}`;
    trace.expect(call.outcome !== undefined && failures.length === 0, 'an update without faults succeeds', text);
  }
  for (const { name } of world.slots.values()) {
    trace.expect(whatsApp.account(name).stanzaFaults.length === 0, 'the harness ends its faults', () => name);
  }
}

/** Every call has ended, and when the service ends, so do its timers. */
async function checkLeftovers(world: World): Promise<void> {
  const { trace, clock, service } = world;
  for (const { kind, n, endSeq, crashed } of trace.calls) {
    trace.expect(endSeq !== undefined || crashed, 'every call ends', () => `${kind} ${n} never did`);
  }
  if (!service) return trace.violate('the service runs', 'it did not start again');
  const ended = { value: false };
  void service.end().then(() => (ended.value = true));
  await clock.advance(STEP_MS);
  await drain();
  trace.expect(ended.value, 'the service ends', () => 'it did not within 5 s');
  trace.expect(service.clock.pending === 0, 'no timers are left', () => `${service.clock.pending}`);
  for (const { slot, ended, instanceId } of service.watchers.all) {
    const isDeleted = slot.id !== instanceId;
    trace.expect(!isDeleted || ended === 2, 'subscriptions end with their instance', () => slot.name);
  }
}
