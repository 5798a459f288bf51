import type { Act } from './acts.ts';
import { aloneEpisode } from './alone.ts';
import { pairingEpisode } from './pairing.ts';
import { changes, lifecycle, phoneAct, randomChange, terms, update } from './random-acts.ts';
import { HARMLESS_ENDINGS, LOGIN_EFFECTS, REMOVALS, stanzaFault, storeFault, streamError } from './random-faults.ts';
import type { Random } from './random.ts';

/** Things that happen close together, since faults show where they meet: each with its time after the episode's start. */
export type Episode = readonly (readonly [afterMs: number, act: Act])[];

/** Calls alone: nothing here keeps them from succeeding. */
export function callsEpisode(random: Random): Episode {
  return random.weighted<() => Episode>([
    [4, () => [[0, { do: 'update', changes: changes(random), terms: terms(random) }]]],
    [
      2,
      () =>
        Array.from({ length: random.int(2, 4) }, () => [
          random.int(0, 400),
          { do: 'update', changes: changes(random), terms: terms(random) },
        ]),
    ],
    [2, () => Array.from({ length: random.int(1, 6) }, () => [random.int(0, 200), { do: 'read' }])],
    [1, () => [[0, { do: 'watch', forMs: random.int(1_000, 200_000) }]]],
  ])();
}

/** Updates in the midst of what can go wrong. */
export function faultsEpisode(random: Random): Episode {
  const near = (): number => random.int(0, random.pick([150, 1_500, 12_000]));
  const around = (...acts: Act[]): Episode => acts.map((act) => [near(), act]);
  return random.weighted<() => Episode>([
    [
      6,
      () => [
        ...Array.from({ length: random.int(1, 3) }, () => [0, { do: 'fault', fault: stanzaFault(random) }] as const),
        [1, update(random)],
        ...around(update(random)),
      ],
    ],
    [4, () => [[0, { do: 'announce_after', ms: random.pick([0, 200, 3_000]) }], ...races(random)]],
    [3, () => around({ do: 'disconnect', ending: random.pick(HARMLESS_ENDINGS) }, update(random), { do: 'read' })],
    [
      2,
      () => [
        [0, { do: 'login_fault', fault: { times: random.int(1, 4), effect: random.pick(LOGIN_EFFECTS) } }],
        ...around({ do: 'disconnect', ending: random.pick(HARMLESS_ENDINGS) }, update(random)),
      ],
    ],
    [
      2,
      () => [[0, storeFault(random)], ...around(lifecycle(random), { do: 'keys' }, lifecycle(random), update(random))],
    ],
    [2, () => around(lifecycle(random), lifecycle(random), update(random), { do: 'read' })],
    [1, () => [[0, { do: 'impostor', comebacks: random.int(0, 3) }], ...around(update(random))]],
    [
      0.5,
      () => [
        [0, { do: 'login_fault', fault: { times: 40, effect: random.pick(LOGIN_EFFECTS.slice(0, 3)) } }],
        [1, { do: 'disconnect', ending: { how: 'fin' } }],
      ],
    ],
    [4, () => aloneEpisode(random)],
    [0.5, () => pairingEpisode(random)],
    [
      0.5,
      () => [
        [0, { do: 'fault', fault: stanzaFault(random, 'set') }],
        [1, { do: 'unlink' }],
      ],
    ],
    [0.5, () => around({ do: 'remove_device', evidence: random.pick(REMOVALS) }, update(random))],
    [
      1,
      () => [
        [0, { do: 'latency', ms: random.pick([5, 40, 150, 1_500]) }],
        ...around({ do: 'disconnect', ending: { how: 'fin' } }),
      ],
    ],
    [0.5, () => Array.from({ length: 40 }, () => [random.int(0, 300), update(random)])],
    [
      1,
      () =>
        Array.from({ length: 6 }, (_, n) => [
          n * random.int(100, 6_000),
          { do: 'disconnect', ending: { how: 'word', evidence: streamError(515) } },
        ]),
    ],
  ])();
}

/** The phone changes what an update is about to change, or has just changed. */
function races(random: Random): Episode {
  const wanted = changes(random, 3);
  const about = random.pick(wanted);
  const same = random.chance(0.4);
  const phone = (): Act => phoneAct(random, same ? about : randomChange(random, about.field));
  const spread = random.pick([60, 300, 3_000]);
  return [
    [0, phoneAct(random, randomChange(random, about.field))],
    ...(random.chance(0.4) ? [[0, { do: 'fault', fault: stanzaFault(random) }] as const] : []),
    ...(random.chance(0.4) ? [[0, { do: 'fault', fault: stanzaFault(random) }] as const] : []),
    [random.int(0, spread), { do: 'update', changes: wanted, terms: terms(random) }],
    [random.int(0, spread), phone()],
    ...(random.chance(0.5) ? [[random.int(0, spread), phone()] as const] : []),
    ...(random.chance(0.3) ? [[random.int(0, spread), { do: 'update', changes: wanted }] as const] : []),
  ];
}
