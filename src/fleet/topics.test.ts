import { expect, test } from 'vitest';
import { createEvents } from './topics.ts';

test('a subscriber that reads nothing for a long time gets one nudge, and nothing breaks', async () => {
  const events = createEvents();
  const nudges = events.subscribe('instanceChanged', 'a');
  const first = nudges.next();
  for (let i = 0; i < 5_000; i++) events.publish('instanceChanged', 'a', null);
  expect(await first).toMatchObject({ done: false });
  await new Promise((resolve) => setImmediate(resolve));
  expect(await nudges.next()).toMatchObject({ done: false });
  const waiting = nudges.next();
  await nudges.return?.();
  expect(await waiting).toEqual({ done: true, value: undefined });
});
