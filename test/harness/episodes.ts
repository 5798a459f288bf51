import { fieldSpecs, specOf, type PrivacyField } from '../../src/privacy/fields.ts';
import type { RequestedChange } from '../../src/privacy/outcome.ts';
import type { CloseEvidence } from '../../src/session/link.ts';
import type { StoreFault } from './faulty-storage.ts';
import type { Ending, LoginFault, StanzaFault } from './model/faults.ts';
import type { Act } from './acts.ts';
import type { Random } from './random.ts';

/** Things that happen close together, since faults show where they meet: each with its time after the episode's start. */
export type Episode = readonly (readonly [afterMs: number, act: Act])[];

const streamError = (code: number | undefined, child?: string, conflict?: string): CloseEvidence => ({
  kind: 'stream_error',
  code,
  child,
  conflict,
});
const failure = (reason: number, expiresInS?: number): CloseEvidence => ({ kind: 'failure', reason, expiresInS });

const HARMLESS_ENDINGS: readonly Ending[] = [
  { how: 'cut' },
  { how: 'fin' },
  { how: 'deaf' },
  { how: 'word', evidence: { kind: 'stream_end' } },
  { how: 'word', evidence: streamError(503) },
  { how: 'word', evidence: streamError(500) },
  { how: 'word', evidence: streamError(515) },
  { how: 'word', evidence: streamError(undefined, 'ack') },
  { how: 'word', evidence: streamError(undefined, 'xml-not-well-formed') },
  { how: 'word', evidence: { kind: 'crashed', error: 'a frame that does not decrypt' } },
];
const REMOVALS: readonly CloseEvidence[] = [
  streamError(401, 'conflict', 'device_removed'),
  streamError(undefined, 'conflict', 'device_removed'),
  streamError(516),
  streamError(401),
];
const LOGIN_EFFECTS: readonly LoginFault['effect'][] = [
  { do: 'word', at: 'hello', evidence: { kind: 'upgrade_refused', status: 503 } },
  { do: 'word', at: 'hello', evidence: { kind: 'handshake_failed' } },
  { do: 'close', at: 'hello' },
  { do: 'silence', at: 'hello' },
  { do: 'close', at: 'login' },
  { do: 'silence', at: 'login' },
  { do: 'close', at: 'success' },
  ...[409, 500, 501, 503].map((reason) => ({ do: 'word', at: 'login', evidence: failure(reason) }) as const),
  { do: 'word', at: 'login', evidence: failure(402, 90) },
  { do: 'word', at: 'login', evidence: failure(402) },
  { do: 'word', at: 'login', evidence: failure(403) },
  { do: 'word', at: 'login', evidence: failure(405) },
  { do: 'word', at: 'login', evidence: failure(406) },
  { do: 'word', at: 'success', evidence: streamError(515) },
];

const REFUSALS = [400, 401, 403, 409, 429, 500, 503];

const PLAIN = fieldSpecs.map(({ field }) => field);

export const randomChange = (random: Random, field: PrivacyField): RequestedChange => ({
  field,
  wire: random.pick(Object.values(specOf(field).values)),
});

const changes = (random: Random, most = 7): RequestedChange[] =>
  random.some(PLAIN, random.chance(0.4) ? 1 : random.int(1, most)).map((field) => randomChange(random, field));

const update = (random: Random): Act => ({
  do: 'update',
  changes: changes(random),
  ...(random.chance(0.1) ? { giveUpAfterMs: random.int(0, 3_000) } : {}),
});

export function phoneAct(random: Random, change = randomChange(random, random.pick(PLAIN))): Act {
  // The phone knows a value more than a linked device may write.
  const value = change.field === 'ONLINE' && random.chance(0.1) ? 'none' : change.wire;
  return { do: 'phone', category: specOf(change.field).category, value };
}

/** Calls alone: nothing here keeps them from succeeding. */
export function callsEpisode(random: Random): Episode {
  return random.weighted<() => Episode>([
    [4, () => [[0, { do: 'update', changes: changes(random) }]]],
    [
      2,
      () =>
        Array.from({ length: random.int(2, 4) }, () => [
          random.int(0, 400),
          { do: 'update', changes: changes(random) },
        ]),
    ],
    [2, () => Array.from({ length: random.int(1, 6) }, () => [random.int(0, 200), { do: 'read' }])],
    [1, () => [[0, { do: 'watch', forMs: random.int(1_000, 200_000) }]]],
  ])();
}

