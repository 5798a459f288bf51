import { PROFILE_FIELDS, specOf, type PrivacyField } from '../../src/privacy/fields.ts';
import type { RequestedChange } from '../../src/privacy/outcome.ts';
import type { Act, Terms } from './acts.ts';
import type { Random } from './random.ts';

const PLAIN = PROFILE_FIELDS.map(({ field }) => field);

export const randomChange = (random: Random, field: PrivacyField): RequestedChange => ({
  field,
  wire: random.pick(Object.values(specOf(field).values)),
});

export const changes = (random: Random, most = 7): RequestedChange[] =>
  random.some(PLAIN, random.chance(0.4) ? 1 : random.int(1, most)).map((field) => randomChange(random, field));

export const terms = (random: Random): Terms => ({
  ...random.weighted<Terms>([
    [6, {}],
    [2, { onFailure: 'STOP' }],
    [3, { onFailure: 'ROLLBACK' }],
  ]),
  ...(random.chance(0.1) ? { ifSeen: random.pick(['now', 'now', 'before'] as const) } : {}),
});

export const update = (random: Random): Act => ({
  do: 'update',
  changes: changes(random),
  terms: terms(random),
  ...(random.chance(0.1) ? { giveUpAfterMs: random.int(0, 3_000) } : {}),
});

/** An update that has the default disappearing timer among its fields. */
export const timerUpdate = (random: Random): Act => ({
  do: 'update',
  changes: [...changes(random, 3), randomChange(random, 'DEFAULT_DISAPPEARING')],
  terms: terms(random),
});

export const phoneTimer = (random: Random): Act => ({
  do: 'phone_timer',
  seconds: Number(randomChange(random, 'DEFAULT_DISAPPEARING').wire),
});

export function phoneAct(random: Random, change = randomChange(random, random.pick(PLAIN))): Act {
  // The phone knows a value more than a linked device may write.
  const value = change.field === 'ONLINE' && random.chance(0.1) ? 'none' : change.wire;
  return { do: 'phone', category: specOf(change.field).category, value };
}

export const lifecycle = (random: Random): Act =>
  random.weighted<Act>([
    [3, { do: 'start' }],
    [3, { do: 'stop' }],
    [1, { do: 'unlink' }],
    [1, { do: 'delete' }],
    [2, { do: 'pair', byCode: random.chance(0.3), acceptAfterMs: random.int(200, 20_000) }],
    [2, { do: 'keys' }],
  ]);
