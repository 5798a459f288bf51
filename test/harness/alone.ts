import type { Act } from './acts.ts';
import type { Episode } from './episodes.ts';
import type { StanzaFault } from './model/faults.ts';
import { phoneAct, update } from './random-acts.ts';
import type { Random } from './random.ts';

const fault = (type: 'get' | 'set', times: number, effect: StanzaFault['effect'], skip = 0): readonly [number, Act] => [
  0,
  { do: 'fault', fault: { type, times, skip, effect } },
];

/** Three times over a minute each, and then some. */
const ENOUGH_TIME_MS = 250_000;

/** One thing goes wrong, and then there is time: who should have learned of it by itself has. */
export function aloneEpisode(random: Random): Episode {
  const lateRead = fault('get', 1, { do: 'late_reply', ms: random.int(300, 3_000) });
  const lastRead = fault('get', 1, { do: 'end', apply: true, reply: true, ending: { how: 'fin' } });
  const noReads = random.pick<StanzaFault['effect']>([
    { do: 'silence', apply: false },
    { do: 'refuse', code: 503, afterMs: 0 },
  ]);
  const slowReads = fault('get', 4, { do: 'refuse', code: 503, afterMs: random.int(8_400, 9_500) });
  const slowRead = fault('get', 1, { do: 'late_reply', ms: random.int(4_000, 5_500) });
  const lateWrites = fault('set', 14, { do: 'late_work', ms: random.int(300, 3_000) });
  const back: readonly [number, Act] = [1, { do: 'disconnect', ending: { how: 'fin' } }];
  const soon = (act: Act): readonly [number, Act] => [random.int(100, 2_500), act];
  const acts = random.weighted<Episode>([
    // A change during a refresh, and one during the first read of a link.
    [2, [lateRead, [1, phoneAct(random)], soon(phoneAct(random))]],
    [2, [lateRead, back, [random.int(1_200, 5_000), phoneAct(random)]]],
    // The first read is answered, and the link ends with it.
    [2, [lastRead, back, soon(update(random)), soon(update(random)), soon(update(random))]],
    [1, [fault('get', random.pick([3, 7]), noReads), [1, phoneAct(random)]]],
    [1, [fault('get', 3, noReads), [1, update(random)]]],
    [1, [slowReads, [1, update(random)]]],
    // The second one gets its turn when its time is nearly up.
    [
      2,
      [
        fault('get', 2, { do: 'silence', apply: false }),
        slowRead,
        lateWrites,
        [1, update(random)],
        soon(update(random)),
      ],
    ],
    // Another client comes back as often as this one does.
    [
      1,
      [
        [0, { do: 'impostor', comebacks: 5 }],
        [ENOUGH_TIME_MS, { do: 'keys' }],
      ],
    ],
    // The read behind the writes is answered, those behind their replies are not.
    [2, [lateWrites, fault('get', 4, { do: 'refuse', code: 503, afterMs: 0 }, 1), [1, update(random)]]],
  ]);
  // Nothing but a moment to look at what is known by then.
  return [...acts, [60_000, { do: 'keys' }]];
}
