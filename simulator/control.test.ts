import { type AuthenticationCreds, BufferJSON, encodeBinaryNode } from '@whiskeysockets/baileys';
import { expect, test, vi } from 'vitest';
import { BareClient, connect, iq, linkAndOpen, memoryAuth } from './bare-client.ts';
import { openControlPort } from './control.ts';
import { startSimulator } from './simulator.ts';

const PHONE = '4915550000006';

async function call(
  base: string,
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; body: unknown }> {
  const payload = body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) };
  const response = await fetch(`${base}${path}`, { method, ...payload, signal: AbortSignal.timeout(15_000) });
  return { status: response.status, body: await response.json() };
}

test('pairs, shows, changes, breaks and disconnects', async () => {
  await using simulator = await startSimulator();
  await using control = await openControlPort(simulator);
  const post = (path: string, body: unknown) => call(control.url, 'POST', path, body);
  const auth = memoryAuth();
  {
    await using client = new BareClient(simulator, auth);
    const scanned = await post('/scan', { qr: await client.qr(), phoneNumber: `+${PHONE}` });
    expect(scanned).toEqual({ status: 200, body: { phoneNumber: PHONE } });
    await client.closed();
  }
  await using client = new BareClient(simulator, auth);
  await client.opened();

  await expect(post(`/accounts/${PHONE}/privacy`, { category: 'last', value: 'none' })).resolves.toMatchObject({
    status: 200,
  });
  await expect(post(`/accounts/${PHONE}/privacy`, { category: 'defense', value: null })).resolves.toMatchObject({
    status: 200,
  });
  await expect(
    post('/faults', { phoneNumber: PHONE, match: { xmlns: 'privacy', type: 'set' }, do: 'error', code: 429, times: 1 }),
  ).resolves.toMatchObject({ status: 200 });
  const category = { tag: 'category', attrs: { name: 'last', value: 'all' } };
  const write = () =>
    client.socket.query(iq('set', 'privacy', [{ tag: 'privacy', attrs: {}, content: [category] }]), 5_000);
  await expect(write()).rejects.toMatchObject({ data: 429 });

  const shown = await call(control.url, 'GET', `/accounts/%2B${PHONE}`);
  expect(shown).toMatchObject({ status: 200, body: { connected: true, privacy: { last: 'none' } } });
  expect(shown.body).not.toHaveProperty('privacy.defense');
  expect(shown.body).toHaveProperty(
    'stanzas',
    expect.arrayContaining([
      { at: expect.any(Number), tag: 'iq', xmlns: 'privacy', type: 'set', category: 'last', value: 'all' },
      { at: expect.any(Number), tag: 'ib', xmlns: null, type: null },
    ]),
  );

  const frames = [{ as: 'plain', hex: encodeBinaryNode({ tag: 'ib', attrs: {} }).toString('hex') }];
  await expect(post('/accounts/4915550000006/frames', { frames })).resolves.toEqual({
    status: 200,
    body: { links: 1 },
  });
  await post('/faults', { match: { xmlns: 'privacy', type: 'set' }, do: 'silence' });
  await expect(call(control.url, 'DELETE', '/faults')).resolves.toEqual({ status: 200, body: {} });
  await expect(post('/rtt', { ms: 5 })).resolves.toEqual({ status: 200, body: {} });
  await write();
  for (let round = 0; round < 2; round += 1) {
    await expect(post(`/accounts/${PHONE}/disconnect`, { how: 'stream:503' })).resolves.toEqual({
      status: 200,
      body: {},
    });
    expect(simulator.account(PHONE).connected).toBe(false);
  }
  await expect(client.closed()).resolves.toBe(503);
});

test('takes a pairing code', async () => {
  await using simulator = await startSimulator();
  await using control = await openControlPort(simulator);
  await using client = new BareClient(simulator);
  await client.qr();
  await expect(call(control.url, 'GET', '/codes')).resolves.toEqual({ status: 200, body: { phoneNumbers: [] } });
  const code = await client.socket.requestPairingCode(PHONE);
  // The companion has its code before the server has heard of it.
  const asked = { status: 200, body: { phoneNumbers: [PHONE] } };
  await expect.poll(() => call(control.url, 'GET', '/codes')).toEqual(asked);
  await expect(call(control.url, 'POST', '/code', { phoneNumber: PHONE, code })).resolves.toEqual({
    status: 200,
    body: {},
  });
  await expect(client.closed()).resolves.toBe(515);
});

