import { expect, test } from 'vitest';
import { bootPrivet } from './support/privet.ts';

/** More than a token has places on an instance. */
const CALLS = 12;
const SETTINGS = 'visibility { lastSeen }';
const change = (instance: string, lastSeen: string): string =>
  `updatePrivacy(instance: "${instance}", input: { visibility: { lastSeen: ${lastSeen} } }) { settings { ${SETTINGS} } }`;

test('an account that WhatsApp does not answer for keeps no call of the same token from others', async () => {
  await using privet = await bootPrivet();
  const [silent] = [await privet.link('silent'), await privet.link('shop'), await privet.link('cafe')];
  const fault = privet.simulator.addFault({
    phoneNumber: silent.phoneNumber,
    do: 'silence',
    match: { xmlns: 'privacy' },
  });
  let answered = 0;
  const leaving = new AbortController();
  const updates = Array.from({ length: CALLS }, () =>
    fetch(`${privet.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${privet.token}` },
      body: JSON.stringify({ query: `mutation { ${change('silent', 'NONE')} }` }),
      signal: leaving.signal,
    }).finally(() => answered++),
  );
  await expect.poll(() => fault.hits).toBeGreaterThan(0);

  const rest = fetch(`${privet.url}/api/profile/privacy/cafe`, { headers: { token: privet.token } });
  const [read, update, list] = await Promise.all([
    privet.graphql(`{ privacy(instance: "shop") { ${SETTINGS} } }`),
    privet.graphql(`mutation { ${change('cafe', 'CONTACTS')} }`),
    privet.graphql('{ instances { nodes { name } } }'),
  ]);
  expect(read.data).toEqual({ privacy: { visibility: { lastSeen: 'ALL' } } });
  expect(update.data).toEqual({ updatePrivacy: { settings: { visibility: { lastSeen: 'CONTACTS' } } } });
  expect(list.errors).toBeUndefined();
  expect((await rest).status).toBe(200);
  expect(answered).toBe(0);
  leaving.abort();
  await Promise.allSettled(updates);
});
