import { expect, test, vi } from 'vitest';
import { BareClient, connect, pairByQr } from './bare-client.ts';
import { startSimulator } from './simulator.ts';

const PHONE = '4915550000001';

test('pairs by QR, and logs in with what was paired', async () => {
  await using simulator = await startSimulator();
  const auth = await pairByQr(simulator, PHONE);
  expect(simulator.account(PHONE)).toMatchObject({ linkedDevices: 1, connected: false });

  await using client = new BareClient(simulator, auth);
  await client.opened();
  expect(simulator.account(PHONE).connected).toBe(true);
  expect(auth.creds.me?.lid).toBe(`${simulator.account(PHONE).lid}:1@lid`);
  await vi.waitFor(() =>
    expect(client.updates).toContainEqual(expect.objectContaining({ receivedPendingNotifications: true })),
  );
});

test('answers whatever is asked on open', async () => {
  await using simulator = await startSimulator();
  const refused: string[] = [];
  for (const fireInitQueries of [true, false]) {
    await using client = await connect(simulator, PHONE, { fireInitQueries });
    client.socket.ws.on('CB:iq,type:error', (node) => refused.push(JSON.stringify(node)));
    await expect(client.socket.fetchPrivacySettings(true)).resolves.toMatchObject({ last: 'all' });
    await expect(client.socket.fetchBlocklist()).resolves.toEqual([]);
    await expect(client.socket.onWhatsApp(PHONE, '4915550000009')).resolves.toEqual([
      { jid: `${PHONE}@s.whatsapp.net`, exists: true },
    ]);
  }
  expect(refused).toEqual([]);
});
