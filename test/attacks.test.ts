import { test } from 'vitest';
import { startAttacked } from './support/attacked.ts';
import { expectHarmless, runAttacks } from './support/run-attacks.ts';

test('no request, with or without a token, holds up a service of 512 MiB or ends it', async () => {
  const attacked = await startAttacked();
  await runAttacks({ ...attacked, share: 0.2, holdMs: 600 });
  await expectHarmless(attacked);
}, 120_000);
