import { setTimeout as delay } from 'node:timers/promises';
import { Curve } from '@whiskeysockets/baileys';
import { expect, test, vi } from 'vitest';
import { BareClient, connect, memoryAuth, pairByQr } from './bare-client.ts';
import { startSimulator } from './simulator.ts';

const PHONE = '4915550000003';

test('pairs by the code that the companion shows', async () => {
  await using simulator = await startSimulator();
  const auth = memoryAuth();
  {
    await using client = new BareClient(simulator, auth);
    await client.qr();
    const code = await client.socket.requestPairingCode(PHONE);
    await simulator.enterCode(PHONE, code);
    await expect(client.closed()).resolves.toBe(515);
  }
  expect(auth.creds.registered).toBe(true);
  await using client = new BareClient(simulator, auth);
  await client.opened();
  expect(simulator.account(PHONE)).toMatchObject({ connected: true, linkedDevices: 1 });
});

test('refuses a wrong pairing code, and takes the right one afterwards', async () => {
  await using simulator = await startSimulator();
  await using client = new BareClient(simulator);
  await client.qr();
  await client.socket.requestPairingCode(PHONE, 'ABCD1234');
  await expect(simulator.enterCode('4915550000099', 'ABCD1234')).rejects.toMatchObject({ status: 404 });
  await expect(simulator.enterCode(PHONE, 'short')).rejects.toMatchObject({ status: 400 });
  await expect(simulator.enterCode(PHONE, 'ABCD1235')).rejects.toMatchObject({ status: 403 });
  expect(simulator.account(PHONE).linkedDevices).toBe(0);
  await simulator.enterCode(`+${PHONE}`, 'abcd-1234');
  await expect(client.closed()).resolves.toBe(515);
});

test('refuses refs that have expired or are not its own, and takes a live one', async () => {
  await using simulator = await startSimulator({ refs: { firstMs: 1, nextMs: 2_000 } });
  await using client = new BareClient(simulator, memoryAuth(), { qrTimeout: 500 });
  const qr = await client.qr();
  // Within its millisecond it would still link.
  await delay(20);
  await expect(simulator.scan(qr, PHONE)).rejects.toMatchObject({ status: 410 });
  await vi.waitFor(() => expect(client.updates.filter((update) => update.qr)).toHaveLength(2), { timeout: 5_000 });
  const second = client.updates.findLast((update) => update.qr)?.qr ?? '';
  await expect(simulator.scan(second.replace('#2@', '#2@x'), PHONE)).rejects.toMatchObject({ status: 410 });
  await expect(simulator.scan('nonsense', PHONE)).rejects.toMatchObject({ status: 400 });
  await simulator.scan(second, PHONE);
  expect(simulator.account(PHONE).linkedDevices).toBe(1);
});

test('a QR that is altered does not link', async () => {
  await using simulator = await startSimulator();
  await using client = new BareClient(simulator);
  const [ref = '', noiseKey = '', identityKey = '', , platform = ''] = (await client.qr()).split(',');
  const foreign = Buffer.from(Curve.generateKeyPair().public).toString('base64');
  await expect(simulator.scan([ref, foreign, identityKey, foreign, platform].join(','), PHONE)).rejects.toMatchObject({
    status: 400,
  });
  // With a foreign secret the companion refuses the phone's HMAC, and hangs up unsigned.
  const forged = [ref, noiseKey, identityKey, foreign, platform].join(',');
  await expect(simulator.scan(forged, PHONE)).rejects.toMatchObject({ status: 410 });
  expect(simulator.account(PHONE).linkedDevices).toBe(0);
});

test('a companion that signs with another key than it registered does not count as linked', async () => {
  await using simulator = await startSimulator();
  const auth = memoryAuth();
  await using client = new BareClient(simulator, auth);
  const qr = await client.qr();
  auth.creds.signedIdentityKey.private = Curve.generateKeyPair().private;
  await expect(simulator.scan(qr, PHONE)).rejects.toMatchObject({ status: 409 });
  expect(simulator.account(PHONE).linkedDevices).toBe(0);
  await expect(client.closed()).resolves.toBe(401);
});

test('invents a number where none is given, and links several devices to one account', async () => {
  await using simulator = await startSimulator();
  await using first = new BareClient(simulator);
  const phone = await simulator.scan(await first.qr());
  expect(phone).toMatch(/^\d{11}$/);
  await using second = await connect(simulator, phone);
  expect(second.auth.creds.me?.id).toBe(`${phone}:2@s.whatsapp.net`);
  expect(simulator.account(phone)).toMatchObject({ linkedDevices: 2, connected: true });
});

test('lets nobody in but a paired device with the noise key it was paired with', async () => {
  await using simulator = await startSimulator();
  const auth = await pairByQr(simulator, PHONE);
  const { me } = auth.creds;
  if (!me) throw new Error('not paired');
  const strangers = [
    { ...auth, creds: { ...auth.creds, noiseKey: Curve.generateKeyPair() } },
    { ...auth, creds: { ...auth.creds, me: { id: `${PHONE}:7@s.whatsapp.net` } } },
    { ...auth, creds: { ...auth.creds, me: { id: '4915550000098:1@s.whatsapp.net' } } },
  ];
  for (const stranger of strangers) {
    await using client = new BareClient(simulator, stranger);
    await expect(client.closed()).resolves.toBe(401);
  }
  await using client = new BareClient(simulator, { ...auth, creds: { ...auth.creds, me } });
  await client.opened();
});

test('a device that logged out is unlinked', async () => {
  await using simulator = await startSimulator();
  const auth = await pairByQr(simulator, PHONE);
  simulator.setRtt(20);
  {
    await using client = new BareClient(simulator, auth);
    await client.opened();
    await client.socket.logout();
  }
  // Baileys hangs up right behind its last stanza, which arrives all the same.
  await vi.waitFor(() => expect(simulator.account(PHONE).linkedDevices).toBe(0));
  await using client = new BareClient(simulator, auth);
  await expect(client.closed()).resolves.toBe(401);
});

test('a client that expects another root does not connect', async () => {
  await using simulator = await startSimulator();
  // Baileys compares the serial of the root; its signatures it does not really check (see signature.ts).
  const foreign = { ...simulator, url: simulator.url, rootSerial: simulator.rootSerial + 1 };
  await using client = new BareClient(foreign);
  await expect(client.closed()).resolves.toBe(400);
});
