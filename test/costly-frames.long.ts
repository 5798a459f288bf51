import { test } from 'vitest';
import { expectLinksAtWorst, expectUnharmed, startSmallCrowd } from './support/costly-frames.ts';
import { costlyFrames } from './support/hostile-frames.ts';

test('frames that cost more than they weigh end their link at worst: the process has a small heap and lives', async () => {
  const costly = costlyFrames();
  const crowd = await startSmallCrowd(costly.length);
  await expectLinksAtWorst(crowd, costly);
  await expectUnharmed(crowd);
}, 120_000);
