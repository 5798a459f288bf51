import { USyncQuery, USyncUser } from '@whiskeysockets/baileys';
import type { BinaryNode } from '@whiskeysockets/baileys';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type BareClient, iq, linkAndOpen } from './bare-client.ts';
import { type Simulator, startSimulator } from './simulator.ts';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator();
});
afterAll(() => simulator[Symbol.asyncDispose]());

let accounts = 0;

function createAccount(lid = true): string {
  const phone = `49155520000${String((accounts += 1)).padStart(2, '0')}`;
  simulator.createAccount(phone, { preKeys: 30, lid });
  return phone;
}

const jidOf = (phone: string): string => `${phone}@s.whatsapp.net`;

const childrenOf = (node: BinaryNode | undefined): BinaryNode[] => (Array.isArray(node?.content) ? node.content : []);

async function refusal(client: BareClient, stanza: BinaryNode): Promise<number | string | undefined> {
  return client.socket.query(stanza, 5_000).then(
    () => 'taken',
    (error: { data?: number }) => error.data,
  );
}

const item = (attrs: Record<string, string>): BinaryNode => iq('set', 'blocklist', [{ tag: 'item', attrs }]);

test.each([true, false])(
  'blocks and unblocks; an account with a LID (%s) by it, others by phone number',
  async (lid) => {
    const phone = createAccount(lid);
    await using client = await linkAndOpen(simulator, phone);
    await using second = await linkAndOpen(simulator, phone);
    const [one, two] = simulator.createContacts(2);
    if (!one || !two) throw new Error('no contacts');
    const lidOf = `${one.lid}@lid`;
    const [right, wrong] = lid
      ? [{ jid: lidOf, pn_jid: jidOf(one.phoneNumber) }, { jid: jidOf(one.phoneNumber) }]
      : [{ jid: jidOf(one.phoneNumber) }, { jid: lidOf }];
    const refused = await Promise.all(
      [
        item({ action: 'block', ...wrong }),
        item({ action: 'block', ...wrong, pn_jid: jidOf(one.phoneNumber) }),
        item({ action: 'unblock', ...wrong }),
        item({ action: 'block', ...right, pn_jid: jidOf(two.phoneNumber) }),
        item({ action: 'forget', ...right }),
        item({ action: 'block', ...right, reason: 'x' }),
        iq('set', 'blocklist', []),
        item({ action: 'block', jid: lid ? '12345@lid' : '4915559999998@s.whatsapp.net' }),
      ].map((stanza) => refusal(client, stanza)),
    );
    expect(refused).toEqual([400, 400, 400, 400, 400, 400, 400, 406]);
    expect(simulator.account(phone).blocklist).toEqual([]);

    const first = await client.socket.query(item({ action: 'block', ...right }), 5_000);
    expect(childrenOf(childrenOf(first)[0]).map(({ attrs }) => attrs)).toEqual([right]);
    await client.socket.query(item({ action: 'block', ...right }), 5_000);
    expect(simulator.account(phone).blocklist).toEqual([one.phoneNumber]);
    await expect(client.socket.fetchBlocklist()).resolves.toEqual([right.jid]);
    await vi.waitFor(() => expect(second.notifications).toHaveLength(2));
    expect(second.notifications[0]).toMatchObject({ content: [{ tag: 'blocklist', attrs: { action: 'modify' } }] });
    expect(childrenOf(second.notifications[0])[0]?.content).toBeUndefined();
    expect(client.notifications).toEqual([]);

    simulator.setBlocked(phone, { block: [two.phoneNumber], unblock: [one.phoneNumber] });
    await vi.waitFor(() => expect(client.notifications).toHaveLength(1));
    await client.socket.query(item({ action: 'unblock', jid: lid ? `${two.lid}@lid` : jidOf(two.phoneNumber) }), 5_000);
    await client.socket.query(item({ action: 'unblock', jid: right.jid }), 5_000);
    const read = await client.socket.query(iq('get', 'blocklist'), 5_000);
    expect(Number(childrenOf(read)[0]?.attrs['dhash'])).toBeGreaterThan(Number(childrenOf(first)[0]?.attrs['dhash']));
    expect(childrenOf(childrenOf(read)[0])).toEqual([]);
  },
);

test('says of many who is on WhatsApp and under which LID, and who is not', async () => {
  const phone = createAccount(false);
  await using client = await linkAndOpen(simulator, phone);
  const people = simulator.createContacts(2_000);
  const [bare] = simulator.createContacts(1, { lid: false });
  const query = new USyncQuery().withContactProtocol().withLIDProtocol();
  for (const { phoneNumber } of people) query.withUser(new USyncUser().withPhone(`+${phoneNumber}`));
  for (const text of [`+${bare?.phoneNumber}`, '+4915559999997', people[0]?.phoneNumber ?? '']) {
    query.withUser(new USyncUser().withPhone(text));
  }
  query.withUser(new USyncUser().withId(`${people[1]?.lid}@lid`));
  const answer = await client.socket.executeUSyncQuery(query);
  expect(answer?.list.slice(0, 2_000)).toEqual(
    people.map(({ phoneNumber, lid }) => ({ id: jidOf(phoneNumber), contact: true, lid: `${lid}@lid` })),
  );
  expect(answer?.list.slice(2_000)).toEqual([
    { id: jidOf(bare?.phoneNumber ?? ''), contact: true },
    { id: jidOf('4915559999997'), contact: false },
    { id: jidOf(people[0]?.phoneNumber ?? ''), contact: false },
    { id: `${people[1]?.lid}@lid`, contact: true, lid: `${people[1]?.lid}@lid` },
  ]);
  const logged = simulator.account(phone).stanzas.filter(({ xmlns }) => xmlns === 'usync');
  expect(logged).toMatchObject([{ type: 'get', list: 'people', members: 2_004 }]);

  while (query.users.length <= 3_000) query.withUser(new USyncUser().withPhone('+4915559999997'));
  await expect(client.socket.executeUSyncQuery(query)).rejects.toMatchObject({ data: 419 });
});

test('the default disappearing timer is read by usync, and a change made elsewhere is announced', async () => {
  const phone = createAccount();
  await using client = await linkAndOpen(simulator, phone);
  await using second = await linkAndOpen(simulator, phone);
  const set = (duration: string): BinaryNode =>
    iq('set', 'disappearing_mode', [{ tag: 'disappearing_mode', attrs: { duration } }]);
  await expect(refusal(client, set('60'))).resolves.toBe(400);
  await client.socket.query(set('86400'), 5_000);
  expect(simulator.account(phone).timer).toBe(86_400);
  await vi.waitFor(() =>
    expect(second.auth.creds.accountSettings.defaultDisappearingMode).toMatchObject({
      ephemeralExpiration: 86_400,
      ephemeralSettingTimestamp: expect.any(Number),
    }),
  );
  expect(client.notifications).toEqual([]);
  simulator.setTimer(phone, 60);
  await vi.waitFor(() =>
    expect(client.notifications).toMatchObject([
      { content: [{ tag: 'disappearing_mode', attrs: { duration: '60' } }] },
    ]),
  );
  for (const jid of [jidOf(phone), `${simulator.account(phone).lid}@lid`]) {
    await expect(client.socket.fetchDisappearingDuration(jid)).resolves.toMatchObject([
      { disappearing_mode: { duration: 60, setAt: expect.any(Date) } },
    ]);
  }
});
