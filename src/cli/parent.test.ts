import { expect, test } from 'vitest';
import { isRunByNpx } from './parent.ts';

test('npx privet is told from what npm’s variables merely reached', () => {
  const runBy = (event: string, script: string) =>
    isRunByNpx({ env: { npm_lifecycle_event: event, npm_lifecycle_script: script } });
  expect([runBy('npx', "'privet'"), runBy('npx', 'privet')]).toEqual([true, true]);
  expect([runBy('npx', 'privet serve &'), runBy('npx', 'other'), runBy('start', 'privet')]).toEqual([
    false,
    false,
    false,
  ]);
  expect(isRunByNpx({ env: {} })).toBe(false);
});
