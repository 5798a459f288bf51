import { expect, test } from 'vitest';
import { endsBefore, expiryOf } from './ends.ts';

const NOW = Date.parse('2026-03-01T12:00:00.000Z');
const IN_A_WEEK = '2026-03-08T12:00:00.000Z';

test('what is offered ends before the token that makes it', () => {
  expect(endsBefore(null, NOW)).toEqual(['never', 'hour', 'day', 'days30', 'days90', 'date']);
  expect(endsBefore(IN_A_WEEK, NOW)).toEqual(['never', 'hour', 'day', 'date']);
});

test('an end is a time to come, and none after the end of the token that makes it', () => {
  expect(expiryOf('never', '', IN_A_WEEK, NOW)).toBeNull();
  expect(expiryOf('hour', '', null, NOW)).toBe('2026-03-01T13:00:00.000Z');
  expect(expiryOf('date', '2026-03-02T00:00:00Z', IN_A_WEEK, NOW)).toBe('2026-03-02T00:00:00.000Z');
  for (const date of ['', '2026-03-01T12:00:00Z', '2026-03-08T12:00:01Z']) {
    expect(expiryOf('date', date, IN_A_WEEK, NOW), date).toBeUndefined();
  }
  expect(expiryOf('date', '2026-03-08T12:00:01Z', null, NOW)).toBe('2026-03-08T12:00:01.000Z');
});
