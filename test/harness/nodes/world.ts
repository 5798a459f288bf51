import type { Storage } from '../../../src/storage/storage.ts';
import type { VirtualClock } from '../../support/virtual-clock.ts';
import type { WhatsApp } from '../model/whatsapp.ts';
import type { Random } from '../random.ts';
import type { Epochs, NodesTrace } from './checks.ts';
import type { ModelNodes } from './model-nodes.ts';
import type { DatabaseWay } from './node-database.ts';
import type { NodeProcess } from './node-process.ts';
import type { OwnerRows } from './owner-rows.ts';
import type { PeerNetwork } from './peer-network.ts';

/** A machine that a node runs on, one process after the other. */
export interface Place {
  readonly n: number;
  readonly offsetMs: number;
  /** Undefined between the end of one and the start of the next. */
  process: NodeProcess | undefined;
  way: DatabaseWay;
  slowMs: number;
  /** It reaches WhatsApp. */
  hasWhatsApp: boolean;
}

/** An instance that is linked, as its user knows it. */
export interface Slot {
  readonly name: string;
  readonly id: string;
  readonly accountId: string;
  /** The credentials that are committed now. */
  stored: string;
  /** When they were saved. */
  savedAt: number;
  /** The user's last word: should it connect? Undefined while a call for it is under way, where it failed, or which was the last is not known. */
  isWanted: boolean | undefined;
}

export interface World {
  readonly clock: VirtualClock;
  readonly trace: NodesTrace;
  /** Nodes that have more than their share give some away once none has come or gone for so long. */
  readonly calmMs: number;
  readonly epochs: Epochs;
  readonly random: Random;
  readonly whatsApp: WhatsApp;
  readonly storage: Storage;
  readonly nodes: ModelNodes;
  readonly owners: OwnerRows;
  readonly network: PeerNetwork;
  readonly places: readonly Place[];
  readonly slots: Map<string, Slot>;
  /** Runs of the service that were started. */
  lives: number;
  /** The faults have ended. */
  isCalm: boolean;
}

export const slotOf = ({ slots }: World, id: string): Slot | undefined =>
  [...slots.values()].find((slot) => slot.id === id);

export const placeOf = ({ places }: World, n: number): Place => {
  const place = places[n];
  if (!place) throw new RangeError(`There is no place ${n}`);
  return place;
};
