import { test } from 'vitest';
import { updatesAcrossKills } from './support/postgres-kills.ts';

test(
  'the database is killed again and again in the middle of 200 updates, and nothing acknowledged is lost',
  () => updatesAcrossKills(200, 6),
  300_000,
);
