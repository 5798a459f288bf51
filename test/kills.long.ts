import { test } from 'vitest';
import { killAtRandom } from './support/random-kills.ts';

/** Each round has a database of its own: every kill leaves an instance behind that all later starts bring back. */
const ROUNDS = 10;
const KILLS = 14;
const first = Number(process.env['KILL_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const seeds = Array.from({ length: ROUNDS }, (_, round) => first + round);

test.each(seeds)(
  `${KILLS} kills while pairing, storing keys and updating: nothing is lost, torn or paired again (KILL_SEED=%i)`,
  (seed) => killAtRandom(KILLS, seed),
  300_000,
);
