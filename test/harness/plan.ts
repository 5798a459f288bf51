import { DEFAULT_PRIVACY, WRITABLE } from '../../simulator/privacy.ts';
import type { Act, Plan, SlotPlan, Step } from './acts.ts';
import { callsEpisode, type Episode, faultsEpisode } from './episodes.ts';
import { phoneAct, phoneTimer, timerUpdate } from './random-acts.ts';
import { listCallsEpisode, listFaultsEpisode } from './random-lists.ts';
import { Random } from './random.ts';

const NAMES = ['a', 'b', 'c', 'd'] as const;
const SETTINGS = { calls: callsEpisode, faults: faultsEpisode };
const LISTS = { calls: listCallsEpisode, faults: listFaultsEpisode };

/** How long the last instances need until they are linked, without faults. */
const SETUP_MS = 10_000;

/** How long one that is started needs until it is OPEN, in most cases. */
const OPEN_MS = 60_000;

/** How often a login is tried while WhatsApp refuses all of them. */
const PROBE_MS = 300_000;

/** The whole run of a seed. Everything random that is not drawn here is drawn from the same seed. */
export function planRun(seed: number): Plan {
  const random = new Random(seed);
  const slots = NAMES.slice(0, random.int(2, 4)).map((name, index) => planSlot(random, name, index));
  const steps: Step[] = slots.map(({ name, calm }) => ({
    at: random.int(0, 2_000),
    slot: name,
    do: 'pair',
    byCode: random.chance(0.2),
    acceptAfterMs: calm ? 300 : random.int(100, 3_000),
  }));
  const most = random.int(20, 60);
  let at = SETUP_MS;
  while (steps.length < most) {
    const slot = random.pick(slots);
    const isCalm = slot.calm || random.chance(0.25);
    const isAboutLists = random.chance(0.3);
    const draw = isAboutLists ? LISTS : SETTINGS;
    const episode = (isCalm ? draw.calls : draw.faults)(random);
    for (const [afterMs, act] of episode) steps.push({ at: at + afterMs, slot: slot.name, ...act });
    at += random.int(0, random.pick([300, 3_000, 15_000, 60_000]));
  }
  for (const act of serviceActs(random)) steps.push({ at: random.int(SETUP_MS, at), slot: '*', ...act });
  if (random.chance(0.08)) steps.push(...outdated(random.int(SETUP_MS, at), slots));
  for (const { name, calm } of slots) {
    if (!calm) steps.push({ at: at + random.int(0, 5_000), slot: name, ...phoneAct(random) });
  }
  // Drawn last, so that all before stays as it was.
  if (random.chance(0.15)) steps.push(...lastWords(random, at + 5_000, slots));
  if (random.chance(0.4)) steps.push(...timer(random, at, slots));
  return { seed, slots, steps: steps.sort((a, b) => a.at - b.at) };
}

function planSlot(random: Random, name: string, index: number): SlotPlan {
  const missing = random.chance(0.2) ? random.pick(Object.keys(DEFAULT_PRIVACY)) : undefined;
  const privacy = Object.keys(DEFAULT_PRIVACY)
    .filter((category) => category !== missing)
    .map((category) => [category, random.pick(WRITABLE[category] ?? ['all'])] as const);
  const calm = index === 0 && random.chance(0.6);
  const latencyMs = calm ? 40 : random.pick([5, 40, 40, 150, 600]);
  const lid = random.chance(0.6) ? `8000000000000${index}` : undefined;
  return { name, phoneNumber: `4917000000${index}`, lid, privacy, echoes: random.chance(0.25), latencyMs, calm };
}

function serviceActs(random: Random): Act[] {
  return random.weighted<Act[]>([
    [5, []],
    [2, [{ do: 'restart' }]],
    [2, [{ do: 'crash', downMs: random.int(0, 20_000) }]],
    [1, [{ do: 'restart' }, { do: 'crash', downMs: random.int(0, 3_000) }]],
  ]);
}

/** WhatsApp takes this client no longer, whoever logs in; it does again after an update. */
function outdated(at: number, slots: readonly SlotPlan[]): Step[] {
  const evidence = { kind: 'failure', reason: 405, expiresInS: undefined } as const;
  return slots
    .filter(({ calm }) => !calm)
    .flatMap(({ name }) => [
      {
        at,
        slot: name,
        do: 'login_fault',
        fault: { times: 3, effect: { do: 'word', at: 'login', evidence } },
      } as const,
      { at: at + 10, slot: name, do: 'disconnect', ending: { how: 'fin' } } as const,
      // Nothing but time for two probes and what comes with the second one.
      { at: at + 2 * PROBE_MS + SETUP_MS, slot: name, do: 'keys' } as const,
    ]);
}

/** The default disappearing timer is changed, here and on the phone, at any time of a run. */
function timer(random: Random, until: number, slots: readonly SlotPlan[]): Step[] {
  const { name, calm } = random.pick(slots);
  return Array.from({ length: random.int(1, 4) }, () => random.int(SETUP_MS, until)).flatMap((at) => [
    { at, slot: name, ...timerUpdate(random) },
    ...(calm || random.chance(0.5) ? [] : [{ at: at + random.int(0, 500), slot: name, ...phoneTimer(random) }]),
  ]);
}

/** What the user wants in the end of one that is OPEN: one thing before the other is done, or what WhatsApp does not answer. No later word hides what came of it. */
function lastWords(random: Random, at: number, slots: readonly SlotPlan[]): Step[] {
  const { name } = random.pick(slots.filter(({ calm }) => !calm));
  const silence = { type: 'set', times: 1, effect: { do: 'silence', apply: false } } as const;
  const words = random.pick<Episode>([
    [
      [OPEN_MS, { do: 'stop' }],
      // Most sockets are closed within 20 ms.
      [OPEN_MS + random.int(1, 10), { do: 'start' }],
    ],
    [
      [OPEN_MS, { do: 'fault', fault: silence }],
      [OPEN_MS + 1, { do: 'unlink' }],
    ],
  ]);
  // The faults end with the last step.
  const time = [2 * OPEN_MS, { do: 'keys' }] as const;
  return [[0, { do: 'start' }] as const, ...words, time].map(([afterMs, act]) => ({
    at: at + afterMs,
    slot: name,
    ...act,
  }));
}
