import type { Clock } from '../../src/clock.ts';
import type { StoreControl, StoreFault } from './faulty-storage.ts';
import { saysLogout } from './evidence.ts';
import type { Incarnation } from './incarnation.ts';
import { slotById, type Slot, type World } from './world.ts';

/** How long the service stays away after a crash in the midst of a call of the storage. */
const DOWN_MS = 500;

/** What a link's frames may depend on. */
const LINK_DEPENDS_ON = new Set(['credentials.save', 'signalKeys.apply']);
const ENDS_WITHIN_MS = 100;

const CHANGES_CREDENTIALS = new Set(['credentials.save', 'credentials.archive', 'instances.remove']);

/** Nothing of what could not be stored goes on: the link that it was for ends. */
function expectLinkToEnd({ trace, clock }: World, { name, hangsUntil }: Slot, fault: StoreFault): void {
  const fails = fault.do === 'fail' || fault.do === 'fail_after' || (fault.do === 'hang' && fault.finally === 'fail');
  const link = trace.links.findLast((each) => each.slot === name);
  if (!fails || !link) return;
  const heldUpMs = Math.max(0, hangsUntil - clock.monotonic());
  clock.after(heldUpMs + ENDS_WITHIN_MS, () =>
    trace.expect(link.gone, 'a link ends when its store fails', () => `link ${link.n} of ${name} goes on`),
  );
}

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
      if (LINK_DEPENDS_ON.has(method)) expectLinkToEnd(world, slot, first.fault);
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
      // An archive that was carried out and reported as failed is tried again: by then there is nothing left to lose.
      const isRetry = method === 'credentials.archive' && slot.stored === undefined && !slot.isUncertain;
      trace.expect(
        asked || confirmed || isRetry,
        'credentials stay',
        () => `${method} of ${slot.name} without a reason`,
      );
    },
    failed(method, [instanceId]) {
      const slot = slotById(world, String(instanceId));
      if (slot && CHANGES_CREDENTIALS.has(method)) slot.isUncertain = true;
    },
    after(method, [instanceId, value]) {
      const slot = slotById(world, String(instanceId));
      if (!slot) return;
      if (CHANGES_CREDENTIALS.has(method)) slot.isUncertain = false;
      if (method === 'credentials.save') slot.stored = String(value);
      if (method === 'credentials.archive' || method === 'instances.remove') {
        slot.stored = undefined;
        slot.archivedSeq = trace.seq();
      }
      if (method === 'credentials.save' || method === 'credentials.archive') trace.note(slot.name, method);
    },
  };
}
