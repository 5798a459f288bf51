import { expect, test } from 'vitest';
import { bootPrivet } from './support/privet.ts';
import { fuzzCategories } from './support/random-categories.ts';

/** `CATEGORIES_SEED` replays the accounts of one run. */
const seed = Number(process.env['CATEGORIES_SEED'] ?? Math.floor(Math.random() * 1_000_000));

test('what 80 accounts do not have is never written in 50 calls each', async () => {
  await using privet = await bootPrivet();
  const met = await fuzzCategories(privet, { accounts: 80, calls: 50, seed });
  process.stdout.write(`random categories: CATEGORIES_SEED=${seed} ${JSON.stringify(met)}\n`);
  expect(met.writes).toBeGreaterThan(1_000);
  expect(met.unsupported).toBeGreaterThan(1_000);
}, 900_000);
