import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EndedLinks, MOMENTS, WAYS, type Moment, type Way } from './support/ended-links.ts';

let links: EndedLinks;
beforeAll(async () => {
  links = await EndedLinks.start(WAYS);
});
afterAll(() => links[Symbol.asyncDispose]());

async function endInEachMoment(way: Way): Promise<void> {
  for (const moment of Object.keys(MOMENTS) as Moment[]) await links.expectTruthAt(way, moment);
  await links.expectTruthUnwatched(way);
}

describe('an update during which the link ends is judged by a read on the next one', () => {
  const runs = new Map<Way, Promise<PromiseSettledResult<void>[]>>();
  // All at once: what takes the time is the pause before each new login.
  beforeAll(() => {
    for (const way of WAYS) runs.set(way, Promise.allSettled([endInEachMoment(way)]));
  });

  test.each(WAYS)('%s', { timeout: 60_000 }, async (way) => {
    expect(await runs.get(way)).toEqual([{ status: 'fulfilled', value: undefined }]);
  });
});