test('gives the credentials of a device that was linked without the wire', async () => {
  await using simulator = await startSimulator();
  await using control = await openControlPort(simulator);
  const linked = await call(control.url, 'POST', '/devices', { phoneNumber: PHONE, preKeys: 30 });
  const { credentials } = linked.body as { credentials: string };
  const creds = JSON.parse(credentials, BufferJSON.reviver) as AuthenticationCreds;
  await using client = new BareClient(simulator, { ...memoryAuth(), creds });
  await client.opened();
  expect(simulator.account(PHONE)).toMatchObject({ connected: true, linkedDevices: 1 });
});

test('shows and changes lists, the blocklist and the timer, of an account with or without a LID', async () => {
  await using simulator = await startSimulator();
  await using control = await openControlPort(simulator);
  const post = async (path: string, body: unknown) => {
    const answer = await call(control.url, 'POST', path, body);
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    return answer.body;
  };
  await post('/accounts', { phoneNumber: PHONE, preKeys: 30, lid: false, privacy: { last: 'all', status: 'all' } });
  expect(simulator.account(PHONE).lid).toBeUndefined();
  await post('/contacts', { numbers: ['+4915551000001', '4915551000002'] });
  const made = await post('/contacts', { count: 1, lid: false });
  expect(made).toEqual({ contacts: [{ phoneNumber: expect.any(String), lid: null }] });
  await using client = await linkAndOpen(simulator, PHONE);
  await post('/faults', { do: 'error', code: 409, times: 1, match: { category: 'last', type: 'set', list: true } });
  const write = (category: string, dhash: string, jid: string) =>
    client.socket.query(
      iq('set', 'privacy', [
        {
          tag: 'privacy',
          attrs: {},
          content: [
            {
              tag: 'category',
              attrs: { name: category, value: 'contact_blacklist', dhash },
              content: [{ tag: 'user', attrs: { action: 'add', jid } }],
            },
          ],
        },
      ]),
      5_000,
    );
  const plain = {
    tag: 'privacy',
    attrs: {},
    content: [{ tag: 'category', attrs: { name: 'last', value: 'contacts' } }],
  };
  await client.socket.query(iq('set', 'privacy', [plain]), 5_000);
  await write('status', 'none', '4915551000001@s.whatsapp.net');
  await expect(write('last', 'none', '4915551000001@s.whatsapp.net')).rejects.toMatchObject({ data: 409 });

  await post(`/accounts/${PHONE}/exclusions`, { category: 'last', add: ['+4915551000001', '4915551000002'] });
  await post(`/accounts/${PHONE}/exclusions`, { category: 'last', remove: ['4915551000001'], notify: false });
  await post(`/accounts/${PHONE}/exclusions`, { category: 'status', replace: ['4915551000002'] });
  await post(`/accounts/${PHONE}/blocklist`, { block: ['4915551000001'] });
  await post(`/accounts/${PHONE}/timer`, { seconds: 86_400 });
  await vi.waitFor(() => expect(client.notifications).toHaveLength(4));
  const { body } = await call(control.url, 'GET', `/accounts/${PHONE}`);
  expect(body).toMatchObject({
    exclusions: {
      last: { dhash: expect.any(String), members: ['4915551000002'] },
      status: { members: ['4915551000002'] },
    },
    blocklist: ['4915551000001'],
    timer: 86_400,
  });
  expect(body).toHaveProperty(
    'stanzas',
    expect.arrayContaining([
      {
        at: expect.any(Number),
        tag: 'iq',
        xmlns: 'privacy',
        type: 'set',
        category: 'status',
        value: 'contact_blacklist',
        list: 'exclusions',
        members: 1,
      },
    ]),
  );
});

