import { expect, test } from 'vitest';
import { fuzzCategories } from './support/random-categories.ts';
import { sharedPrivet } from './support/shared-privet.ts';

const privet = await sharedPrivet();

// Many more in the long tests.
test('what an account does not have is never written, whatever is called, and is named as unsupported', async () => {
  const met = await fuzzCategories(privet, { accounts: 6, calls: 10, seed: 1 });
  expect(met.writes).toBeGreaterThan(20);
  expect(met.unsupported).toBeGreaterThan(20);
});
