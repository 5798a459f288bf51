import type { FleetCalls } from '../../src/fleet/calls/fleet-calls.ts';
import type { PrivacyReading } from '../../src/fleet/calls/privacy-calls.ts';
import type { Snapshot } from '../../src/privacy/settings.ts';
import type { InstanceView } from '../../src/instance/state.ts';
import { checkEmission } from './checks/reads.ts';
import { checkState } from './checks/states.ts';
import type { Slot, World } from './world.ts';

/** The standing subscriptions of one instance. */
export interface Watcher {
  readonly slot: Slot;
  readonly instanceId: string;
  view: InstanceView | undefined;
  /** When the view's state began. */
  stateAt: number;
  snapshot: Snapshot | undefined;
  /** It was shown as one that may have changed since. */
  stale: boolean;
  /** The read that the last settings came from, in the order of all events. */
  readSeq: number;
  /** Both subscriptions have ended by themselves. */
  ended: number;
}

export interface Watchers {
  open(slot: Slot): void;
  of(slot: Slot): Watcher | undefined;
  /** All that were ever opened. */
  readonly all: readonly Watcher[];
  /** Their clients go away. */
  close(): void;
  /** The service is gone: nothing that still comes counts. */
  abandon(): void;
}

/** Follows every instance's state and settings through one life of the service. */
export function watchSlots(world: World, { watching }: FleetCalls, incarnation: number): Watchers {
  const controller = new AbortController();
  const all: Watcher[] = [];
  let abandoned = false;

  const follow = async <T>(watcher: Watcher, values: AsyncIterable<T>, take: (value: T) => void): Promise<void> => {
    for await (const value of values) {
      if (abandoned) return;
      take(value);
    }
    if (!controller.signal.aborted) watcher.ended += 1;
  };

  return {
    all,
    open(slot) {
      const { id } = slot;
      if (id === undefined) return;
      const watcher: Watcher = {
        slot,
        instanceId: id,
        view: undefined,
        stateAt: 0,
        snapshot: undefined,
        stale: false,
        readSeq: 0,
        ended: 0,
      };
      all.push(watcher);
      const reach = { accountId: slot.accountId };
      const run = async (): Promise<void> => {
        const views = await watching.watchInstance(reach, slot.name, controller.signal);
        const readings = await watching.watchPrivacy(reach, slot.name, controller.signal);
        await Promise.all([
          follow(watcher, views, (view: InstanceView) => checkState(world, watcher, view)),
          follow(watcher, readings, (reading: PrivacyReading) => checkEmission(world, watcher, reading, incarnation)),
        ]);
      };
      run().catch((error: unknown) => world.trace.violate('subscriptions do not fail', String(error)));
    },
    of: (slot) => all.findLast((watcher) => watcher.slot === slot && watcher.instanceId === slot.id),
    close: () => controller.abort(),
    abandon() {
      abandoned = true;
    },
  };
}
