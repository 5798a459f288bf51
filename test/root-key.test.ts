import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { bootPrivet } from './support/privet.ts';

test('a server that does not prove to be the one of the root key gets nothing', async () => {
  await using privet = await bootPrivet({ env: { PRIVET_WHATSAPP_ROOT_KEY: randomBytes(32).toString('hex') } });
  await privet.graphql('mutation { createInstance(name: "shop") { token } }');
  const { data } = await privet.graphql(
    'mutation { pairInstance(instance: "shop") { state pairing { qr } reason { code } } }',
  );
  expect(data).toMatchObject({
    pairInstance: { state: 'UNPAIRED', pairing: null, reason: { code: 'HANDSHAKE_FAILED' } },
  });
});
