import { test } from 'vitest';
import { KINDS } from './support/contact-lists.ts';
import { bootPrivet } from './support/privet.ts';
import { changeAtOnce } from './support/changes-at-once.ts';

// Ten times in the quick tests.
test.each(KINDS)(
  'two devices of a %s account change one list at once, 100 times',
  async (kind) => {
    await using privet = await bootPrivet();
    await changeAtOnce(privet, kind, 100);
  },
  120_000,
);
