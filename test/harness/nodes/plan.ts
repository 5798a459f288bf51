import { PROFILE_FIELDS } from '../../../src/privacy/fields.ts';
import type { RequestedChange } from '../../../src/privacy/outcome.ts';
import type { Ending } from '../model/faults.ts';
import { phoneAct, randomChange } from '../random-acts.ts';
import { Random } from '../random.ts';
import type { Standstill } from './node-clock.ts';
import type { DatabaseWay, LostCommit } from './node-database.ts';

export const PLACES = [0, 1, 2] as const;
const NAMES = ['a', 'b', 'c', 'd', 'e'] as const;

/** One thing that happens at a time, in virtual milliseconds. */
export type NodeStep = { readonly at: number } & NodeAct;

export type NodeAct =
  | { readonly do: 'kill'; readonly node: number; readonly downMs: number }
  /** In order: it gives its instances to others, and another process starts in its place. */
  | { readonly do: 'drain'; readonly node: number; readonly downMs: number }
  | {
      readonly do: 'stand_still';
      readonly node: number;
      readonly how: Standstill;
      readonly ms: number;
      readonly inboxFirst: boolean;
    }
  | { readonly do: 'jump'; readonly node: number; readonly ms: number }
  /** `node`: undefined is all of them, as when the database is down. */
  | {
      readonly do: 'database';
      readonly node: number | undefined;
      readonly way: Exclude<DatabaseWay, 'open'>;
      readonly ms: number;
    }
  | { readonly do: 'slow_database'; readonly node: number; readonly slowMs: number; readonly ms: number }
  | { readonly do: 'lost_commit'; readonly node: number; readonly becomes: LostCommit }
  /** The next write of an instance sets out, and arrives so much later. */
  | { readonly do: 'hold_up_write'; readonly node: number; readonly ms: number }
  /** The next hand-over of an instance waits in the database for so long, after its node has given up waiting. */
  | { readonly do: 'hold_up_hand_over'; readonly node: number; readonly ms: number }
  /** Another server takes the database's place, which has not heard of the claims of the last while. */
  | { readonly do: 'fail_over'; readonly forgetsMs: number }
  | { readonly do: 'cut_peers'; readonly node: number; readonly other: number; readonly ms: number }
  | { readonly do: 'cut_whatsapp'; readonly node: number; readonly ms: number }
  | { readonly do: 'read'; readonly node: number; readonly slot: string }
  | {
      readonly do: 'update';
      readonly node: number;
      readonly slot: string;
      readonly changes: readonly RequestedChange[];
    }
  | { readonly do: 'stop' | 'start'; readonly node: number; readonly slot: string }
  | { readonly do: 'phone'; readonly slot: string; readonly category: string; readonly value: string }
  | { readonly do: 'keys'; readonly slot: string }
  | { readonly do: 'disconnect'; readonly slot: string; readonly ending: Ending };

export interface NodesPlan {
  readonly seed: number;
  /** Each an instance that is linked. */
  readonly slots: readonly string[];
  /** How far the wall clock of each node is off. */
  readonly offsetsMs: readonly number[];
  /** When each of them is started. */
  readonly startsMs: readonly number[];
  /** When the instances are there to be claimed: at first, or once all nodes know each other, who share them then. */
  readonly linkedAtMs: number;
  readonly latencyMs: number;
  /** After how long without one that comes or goes nodes give away what they have above their share. */
  readonly calmMs: number;
  readonly steps: readonly NodeStep[];
}

/** When all that start at once have shared the instances among them, and logged in. */
const SETUP_MS = 12_000;

export function planNodes(seed: number): NodesPlan {
  const random = new Random(seed ^ 0x6e0de5);
  const slots = NAMES.slice(0, random.int(3, 5));
  const offsetsMs = PLACES.map(() => random.int(-2_000, 2_000));
  // A machine that is suspended while somebody sets its clock back shows neither: no more than one of these a node.
  const clocks = PLACES.map(() => random.pick(['suspended', 'jumps'] as const));
  const steps: NodeStep[] = [];
  const most = random.int(12, 26);
  let at = SETUP_MS;
  while (steps.length < most) {
    for (const [afterMs, act] of random.chance(0.5) ? calls(random, slots) : faults(random, slots, clocks)) {
      steps.push({ at: at + afterMs, ...act });
    }
    at += random.int(0, random.pick([200, 1_500, 6_000, 12_000]));
  }
  steps.push(...lateHandOver(seed, at));
  return {
    seed,
    slots,
    offsetsMs,
    startsMs: random.chance(0.7) ? [0, 0, 0] : PLACES.map(() => random.int(0, 3_000)),
    linkedAtMs: random.pick([0, 2_500, 5_500]),
    latencyMs: random.pick([20, 60, 120, 400, 1_500]),
    calmMs: new Random(seed ^ 0xca1).pick([3_000, 10_000, 60_000]),
    steps: steps.sort((a, b) => a.at - b.at),
  };
}

/** Drawn apart: what else happens in a seed stays. */
function lateHandOver(seed: number, endsAt: number): NodeStep[] {
  const random = new Random(seed ^ 0x1a94);
  if (!random.chance(0.3)) return [];
  const node = random.pick(PLACES);
  const at = random.int(SETUP_MS, Math.max(SETUP_MS, endsAt));
  return [
    { at, do: 'hold_up_hand_over', node, ms: random.int(6_100, 8_000) },
    { at: at + 1, do: 'drain', node, downMs: random.int(100, 5_000) },
  ];
}

