import { expect, test } from 'vitest';
import { Places } from './places.ts';

const { signal } = new AbortController();
const codeOf = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => 'taken',
    (error: { code: unknown }) => error.code,
  );

test('waiting goes in order, ends with the signal, and has a bound', async () => {
  const places = new Places(1, 3, 'full');
  const leaving = new AbortController();
  const first = await places.take(signal, 'a');
  const order: number[] = [];
  const waitFor = (number: number, until = signal): Promise<unknown> =>
    places.take(until, 'a').then((place) => {
      order.push(number);
      place[Symbol.dispose]();
    });
  const waiting = [waitFor(1), codeOf(waitFor(2, leaving.signal)), waitFor(3)];
  await expect(places.take(signal, 'a')).rejects.toMatchObject({
    code: 'OVERLOADED',
    message: 'full',
    retryAfterMs: expect.any(Number) as number,
  });
  leaving.abort({ code: 'TIMEOUT' });
  expect(await waiting[1]).toBe('TIMEOUT');
  const late = waitFor(4);
  first[Symbol.dispose]();
  await Promise.all([...waiting, late]);
  expect(order).toEqual([1, 3, 4]);
  expect(places.held('a')).toBe(0);
});

test('a place that is given back twice counts once, and nobody overtakes those who wait', async () => {
  const places = new Places(1, 2);
  const first = await places.take(signal);
  const [second, third] = [places.take(signal), places.take(signal)];
  first[Symbol.dispose]();
  first[Symbol.dispose]();
  expect([places.takeFree(), places.held()]).toEqual([undefined, 1]);
  (await second)[Symbol.dispose]();
  (await third)[Symbol.dispose]();
  expect(places.held()).toBe(0);
});

test('without room to wait, one more is refused at once; other callers have places of their own', async () => {
  const places = new Places(2);
  const taken = [places.takeFree('a'), places.takeFree('a')];
  expect([places.takeFree('a'), await codeOf(places.take(signal, 'a'))]).toEqual([undefined, 'OVERLOADED']);
  expect([places.held('a'), await codeOf(places.take(signal, 'b'))]).toEqual([2, 'taken']);
  taken[0]?.[Symbol.dispose]();
  expect(await codeOf(places.take(signal, 'a'))).toBe('taken');
});

test('who has left already takes no place, and waits for none', async () => {
  const places = new Places(1, 1);
  const left = AbortSignal.abort({ code: 'TIMEOUT' });
  expect([await codeOf(places.take(left)), places.held()]).toEqual(['TIMEOUT', 0]);
  const held = places.takeFree();
  expect(await codeOf(places.take(left))).toBe('TIMEOUT');
  const next = places.take(signal);
  held?.[Symbol.dispose]();
  expect(await codeOf(next)).toBe('taken');
});
