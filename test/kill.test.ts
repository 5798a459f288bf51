import { test } from 'vitest';
import { killAtRandom } from './support/random-kills.ts';

const KILLS = 6;
const seed = Number(process.env['KILL_SEED'] ?? Math.floor(Math.random() * 2 ** 31));

test(`${KILLS} kills while pairing and updating: nothing that was linked needs a new QR (KILL_SEED=${seed})`, async () => {
  await killAtRandom(KILLS, seed);
}, 300_000);