function stanzaFault(random: Random, only?: StanzaFault['type']): StanzaFault {
  const spec = random.pick(fieldSpecs);
  const late = random.weighted([
    [3, random.int(100, 3_000)],
    [1, random.int(3_000, 20_000)],
  ]);
  const apply = random.chance(0.5);
  const effect = random.weighted<() => StanzaFault['effect']>([
    [
      3,
      () => ({ do: 'refuse', code: random.pick(REFUSALS), afterMs: random.chance(0.3) ? random.int(1_000, 9_500) : 0 }),
    ],
    [3, () => ({ do: 'silence', apply })],
    [2, () => ({ do: 'end', apply, reply: random.chance(0.3), ending: random.pick(HARMLESS_ENDINGS) })],
    [3, () => ({ do: 'late_work', ms: late })],
    [3, () => ({ do: 'late_reply', ms: late })],
    [2, () => ({ do: 'odd', apply })],
    [2, () => ({ do: 'unknown_value', category: spec.category, hidden: random.chance(0.3) })],
  ])();
  const type = effect.do === 'unknown_value' ? 'get' : (only ?? random.pick(['get', 'set', 'set'] as const));
  const category = type === 'set' && random.chance(0.3) ? spec.category : undefined;
  return {
    type,
    category,
    ...(random.chance(0.3) ? { skip: random.int(1, 2) } : {}),
    times: random.weighted([
      [4, 1],
      [2, 2],
      [1, random.int(3, 8)],
    ]),
    effect,
  };
}

const storeFault = (random: Random): Act => ({
  do: 'store_fault',
  nth: random.int(1, 5),
  fault: random.weighted<StoreFault>([
    [3, { do: 'fail' }],
    [1, { do: 'fail_after' }],
    [2, { do: 'hang', ms: random.int(100, 15_000), finally: random.pick(['run', 'fail'] as const) }],
    [1, { do: 'crash', when: random.pick(['before', 'after'] as const) }],
  ]),
});

const lifecycle = (random: Random): Act =>
  random.weighted<Act>([
    [3, { do: 'start' }],
    [3, { do: 'stop' }],
    [1, { do: 'unlink' }],
    [1, { do: 'delete' }],
    [2, { do: 'pair', byCode: random.chance(0.3), acceptAfterMs: random.int(200, 20_000) }],
    [2, { do: 'keys' }],
  ]);

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
    [3, () => aloneEpisode(random)],
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

/** One thing goes wrong, and then there is time: who should have learned of it by itself has. */
function aloneEpisode(random: Random): Episode {
  const lateRead = { type: 'get', times: 1, effect: { do: 'late_reply', ms: random.int(300, 3_000) } } as const;
  const lastRead: StanzaFault = {
    type: 'get',
    times: 1,
    effect: { do: 'end', apply: true, reply: true, ending: { how: random.pick(['fin', 'cut']) } },
  };
  const noReads: StanzaFault = {
    type: 'get',
    times: 3,
    effect: random.chance(0.5) ? { do: 'silence', apply: false } : { do: 'refuse', code: 503, afterMs: 0 },
  };
  const back: Act = { do: 'disconnect', ending: { how: 'fin' } };
  const acts = random.weighted<Episode>([
    [
      2,
      [
        [0, { do: 'fault', fault: lateRead }],
        [1, phoneAct(random)],
        [random.int(100, 2_500), phoneAct(random)],
      ],
    ],
    [
      2,
      [
        [0, { do: 'fault', fault: lateRead }],
        [1, back],
        [random.int(1_200, 5_000), phoneAct(random)],
      ],
    ],
    [
      2,
      [
        [0, { do: 'fault', fault: lastRead }],
        [1, back],
      ],
    ],
    [
      1,
      [
        [0, { do: 'fault', fault: noReads }],
        [1, phoneAct(random)],
      ],
    ],
    [
      1,
      [
        [0, { do: 'fault', fault: noReads }],
        [1, update(random)],
      ],
    ],
  ]);
  // Nothing but a moment to look at what is known by then.
  return [...acts, [60_000, { do: 'keys' }]];
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
    [random.int(0, spread), { do: 'update', changes: wanted }],
    [random.int(0, spread), phone()],
    ...(random.chance(0.5) ? [[random.int(0, spread), phone()] as const] : []),
    ...(random.chance(0.3) ? [[random.int(0, spread), { do: 'update', changes: wanted }] as const] : []),
  ];
}
