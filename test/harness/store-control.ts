import type { Clock } from '../../src/clock.ts';
import type { StoreControl } from './faulty-storage.ts';
import { saysLogout } from './evidence.ts';
import type { Incarnation } from './incarnation.ts';
import { slotById, type World } from './world.ts';

/** How long the service stays away after a crash in the midst of a call of the storage. */
const DOWN_MS = 500;

/** Faults by instance, and the books of what is stored. */
export function storeControl(world: World, clock: Clock, incarnation: () => Incarnation): StoreControl {
  const { trace } = world;
  return {
    take(method, instanceId) {
      const slot = slotById(world, instanceId);
      const [first] = slot?.storeFaults ?? [];
      if (!slot || !first) return undefined;
      first.nth -= 1;
      if (first.nth > 0) return undefined;
      slot.storeFaults.shift();
      slot.struck += 1;
      if (first.fault.do === 'hang') {
        slot.hangsUntil = Math.max(slot.hangsUntil, clock.monotonic()) + first.fault.ms;
        incarnation().wasHeldUp = true;
      }
      trace.note(slot.name, `store fault at ${method}: ${JSON.stringify(first.fault)}`);
      return first.fault;
    },
    sleep: (ms) => clock.sleep(ms),
    crash: () => world.crash(DOWN_MS),
    before(method, [instanceId]) {
      if (method !== 'credentials.archive' && method !== 'instances.remove') return;
      const slot = slotById(world, String(instanceId));
      if (!slot) return;
      const asked = trace.calls.some(
        (call) =>
          call.slot === slot.name &&
          (call.kind === 'delete' || (call.kind === 'unlink' && method === 'credentials.archive')) &&
          call.endSeq === undefined &&
          !call.crashed,
      );
      const confirmed =
        method === 'credentials.archive' &&
        trace.links.some((link) => link.slot === slot.name && link.openedSeq > slot.archivedSeq && saysLogout(link));
      trace.expect(asked || confirmed, 'credentials stay', () => `${method} of ${slot.name} without a reason`);
    },
    after(method, [instanceId, value]) {
      const slot = slotById(world, String(instanceId));
      if (!slot) return;
      if (method === 'credentials.save') slot.stored = String(value);
      if (method === 'credentials.archive' || method === 'instances.remove') {
        slot.stored = undefined;
        slot.archivedSeq = trace.seq();
      }
      if (method === 'credentials.save' || method === 'credentials.archive') trace.note(slot.name, method);
    },
  };
}
