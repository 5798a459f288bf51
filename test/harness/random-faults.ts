import { PROFILE_FIELDS } from '../../src/privacy/fields.ts';
import type { CloseEvidence } from '../../src/wire/link.ts';
import type { Act } from './acts.ts';
import type { StoreFault } from './faulty-storage.ts';
import type { Ending, LoginFault, StanzaFault } from './model/faults.ts';
import type { Random } from './random.ts';

export const streamError = (code: number | undefined, child?: string, conflict?: string): CloseEvidence => ({
  kind: 'stream_error',
  code,
  child,
  conflict,
});
const failure = (reason: number, expiresInS?: number): CloseEvidence => ({ kind: 'failure', reason, expiresInS });

export const HARMLESS_ENDINGS: readonly Ending[] = [
  { how: 'cut' },
  { how: 'fin' },
  { how: 'deaf' },
  { how: 'handshake' },
  { how: 'handshake', evidence: streamError(503) },
  { how: 'word', evidence: { kind: 'stream_end' } },
  { how: 'word', evidence: streamError(503) },
  { how: 'word', evidence: streamError(500) },
  { how: 'word', evidence: streamError(515) },
  { how: 'word', evidence: streamError(undefined, 'ack') },
  { how: 'word', evidence: streamError(undefined, 'xml-not-well-formed') },
  { how: 'word', evidence: { kind: 'crashed', error: 'a frame that does not decrypt' } },
];
export const REMOVALS: readonly CloseEvidence[] = [
  streamError(401, 'conflict', 'device_removed'),
  streamError(undefined, 'conflict', 'device_removed'),
  streamError(516),
  streamError(401),
];
export const LOGIN_EFFECTS: readonly LoginFault['effect'][] = [
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

export function stanzaFault(random: Random, only?: StanzaFault['type']): StanzaFault {
  const spec = random.pick(PROFILE_FIELDS);
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

export const storeFault = (random: Random): Act => ({
  do: 'store_fault',
  nth: random.int(1, 5),
  fault: random.weighted<StoreFault>([
    [3, { do: 'fail' }],
    [1, { do: 'fail_after' }],
    [2, { do: 'hang', ms: random.int(100, 15_000), finally: random.pick(['run', 'fail'] as const) }],
    [1, { do: 'crash', when: random.pick(['before', 'after'] as const) }],
  ]),
});
