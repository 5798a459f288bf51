import { expect, test } from 'vitest';
import { createMetrics } from './metrics.ts';

test('scrapes at the same time count the instances once, and where they can not be counted the last figures stay', async () => {
  let counted = 0;
  let answer: () => Promise<ReadonlyMap<string, number>> = async () => new Map([['OPEN', 3]]);
  const metrics = createMetrics('1.2.3', () => {
    counted += 1;
    return answer();
  });
  const texts = await Promise.all([metrics.render(), metrics.render(), metrics.render()]);
  expect(counted).toBe(1);
  for (const text of texts) expect(text).toContain('privet_sessions{state="OPEN"} 3');

  answer = () => Promise.reject(new Error('no database'));
  expect(await metrics.render()).toContain('privet_sessions{state="OPEN"} 3');
  answer = async () => new Map([['OPEN', 4]]);
  expect(await metrics.render()).toContain('privet_sessions{state="OPEN"} 4');
  expect(counted).toBe(3);
});
