import { expect, test } from 'vitest';
import { systemClock } from '../../clock.ts';
import { CALLS_AT_ONCE, FAILED_TRIES, Gate, OPERATIONS_AT_ONCE, STREAMS_AT_ONCE } from './gate.ts';
import type { Principal } from '../principal.ts';

const principal: Principal = { tokenId: 'good', family: 'good', accountId: 'a', scopes: new Set(['read']) };
const other: Principal = { ...principal, tokenId: 'other', family: 'other' };

const gate = (): Gate =>
  new Gate({
    clock: systemClock,
    log: { warn() {} },
    rateLimit: 5,
    endedAmong: async () => [],
    authenticate: async (token) => (token === 'good' ? principal : undefined),
  });

const codeOf = (call: unknown): Promise<unknown> =>
  Promise.resolve(call).then(
    () => 'passed',
    (error: { code: unknown }) => error.code,
  );

test('an address may try so many tokens; good ones and requests without any do not count', async () => {
  const door = gate();
  const tries = Array.from({ length: FAILED_TRIES }, () => codeOf(door.identify('bad', 'here')));
  expect(new Set(await Promise.all(tries))).toEqual(new Set(['UNAUTHENTICATED']));
  expect(await codeOf(door.identify('bad', 'here'))).toBe('RATE_LIMITED');
  expect(await codeOf(door.identify('bad', 'elsewhere'))).toBe('UNAUTHENTICATED');
  expect(await codeOf(door.identify(undefined, 'here'))).toBe('UNAUTHENTICATED');
  expect(await door.identify('good', 'here')).toBe(principal);
});

test('a token has so many streams', async () => {
  const door = gate();
  const streams = await Promise.all(Array.from({ length: STREAMS_AT_ONCE }, async () => door.openStream(principal)));
  expect(() => door.openStream(principal)).toThrow(/100 streams open/);
  await door.openStream(other);
  streams[0]?.[Symbol.dispose]();
  streams[0]?.[Symbol.dispose]();
  await door.openStream(principal);
  expect(() => door.openStream(principal)).toThrow(/100 streams open/);
});

test('a token has so many calls on an instance at a time; others wait, and other tokens and instances do not', async () => {
  const door = gate();
  const { signal } = new AbortController();
  const running = await Promise.all(
    Array.from({ length: OPERATIONS_AT_ONCE }, async () => door.begin(principal, 'shop', { signal })),
  );
  let begun = false;
  const next = Promise.resolve(door.begin(principal, 'shop', { signal })).then((place) => {
    begun = true;
    return place;
  });
  await door.begin(other, 'shop', { signal });
  await door.begin(principal, 'cafe', { signal });
  expect(begun).toBe(false);
  running[3]?.[Symbol.dispose]();
  await next;
});

test('a token that reaches one instance has one set of places, however it names it', async () => {
  const door = gate();
  const { signal } = new AbortController();
  const own = { ...principal, instanceId: 'id' };
  await Promise.all(
    Array.from({ length: OPERATIONS_AT_ONCE }, async (_, i) => door.begin(own, `name-${i}`, { signal })),
  );
  const leaving = new AbortController();
  const next = codeOf(door.begin(own, 'another', leaving));
  leaving.abort({ code: 'TIMEOUT' });
  expect(await next).toBe('TIMEOUT');
});

test('a token has so many calls in all, over all instances; one more is refused at once', async () => {
  const door = gate();
  const { signal } = new AbortController();
  const leaving = new AbortController();
  const calls = Array.from({ length: CALLS_AT_ONCE }, (_, i) =>
    codeOf(door.begin(principal, `shop-${i % 50}`, i === 0 ? { signal } : leaving)),
  );
  expect(await codeOf(door.begin(principal, 'another', { signal }))).toBe('OVERLOADED');
  expect(await codeOf(door.begin(other, 'another', { signal }))).toBe('passed');
  leaving.abort({ code: 'TIMEOUT' });
  expect(new Set(await Promise.all(calls))).toEqual(new Set(['passed', 'TIMEOUT']));
  expect(await codeOf(door.begin(principal, 'another', { signal }))).toBe('passed');
});
