import { setTimeout as delay } from 'node:timers/promises';
import { encodeBinaryNode } from '@whiskeysockets/baileys';
import { expect, test, vi } from 'vitest';
import { BareClient, connect, memoryAuth } from './bare-client.ts';
import { startSimulator } from './simulator.ts';

const PHONE = '4915550000007';

test('a device that was linked without the wire logs in, and uploads no pre-keys where the server claims to have some', async () => {
  await using simulator = await startSimulator();
  simulator.createAccount(PHONE, { preKeys: 30 });
  const auth = { ...memoryAuth(), creds: simulator.linkDevice(PHONE) };
  await using client = new BareClient(simulator, auth);
  await client.opened();
  const { stanzas, linkedDevices, logins } = simulator.account(PHONE);
  expect(linkedDevices).toBe(1);
  expect(logins).toHaveLength(1);
  expect(stanzas.filter(({ xmlns, type }) => xmlns === 'encrypt' && type === 'set')).toEqual([]);
});

test('sends frames as they are given', async () => {
  await using simulator = await startSimulator();
  await using client = await connect(simulator, PHONE);
  const hello = encodeBinaryNode({ tag: 'notification', attrs: { id: 'x', type: 'odd', from: '@s.whatsapp.net' } });
  expect(simulator.sendFrames(PHONE, [{ as: 'plain', data: hello }])).toBe(1);
  await vi.waitFor(() => expect(client.notifications).toMatchObject([{ attrs: { type: 'odd' } }]));
});

test('no answer to the upgrade, and none to the hello', async () => {
  await using simulator = await startSimulator();
  for (const kind of ['no-upgrade', 'no-hello'] as const) {
    using fault = simulator.addFault({ do: kind, times: 1 });
    await using client = new BareClient(simulator);
    await vi.waitFor(() => expect(fault.hits).toBe(1));
    await delay(100);
    expect(client.updates.filter(({ qr, connection }) => qr !== undefined || connection === 'close')).toEqual([]);
  }
  await using client = new BareClient(simulator);
  await client.qr();
});
