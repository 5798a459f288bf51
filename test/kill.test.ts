import { test } from 'vitest';
import { killAtRandom } from './support/random-kills.ts';

/** Kills by the hundred are in the long tests. */
const KILLS = 2;
const seed = Number(process.env['KILL_SEED'] ?? Math.floor(Math.random() * 2 ** 31));

// Not a second time: a login that is lost once in many kills is lost.
const once = { retry: 0, timeout: 300_000 };
test(
  `${KILLS} kills while pairing and updating: nothing that was linked needs a new QR (KILL_SEED=${seed})`,
  once,
  () => killAtRandom(KILLS, seed),
);
