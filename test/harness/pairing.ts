import type { Act } from './acts.ts';
import type { Episode } from './episodes.ts';
import type { LoginFault } from './model/faults.ts';
import type { Random } from './random.ts';

const CODE_FAULTS: readonly LoginFault['effect'][] = [
  { do: 'refuse', at: 'code', code: 400 },
  { do: 'refuse', at: 'code', code: 429 },
  { do: 'silence', at: 'code' },
  { do: 'close', at: 'code' },
];

/** By then it is deleted. */
const DELETED_MS = 5_000;

/** The instance is made anew. Its user takes a while to scan the QR, or WhatsApp does not confirm the code. */
export function pairingEpisode(random: Random): Episode {
  const byCode = random.chance(0.5);
  const fault: Act = { do: 'login_fault', fault: { times: 1, effect: random.pick(CODE_FAULTS) } };
  const acceptAfterMs = byCode ? random.int(200, 20_000) : random.int(40_000, 170_000);
  return [
    ...(byCode ? [[0, fault] as const] : []),
    [0, { do: 'delete' }],
    [DELETED_MS, { do: 'pair', byCode, acceptAfterMs }],
  ];
}