test.each<[string, string, unknown, number, string]>([
  ['POST', '/scan', {}, 400, 'qr:'],
  ['POST', '/scan', { qr: 'x' }, 400, 'qr:'],
  ['POST', '/scan', { qr: 'x', phoneNumber: 'me' }, 400, 'phoneNumber:'],
  ['POST', '/scan', 'no json', 400, 'body:'],
  ['POST', '/code', { phoneNumber: PHONE, code: 'x' }, 400, 'code:'],
  ['POST', '/devices', { phoneNumber: PHONE }, 409, 'phoneNumber:'],
  ['POST', '/devices', { phoneNumber: PHONE, preKeys: -1 }, 400, 'preKeys:'],
  ['POST', '/rtt', { ms: -1 }, 400, 'ms:'],
  ['POST', '/rtt', { ms: 1, extra: 1 }, 400, 'extra:'],
  ['POST', '/faults', { do: 'explode' }, 400, 'do:'],
  ['POST', '/faults', { do: 'error' }, 400, 'match:'],
  ['POST', '/faults', { do: 'delay', match: {} }, 400, 'ms:'],
  ['POST', '/faults', { do: 'error', match: { name: 'x' } }, 400, 'match.name:'],
  ['POST', `/accounts/${PHONE}/privacy`, { category: 'last' }, 400, 'value:'],
  ['POST', '/accounts', { phoneNumber: PHONE }, 409, 'phoneNumber:'],
  ['POST', '/accounts', { phoneNumber: '4915550000066', privacy: { last: 1 } }, 400, 'privacy.last:'],
  ['POST', '/contacts', {}, 400, 'count:'],
  ['POST', '/contacts', { numbers: [PHONE] }, 409, 'numbers:'],
  ['POST', `/accounts/${PHONE}/exclusions`, { category: 'last', add: ['x'] }, 400, 'add.0:'],
  ['POST', `/accounts/${PHONE}/exclusions`, { category: 'last', add: ['4915550000097'] }, 404, 'add:'],
  ['POST', `/accounts/${PHONE}/exclusions`, { category: 'last', add: [], replace: [] }, 400, 'replace:'],
  ['POST', `/accounts/${PHONE}/exclusions`, { category: 'online', add: [] }, 400, 'category:'],
  ['POST', `/accounts/${PHONE}/exclusions`, { category: 'pix', add: [] }, 404, 'category:'],
  ['POST', `/accounts/${PHONE}/blocklist`, { block: 'x' }, 400, 'block:'],
  ['POST', `/accounts/${PHONE}/blocklist`, { unblock: ['4915550000097'] }, 404, 'unblock:'],
  ['POST', `/accounts/${PHONE}/timer`, { seconds: 0.5 }, 400, 'seconds:'],
  ['POST', '/faults', { do: 'error', match: { list: 'yes' } }, 400, 'match.list:'],
  ['POST', `/accounts/${PHONE}/disconnect`, { how: 'stream:5' }, 400, 'how:'],
  ['POST', `/accounts/${PHONE}/frames`, { frames: [{ as: 'plain', hex: 'x' }] }, 400, 'frames.0.hex:'],
  ['GET', '/accounts/me', undefined, 400, 'phoneNumber:'],
  ['GET', '/accounts/4915550000097', undefined, 404, 'phoneNumber:'],
  ['POST', '/accounts/4915550000097/disconnect', { how: 'close' }, 404, 'phoneNumber:'],
  ['GET', '/nowhere', undefined, 404, 'path:'],
  ['POST', '/rtt', `{"ms":1,"x":"${'x'.repeat(65_536)}"}`, 413, 'body:'],
])('%s %s refuses', async (method, path, body, status, field) => {
  await using simulator = await startSimulator();
  simulator.createAccount(PHONE);
  await using control = await openControlPort(simulator);
  const answer = await call(control.url, method, path, body);
  expect(answer).toEqual({ status, body: { error: expect.stringContaining(field) } });
});

test('disconnecting an account without a link is fine', async () => {
  await using simulator = await startSimulator();
  await using client = await connect(simulator, PHONE);
  await client.socket.end(undefined);
  await simulator.disconnect(PHONE, 'replaced');
});
