import { afterAll, beforeAll, expect, test } from 'vitest';
import { EndedLinks } from './support/ended-links.ts';
import type { LinkedInstance } from './support/privet.ts';

let links: EndedLinks;
beforeAll(async () => {
  links = await EndedLinks.start(['stream:503', 'reset']);
});
afterAll(() => links[Symbol.asyncDispose]());

// All ways and moments: disconnects-outcome.long.ts.
test('an update during which the link ends is judged by a read on the next one', async () => {
  await Promise.all([
    links.expectTruthAt('stream:503', 'between the writes'),
    links.expectTruthAt('reset', 'when all writes took effect and none was answered'),
  ]);
  await Promise.all([links.expectTruthUnwatched('stream:503'), links.expectTruthAt('reset', 'after the writes')]);
});

test('over REST it succeeds, and with an Idempotency-Key that is what is told again', async () => {
  const post = async ({ name }: LinkedInstance) => {
    const response = await fetch(`${links.privet.url}/api/profile/privacy/${name}`, {
      method: 'POST',
      headers: { token: links.privet.token, 'content-type': 'application/json', 'idempotency-key': 'once' },
      body: JSON.stringify({
        visibility: { lastSeen: 'none', status: 'contacts' },
        permissions: { groupAdd: 'contacts' },
      }),
    });
    return { status: response.status, body: (await response.json()) as unknown };
  };
  const first = await links.endIn('stream:503', 'after the writes', post);
  expect(first.status, JSON.stringify(first.body)).toBe(200);
  const instance = links.instanceOf('stream:503');
  const sent = (): number => links.privet.simulator.account(instance.phoneNumber).stanzas.length;
  const before = sent();
  expect(await post(instance)).toEqual(first);
  expect(sent()).toBe(before);
});
