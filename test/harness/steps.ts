import { TIMER } from '../../src/privacy/fields.ts';
import type { CloseEvidence } from '../../src/wire/link.ts';
import { SealError, StorageError } from '../../src/storage/errors.ts';
import type { Step } from './acts.ts';
import { read, update } from './calls.ts';
import { loadService } from './incarnation.ts';
import { change, pair } from './lifecycle.ts';
import { performList } from './list-calls.ts';
import { textOf } from './trace.ts';
import type { Slot, World } from './world.ts';

const REPLACED: CloseEvidence = { kind: 'stream_error', code: undefined, child: 'conflict', conflict: 'replaced' };
/** How long an operator waits until a service that could not start is started again. */
const START_AGAIN_MS = 1_000;

/** Makes one thing happen. What follows from it comes by itself as time goes on. */
export function perform(world: World, step: Step): void {
  if (step.do === 'restart') return restart(world);
  if (step.do === 'crash') return world.crash(step.downMs);
  if (step.do === 'sql_fault') return world.sql.arm(step.nth, step.when);
  const slot = world.slots.get(step.slot);
  if (!slot) return;
  const { whatsApp } = world;
  const account = whatsApp.account(slot.name);
  account.touch();
  switch (step.do) {
    case 'update':
      return update(world, slot, step.changes, step);
    case 'read':
      return read(world, slot, step.giveUpAfterMs);
    case 'exclusions':
    case 'blocks':
    case 'exclude':
    case 'block':
    case 'phone_list':
      return performList(world, slot, step);
    case 'watch':
      return watchFor(world, slot, step.forMs);
    case 'pair':
      return void pair(world, slot, step);
    case 'start':
    case 'stop':
    case 'unlink':
    case 'delete':
      return void change(world, slot, step.do);
    case 'keys':
      return whatsApp.sendKeys(slot.name);
    case 'phone':
      return whatsApp.change(slot.name, step.category, step.value);
    case 'phone_timer':
      return whatsApp.changeTimer(slot.name, step.seconds);
    case 'announce_after':
      account.announceAfterMs = step.ms;
      return;
    case 'latency':
      account.latencyMs = step.ms;
      return;
    case 'fault':
      account.stanzaFaults.push({ ...step.fault });
      return;
    case 'login_fault':
      account.loginFaults.push({ ...step.fault });
      return;
    case 'disconnect':
      return whatsApp.disconnect(slot.name, step.ending);
    case 'remove_device':
      return whatsApp.removeDevice(slot.name, step.evidence);
    case 'impostor':
      account.impostor = step.comebacks;
      return whatsApp.disconnect(slot.name, { how: 'word', evidence: REPLACED });
    case 'store_fault':
      slot.storeFaults.push({ nth: step.nth, fault: step.fault });
  }
}

/** Somebody subscribes for a while, as browsers do. */
function watchFor(world: World, slot: Slot, forMs: number): void {
  const { service, clock, trace } = world;
  if (!service || slot.id === undefined) return;
  const controller = new AbortController();
  clock.after(forMs, () => controller.abort());
  const run = async (): Promise<void> => {
    const readings = await service.fleet.watching.watchPrivacy(
      { accountId: slot.accountId },
      slot.name,
      controller.signal,
    );
    let last = 0;
    for await (const { snapshot } of readings) {
      // The timer has reads of its own, behind the one of the other settings.
      const isNext = snapshot.sequence > last || (snapshot.sequence === last && snapshot.categories.has(TIMER));
      trace.expect(isNext, 'subscriptions never go back', () => `${slot.name}, for a while`);
      last = snapshot.sequence;
    }
  };
  run().catch((error: unknown) => trace.violate('subscriptions do not fail', String(error)));
}

export function restart(world: World): void {
  const { service } = world;
  if (!service) return;
  world.trace.note('*', 'the service ends in order');
  world.service = undefined;
  world.ending = service;
  world.serviceChangedAt = world.clock.monotonic();
  void service.end().then(() => {
    if (world.ending !== service) return;
    world.ending = undefined;
    service.kill();
    return start(world);
  });
}

export function crash(world: World, downMs: number): void {
  const service = world.service ?? world.ending;
  if (!service) return;
  world.trace.note('*', 'the service crashes');
  world.service = undefined;
  world.ending = undefined;
  world.serviceChangedAt = world.clock.monotonic();
  service.kill();
  world.clock.after(downMs, () => void start(world));
}

/** Starts the service, again and again where it can't. */
export async function start(world: World): Promise<void> {
  try {
    const service = await loadService(world);
    world.service = service;
    world.serviceChangedAt = world.clock.monotonic();
    world.trace.note('*', `service ${service.n} runs`);
    service.fleet.resume();
  } catch (error) {
    world.trace.note('*', `the service does not start: ${textOf(error)}`);
    const typed = [StorageError, SealError].some((known) => error instanceof known);
    world.trace.expect(typed, 'errors are typed', () => `the service does not start: ${textOf(error)}`);
    world.clock.after(START_AGAIN_MS, () => void start(world));
  }
}
