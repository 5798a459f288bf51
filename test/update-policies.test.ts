import { expect, test } from 'vitest';
import { sharedPrivet } from './support/shared-privet.ts';
import { linkShop } from './support/updating.ts';

const privet = await sharedPrivet();

test('an update tells what to know of the values that it was asked for, by what the account held before', async () => {
  const shop = await linkShop(privet);
  const input = {
    visibility: { status: 'CONTACT_BLACKLIST', online: 'MATCH_LAST_SEEN' },
    privacy: { readReceipts: 'ALL' },
  };
  const warned = async () => (await shop.update(input)).warnings.map(({ field, code }) => [field, code]);
  expect(await warned()).toEqual([
    ['STATUS', 'NOBODY_EXCLUDED'],
    ['ONLINE', 'MATCHES_EVERYONE'],
  ]);
  // It has that list already: whoever is on it stays.
  expect(await warned()).toEqual([['ONLINE', 'MATCHES_EVERYONE']]);
});
