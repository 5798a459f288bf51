import type { Storage } from '../../src/storage/storage.ts';
import type { VirtualClock } from '../support/virtual-clock.ts';
import type { SlotPlan } from './acts.ts';
import type { StoreFault } from './faulty-storage.ts';
import type { Incarnation } from './incarnation.ts';
import type { WhatsApp } from './model/whatsapp.ts';
import type { Random } from './random.ts';
import type { SqlFaults } from './sql-faults.ts';
import type { Trace } from './trace.ts';

/** One instance as its user knows it, and what the harness expects of it. */
export interface Slot {
  readonly name: string;
  readonly plan: SlotPlan;
  readonly accountId: string;
  /** Undefined while there is no such instance. */
  id: string | undefined;
  /** The credentials that are committed now. */
  stored: string | undefined;
  /** When its credentials were last set aside, in the order of all events. */
  archivedSeq: number;
  /** The user's last word: should it connect? */
  parked: boolean;
  /** How many pairing links the user's calls allow. */
  pairings: number;
  /** When the service took it up, or its user created it: what it remembers of earlier connections begins there. */
  bornAt: number;
  /** `nth`: how many more calls of the storage until it strikes. */
  readonly storeFaults: { nth: number; readonly fault: StoreFault }[];
  /** Whether what failed was carried out all the same, nobody knows. */
  isUncertain: boolean;
  /** Store faults that struck: they excuse a stopped instance. */
  struck: number;
  /** Until when a call of the storage hangs. */
  hangsUntil: number;
}

/** Everything of one run. */
export interface World {
  readonly clock: VirtualClock;
  readonly trace: Trace;
  readonly random: Random;
  readonly whatsApp: WhatsApp;
  /** The real one, which outlives each service. */
  readonly storage: Storage;
  readonly sql: SqlFaults;
  readonly slots: ReadonlyMap<string, Slot>;
  /** Undefined between the end of one and the start of the next. */
  service: Incarnation | undefined;
  /** One that ends in order: it takes no calls any more. */
  ending: Incarnation | undefined;
  incarnations: number;
  /** When it was last started or ended: calls around that time may fail. */
  serviceChangedAt: number;
  crash(downMs: number): void;
}

export const slotById = (world: World, id: string | undefined): Slot | undefined =>
  id === undefined ? undefined : [...world.slots.values()].find((slot) => slot.id === id);
