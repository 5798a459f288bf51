import { test } from 'vitest';
import { updatesAcrossKills } from './support/postgres-kills.ts';

test(
  'the database is killed in the middle of updates: what was acknowledged is there, and the service goes on',
  () => updatesAcrossKills(24, 1),
  90_000,
);
