import { expect, test } from 'vitest';
import { UnstoredOutcomes } from './unstored-outcomes.ts';

const at = (since: number) =>
  ({
    call: { caller: { kind: 'token', id: 'token' }, key: 'key', instanceId: 'x', request: '' },
    outcome: { version: 1, text: '' },
    since,
  }) as const;

test('a thousand are held, each for as long as keys are good, and one that fails comes behind the others', () => {
  const outcomes = new UnstoredOutcomes();
  for (let n = 1; n <= 1_000; n += 1) expect(outcomes.hold(`place-${n}`, at(n))).toBe(true);
  expect(outcomes.hold('one more', at(0))).toBe(false);
  expect(outcomes.get('one more')).toBeUndefined();
  expect(outcomes.youngerThan(998).map(([place]) => place)).toEqual(['place-998', 'place-999', 'place-1000']);
  outcomes.putLast('place-998');
  outcomes.stored('place-999');
  expect(outcomes.youngerThan(0).map(([place]) => place)).toEqual(['place-1000', 'place-998']);
});
