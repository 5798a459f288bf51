import { expect, test, vi } from 'vitest';
import type { BinaryNode } from '@whiskeysockets/baileys';
import { BareClient, connect, iq, pairByQr } from './bare-client.ts';
import { WRITABLE } from './privacy.ts';
import { startSimulator } from './simulator.ts';

const PHONE = '4915550000002';

const privacy = (...content: BinaryNode[]): BinaryNode => ({ tag: 'privacy', attrs: {}, content });
const category = (name: string, value: string, more: Record<string, string> = {}): BinaryNode => ({
  tag: 'category',
  attrs: { name, value, ...more },
});
const write = (name: string, value: string): BinaryNode => iq('set', 'privacy', [privacy(category(name, value))]);

test('takes every value of every category, and shows it in the next read', async () => {
  await using simulator = await startSimulator();
  const everything = Object.fromEntries(Object.entries(WRITABLE).map(([name, values]) => [name, values[0] ?? '']));
  simulator.createAccount(PHONE, { privacy: everything });
  await using client = await connect(simulator, PHONE, { fireInitQueries: false });
  for (const [name, values] of Object.entries(WRITABLE)) {
    for (const value of values) {
      const reply = await client.socket.query(write(name, value), 5_000);
      expect(reply.attrs.type).toBe('result');
      expect(simulator.account(PHONE).privacy[name]).toBe(value);
    }
  }
  await expect(client.socket.fetchPrivacySettings(true)).resolves.toEqual(simulator.account(PHONE).privacy);
});

test.each([
  ['an unknown category', [privacy(category('cover', 'all'))]],
  ['a value outside the set', [privacy(category('online', 'none'))]],
  ['groupadd none', [privacy(category('groupadd', 'none'))]],
  ['two categories', [privacy(category('last', 'none'), category('status', 'none'))]],
  ['no category', [privacy()]],
  ['no value', [privacy({ tag: 'category', attrs: { name: 'last' } })]],
  ['an unknown attribute', [privacy(category('last', 'none', { reason: 'x' }))]],
  ['no <privacy>', [category('last', 'none')]],
  ['an addressing mode', [{ ...privacy(category('last', 'none')), attrs: { addressing_mode: 'lid' } }]],
  ['a category that the account lacks', [privacy(category('pix', 'none'))]],
])('refuses a write with %s: 400, and nothing changes', async (_, content) => {
  await using simulator = await startSimulator();
  await using client = await connect(simulator, PHONE, { fireInitQueries: false });
  const before = simulator.account(PHONE).privacy;
  await expect(client.socket.query(iq('set', 'privacy', content), 5_000)).rejects.toMatchObject({ data: 400 });
  expect(simulator.account(PHONE).privacy).toEqual(before);
});

test('answers writes in flight at once by id, logs them in order, and echoes none as a notification', async () => {
  await using simulator = await startSimulator();
  await using client = await connect(simulator, PHONE, { fireInitQueries: false });
  const wanted = {
    last: 'none',
    status: 'contacts',
    profile: 'contact_blacklist',
    online: 'match_last_seen',
    readreceipts: 'none',
    calladd: 'known',
    groupadd: 'contacts',
  };
  const writes = Object.entries(wanted).map(([name, value]) => client.socket.query(write(name, value), 5_000));
  const read = client.socket.query(iq('get', 'privacy', [{ tag: 'privacy', attrs: {} }]), 5_000);
  for (const reply of await Promise.all([...writes, read])) expect(reply.attrs.type).toBe('result');

  const { privacy: held, stanzas } = simulator.account(PHONE);
  expect(held).toMatchObject(wanted);
  const logged = stanzas.filter(({ xmlns }) => xmlns === 'privacy');
  expect(logged.map(({ type, category: name, value }) => [type, name, value])).toEqual([
    ...Object.entries(wanted).map(([name, value]) => ['set', name, value]),
    ['get', undefined, undefined],
  ]);
  expect(client.notifications).toEqual([]);
});

test('shows what the phone holds, in and outside the sets', async () => {
  await using simulator = await startSimulator();
  simulator.createAccount(PHONE, { privacy: { last: 'error', novel: 'surprise' } });
  await using client = await connect(simulator, PHONE, { fireInitQueries: false });
  await expect(client.socket.fetchPrivacySettings(true)).resolves.toEqual({ last: 'error', novel: 'surprise' });
});

test('tells a connected device of a change on the phone, and one that was away by the dirty bit', async () => {
  await using simulator = await startSimulator();
  const auth = await pairByQr(simulator, PHONE);
  {
    await using client = new BareClient(simulator, auth);
    await client.opened();
    simulator.setPrivacy(PHONE, 'last', 'none');
    await vi.waitFor(() => expect(client.notifications).toHaveLength(1));
    expect(client.notifications[0]).toMatchObject({
      attrs: { type: 'account_sync', from: `${PHONE}@s.whatsapp.net` },
      content: [{ tag: 'privacy', content: [{ attrs: { name: 'last', value: 'none' } }] }],
    });
    await vi.waitFor(() => {
      const acks = simulator.account(PHONE).stanzas.filter(({ tag }) => tag === 'ack');
      expect(acks).toHaveLength(1);
    });
    simulator.setPrivacy(PHONE, 'stickers', null, { notify: false });
    await expect(client.socket.fetchPrivacySettings(true)).resolves.not.toHaveProperty('stickers');
    expect(client.notifications).toHaveLength(1);
    await simulator.disconnect(PHONE, 'close');
  }
  simulator.setPrivacy(PHONE, 'last', 'contacts');
  await using back = new BareClient(simulator, auth);
  const dirty: BinaryNode[] = [];
  back.socket.ws.on('CB:ib,,dirty', (node: BinaryNode) => dirty.push(node));
  await vi.waitFor(() => expect(dirty).toMatchObject([{ content: [{ attrs: { type: 'account_sync' } }] }]));
});
