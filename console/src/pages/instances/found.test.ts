import { expect, test } from 'vitest';
import { isFound, partOf, type Search } from './found.ts';
import type { ListedInstance } from './instance-list.ts';

const SHOP: ListedInstance = {
  id: 'id',
  name: 'Shop-1.north_55',
  state: 'OPEN',
  since: '2030-01-01T00:00:00.000Z',
  reason: null,
  phoneNumber: '5511940000001',
  lastSettings: null,
};

const finds = (text: string, more: Partial<Search> = {}, instance = SHOP): boolean =>
  isFound(instance, { text, state: undefined, page: 0, ...more });

test.each(['', ' ', 'shop', 'NORTH', '_55', '+55 11 94000', '(11) 94000-0001', '0001'])('%j finds it', (text) => {
  expect(finds(text)).toBe(true);
});

test.each(['south', '+', '()', '12', 'shop 11', '<b>'])('%j does not', (text) => {
  expect(finds(text)).toBe(false);
});

test('a state, and an instance without a number', () => {
  expect(finds('', { state: 'OPEN' })).toBe(true);
  expect(finds('', { state: 'STOPPED' })).toBe(false);
  expect(finds('0001', {}, { ...SHOP, phoneNumber: null })).toBe(false);
});

test.each([
  [0, 0, { first: 0, last: 0, page: 0, pages: 1 }],
  [0, 3, { first: 0, last: 0, page: 0, pages: 1 }],
  [100, 0, { first: 1, last: 100, page: 0, pages: 1 }],
  [101, 1, { first: 101, last: 101, page: 1, pages: 2 }],
  [101, 7, { first: 101, last: 101, page: 1, pages: 2 }],
  [1_000, 9, { first: 901, last: 1_000, page: 9, pages: 10 }],
])('of %i found, page %i', (count, wanted, expected) => {
  const { rows, ...part } = partOf(
    Array.from({ length: count }, (_, index) => index + 1),
    wanted,
  );
  expect(part).toEqual(expected);
  expect([rows[0] ?? 0, rows.at(-1) ?? 0]).toEqual([expected.first, expected.last]);
});
