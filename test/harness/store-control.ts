import type { Clock } from '../../src/clock.ts';
import type { StoreControl, StoreFault } from './faulty-storage.ts';
import { saysLogout } from './evidence.ts';
import type { InstanceChange } from '../../src/storage/owned.ts';
import type { Incarnation } from './incarnation.ts';
import type { Credentials } from './model/frames.ts';
import { slotById, type Slot, type World } from './world.ts';

/** How long the service stays away after a crash in the midst of a call of the storage. */
const DOWN_MS = 500;

const ENDS_WITHIN_MS = 100;

/** What a call writes of an instance. */
interface Written extends InstanceChange {
  readonly removes?: boolean;
}

function writtenBy(method: string, args: readonly unknown[]): Written | undefined {
  if (method === 'owned.remove') return { removes: true };
  return method === 'owned.change' ? (args[2] as InstanceChange) : undefined;
}

/** A link's frames may depend on it. */
const isForLink = ({ credentials, keys }: Written): boolean => (credentials ?? keys) !== undefined;

const takesCredentials = ({ archiveUntil, removes }: Written): boolean =>
  archiveUntil !== undefined || removes === true;

const changesCredentials = (written: Written): boolean =>
  written.credentials !== undefined || takesCredentials(written);

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
    take(method, args, instanceId) {
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
      const written = writtenBy(method, args);
      if (written && isForLink(written)) expectLinkToEnd(world, slot, first.fault);
      trace.note(slot.name, `store fault at ${method}: ${JSON.stringify(first.fault)}`);
      return first.fault;
    },
    sleep: (ms) => clock.sleep(ms),
    crash: () => world.crash(DOWN_MS),
    before(method, args) {
      const written = writtenBy(method, args);
      const slot = slotById(world, String(args[0]));
      if (!slot || !written || !takesCredentials(written)) return;
      const isArchive = written.removes !== true;
      const asked = trace.calls.some(
        (call) =>
          call.slot === slot.name &&
          (call.kind === 'delete' || (call.kind === 'unlink' && isArchive)) &&
          call.endSeq === undefined &&
          !call.crashed,
      );
      const confirmed =
        isArchive &&
        trace.links.some((link) => link.slot === slot.name && link.openedSeq > slot.archivedSeq && saysLogout(link));
      // An archive that was carried out and reported as failed is tried again: by then there is nothing left to lose.
      const isRetry = isArchive && slot.stored === undefined && !slot.isUncertain;
      trace.expect(
        asked || confirmed || isRetry,
        'credentials stay',
        () => `${method} of ${slot.name} without a reason`,
      );
    },
    failed(method, args) {
      const written = writtenBy(method, args);
      const slot = slotById(world, String(args[0]));
      if (slot && written && changesCredentials(written)) slot.isUncertain = true;
    },
    after(method, args) {
      const written = writtenBy(method, args);
      const slot = slotById(world, String(args[0]));
      if (!slot || !written || !changesCredentials(written)) return;
      slot.isUncertain = false;
      if (takesCredentials(written)) {
        slot.stored = undefined;
        slot.archivedSeq = trace.seq();
      } else if (written.credentials !== undefined) {
        checkOrder(world, slot, written.credentials);
        slot.stored = written.credentials;
      }
      trace.note(slot.name, written.credentials === undefined ? 'its login is set aside' : 'its login is saved');
    },
  };
}

/** What a link saves last is what stays. */
function checkOrder({ trace }: World, { name, stored }: Slot, saved: string): void {
  if (stored === undefined) return;
  const [before, after] = [JSON.parse(stored) as Credentials, JSON.parse(saved) as Credentials];
  const isOlder = before.device === after.device && before.keys > after.keys;
  trace.expect(!isOlder, 'saves keep their order', () => `${name}: ${saved} is stored over ${stored}`);
}