type Episode = readonly (readonly [afterMs: number, act: NodeAct])[];

const READABLE = PROFILE_FIELDS.map(({ field }) => field);

const anUpdate = (random: Random, slots: readonly string[]): NodeAct => ({
  do: 'update',
  node: random.pick(PLACES),
  slot: random.pick(slots),
  changes: random.some(READABLE, random.int(1, 2)).map((field) => randomChange(random, field)),
});

function calls(random: Random, slots: readonly string[]): Episode {
  const node = random.pick(PLACES);
  const slot = random.pick(slots);
  return random.weighted<Episode>([
    [5, [[0, anUpdate(random, slots)]]],
    [2, [[0, { do: 'read', node, slot }]]],
    [2, [[0, { do: 'keys', slot }]]],
    [1, [[0, phoneOf(random, slot)]]],
    [
      1,
      [
        [0, { do: 'stop', node, slot }],
        [random.int(10, 9_000), { do: 'start', node: random.pick(PLACES), slot }],
      ],
    ],
  ]);
}

function phoneOf(random: Random, slot: string): NodeAct {
  const act = phoneAct(random);
  return act.do === 'phone' ? { ...act, slot } : { do: 'keys', slot };
}

/** A fault, and what users and WhatsApp do while it lasts. */
function faults(random: Random, slots: readonly string[], clocks: readonly ('suspended' | 'jumps')[]): Episode {
  const node = random.pick(PLACES);
  const ms = random.pick([random.int(100, 3_000), random.int(3_000, 9_000), random.int(6_000, 25_000)]);
  const meanwhile = Array.from({ length: random.int(0, 3) }, (): readonly [number, NodeAct] => [
    random.int(0, ms + 2_000),
    random.weighted<NodeAct>([
      [4, anUpdate(random, slots)],
      [3, { do: 'keys', slot: random.pick(slots) }],
      [2, { do: 'read', node: random.pick(PLACES), slot: random.pick(slots) }],
      [
        1,
        { do: 'disconnect', slot: random.pick(slots), ending: { how: random.pick(['fin', 'cut', 'deaf'] as const) } },
      ],
    ]),
  ]);
  const way = random.pick(['black', 'refused'] as const);
  const other = random.pick(PLACES.filter((place) => place !== node));
  const fault = random.weighted<Episode>([
    [3, [[0, { do: 'kill', node, downMs: random.int(100, 20_000) }]]],
    [2, [[0, { do: 'drain', node, downMs: random.int(100, 5_000) }]]],
    [5, [[0, standStill(random, node, ms, clocks)]]],
    [3, [[0, { do: 'database', node, way, ms }]]],
    [2, [[0, { do: 'database', node: undefined, way, ms }]]],
    [2, [[0, { do: 'slow_database', node, slowMs: random.int(50, 2_500), ms }]]],
    [2, [[0, { do: 'lost_commit', node, becomes: random.pick(['done', 'undone'] as const) }]]],
    [2, [[0, { do: 'cut_peers', node, other, ms }]]],
    [2, [[0, { do: 'cut_whatsapp', node, ms }]]],
    [1, lostAndRegained(random, node, other, slots)],
    [1, failOver(random, node, slots)],
    [clocks[node] === 'jumps' ? 3 : 0, cutAndJump(random, node, ms)],
  ]);
  return [...fault, ...meanwhile];
}

const standStill = (random: Random, node: number, ms: number, clocks: readonly string[]): NodeAct => ({
  do: 'stand_still',
  node,
  how: clocks[node] === 'suspended' && random.chance(0.6) ? 'suspended' : 'stopped',
  ms,
  inboxFirst: random.chance(0.5),
});

/** The clock of a node is set, most often while it can't renew its lease. */
function cutAndJump(random: Random, node: number, ms: number): Episode {
  const jump: NodeAct = { do: 'jump', node, ms: random.pick([-20_000, -4_300, -3_500, -2_000, -50, 3_000, 20_000]) };
  if (random.chance(0.3)) return [[0, jump]];
  return [
    [0, { do: 'database', node, way: 'black', ms }],
    [random.int(0, 4_500), jump],
  ];
}

/** A write is on its way for so long that its node has lost the instance meanwhile, and has it again. */
function lostAndRegained(random: Random, node: number, other: number, slots: readonly string[]): Episode {
  return [
    [0, { do: 'hold_up_write', node, ms: random.int(14_000, 22_000) }],
    ...slots.map((slot) => [10, { do: 'keys', slot }] as const),
    [600, { do: 'stand_still', node, how: 'stopped', ms: 8_000, inboxFirst: random.chance(0.5) }],
    [random.int(10_000, 12_000), { do: 'drain', node: other, downMs: 3_000 }],
  ];
}

function failOver(random: Random, node: number, slots: readonly string[]): Episode {
  const afterMs = random.int(6_200, 8_500);
  return [
    // Started again at once afterwards: its former run may be known to be gone, so what that had is anybody's.
    [0, { do: 'kill', node, downMs: afterMs + 20 }],
    [afterMs, { do: 'fail_over', forgetsMs: 2_000 }],
    ...slots.map((slot) => [afterMs + random.int(50, 1_500), { do: 'keys', slot }] as const),
  ];
}
