import { expect, test, vi } from 'vitest';
import { BareClient, connect, pairByQr } from './bare-client.ts';
import { type Disconnect, startSimulator } from './simulator.ts';

const PHONE = '4915550000004';

test.each<[Disconnect, number]>([
  ['close', 428],
  ['reset', 428],
  // 1006: the WebSocket's own code, where the other side only says that it closes.
  ['ws-close', 428],
  ['stream:503', 503],
  ['stream:ack', 500],
  ['stream:xml', 500],
  ['failure:503', 503],
  ['stream:515', 515],
  ['xmlstreamend', 428],
  ['replaced', 440],
  ['device_removed', 401],
])('ends the link by %s, which Baileys reports as %i', async (how, code) => {
  await using simulator = await startSimulator();
  await using client = await connect(simulator, PHONE);
  const closed = client.closed();
  await simulator.disconnect(PHONE, how);
  expect(simulator.account(PHONE).connected).toBe(false);
  await expect(closed).resolves.toBe(code);
  await simulator.disconnect(PHONE, how);
  await vi.waitFor(() => expect(simulator.sockets).toBe(0));
});

test('a device that was removed on the phone cannot log in again', async () => {
  await using simulator = await startSimulator();
  const auth = await pairByQr(simulator, PHONE);
  await simulator.disconnect(PHONE, 'device_removed');
  await using client = new BareClient(simulator, auth);
  await expect(client.closed()).resolves.toBe(401);
});

test('a second login of a device replaces the first', async () => {
  await using simulator = await startSimulator();
  await using first = await connect(simulator, PHONE);
  await using second = new BareClient(simulator, first.auth);
  await expect(first.closed()).resolves.toBe(440);
  await second.opened();
  expect(simulator.account(PHONE)).toMatchObject({ connected: true, linkedDevices: 1 });
});

test('pauses and resumes on the same port, with accounts and devices kept', async () => {
  await using simulator = await startSimulator();
  const { url } = simulator;
  await using before = await connect(simulator, PHONE);
  const closed = before.closed();
  await simulator.pause();
  await expect(closed).resolves.toBe(428);
  expect(simulator.sockets).toBe(0);
  {
    await using refused = new BareClient(simulator, before.auth);
    await refused.closed();
  }
  await simulator.resume();
  expect(simulator.url).toBe(url);
  await using after = new BareClient(simulator, before.auth);
  await after.opened();
});
