import { pino } from 'pino';
import { expect, test } from 'vitest';
import { drain, VirtualClock } from '../../test/support/virtual-clock.ts';
import { startUpkeep } from './upkeep.ts';

const HOUR_MS = 3_600_000;

test('while others hold the database up, nothing is tried that can wait; an hour later it is', async () => {
  const clock = new VirtualClock();
  const state = { isBusy: true, runs: 0 };
  const run = async (): Promise<void> => void (state.runs += 1);
  const log = pino({ level: 'silent' });
  using _upkeep = startUpkeep({ clock, log, chores: [{ what: 'old things', run }], isBusy: () => state.isBusy });
  await drain();
  expect(state.runs).toBe(0);
  state.isBusy = false;
  await clock.advance(HOUR_MS);
  expect(state.runs).toBe(1);
});
