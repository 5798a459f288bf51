import { afterAll, expect, test } from 'vitest';
import { contactFleet } from './support/contact-fleet.ts';
import { atOnce } from './support/two-devices.ts';

const rig = await contactFleet();
afterAll(rig.end);

test.each([
  ['a LID', true],
  ['its phone number alone', false],
])('two devices of an account that is known by %s change one list at once, 100 times', async (_, lid) => {
  await expect(atOnce(rig, lid, 100)).resolves.toBeUndefined();
});
