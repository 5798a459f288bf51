import { expect, test, vi } from 'vitest';
import { BareClient, connect, iq, pairByQr } from './bare-client.ts';
import { type Simulator, startSimulator } from './simulator.ts';

const PHONE = '4915550000005';
const LIMIT_MS = 300;
const SETS = { xmlns: 'privacy', type: 'set' } as const;

const write = (client: BareClient, name: string, value: string) =>
  client.socket.query(
    iq('set', 'privacy', [{ tag: 'privacy', attrs: {}, content: [{ tag: 'category', attrs: { name, value } }] }]),
    LIMIT_MS,
  );

const held = (simulator: Simulator): Readonly<Record<string, string>> => simulator.account(PHONE).privacy;

test('error: refuses what matches, so often, for this account alone, and applies it only where told to', async () => {
  await using simulator = await startSimulator();
  await using client = await connect(simulator, PHONE);
  simulator.addFault({ phoneNumber: '4915550000099', match: {}, do: 'error' });
  const refused = simulator.addFault({
    phoneNumber: `+${PHONE}`,
    match: { ...SETS, category: 'status' },
    do: 'error',
    code: 403,
    times: 1,
  });
  await write(client, 'last', 'none');
  await expect(write(client, 'status', 'none')).rejects.toMatchObject({ data: 403, message: 'forbidden' });
  expect(held(simulator)).toMatchObject({ last: 'none', status: 'all' });
  await write(client, 'status', 'none');
  expect(held(simulator)).toMatchObject({ status: 'none' });
  expect(refused.hits).toBe(1);
  {
    using applied = simulator.addFault({ match: SETS, do: 'error', apply: true });
    await expect(write(client, 'profile', 'none')).rejects.toMatchObject({ data: 500 });
    expect(applied.hits).toBe(1);
  }
  expect(held(simulator)).toMatchObject({ profile: 'none' });
  await write(client, 'profile', 'all');
});

test.each([true, false])('silence with apply %s', async (apply) => {
  await using simulator = await startSimulator();
  await using client = await connect(simulator, PHONE);
  simulator.addFault({ match: SETS, do: 'silence', apply });
  await expect(write(client, 'last', 'none')).rejects.toThrow();
  expect(held(simulator)['last']).toBe(apply ? 'none' : 'all');
  simulator.clearFaults();
  await write(client, 'last', 'none');
});

test.each([
  ['close', true, 428],
  ['close', false, 428],
  ['stream-error', true, 503],
  ['stream-error', false, 503],
] as const)('%s with apply %s', async (how, apply, code) => {
  await using simulator = await startSimulator();
  await using client = await connect(simulator, PHONE);
  simulator.addFault({ match: { ...SETS, category: 'status' }, do: how, apply });
  const before = write(client, 'last', 'none');
  const hit = write(client, 'status', 'none');
  const after = write(client, 'profile', 'none');
  const settled = await Promise.allSettled([before, hit, after]);
  expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected']);
  await expect(client.closed()).resolves.toBe(code);
  expect(held(simulator)).toMatchObject({ last: 'none', status: apply ? 'none' : 'all', profile: 'all' });
});

test('delay of the work: a read behind it still shows the old value; of the reply: the new one', async () => {
  await using simulator = await startSimulator();
  await using client = await connect(simulator, PHONE);
  for (const [delay, shown] of [
    ['work', 'all'],
    ['reply', 'contacts'],
  ] as const) {
    const name = delay === 'work' ? 'last' : 'status';
    using fault = simulator.addFault({ match: SETS, do: 'delay', delay, ms: 100 });
    const done = write(client, name, 'contacts');
    const read = client.socket.fetchPrivacySettings(true);
    await expect(Promise.race([read.then(() => 'read'), done.then(() => 'written')])).resolves.toBe('read');
    expect((await read)[name]).toBe(shown);
    expect((await done).attrs.type).toBe('result');
    expect(held(simulator)[name]).toBe('contacts');
    expect(fault.hits).toBe(1);
  }
});

test.each([true, false])('work that was put off, with survive %s, when the link goes', async (survive) => {
  await using simulator = await startSimulator();
  await using client = await connect(simulator, PHONE);
  const fault = simulator.addFault({ match: SETS, do: 'delay', delay: 'work', ms: 150, survive });
  const done = write(client, 'last', 'none').catch(() => 'lost');
  await vi.waitFor(() => expect(fault.hits).toBe(1));
  await simulator.disconnect(PHONE, 'close');
  await expect(done).resolves.toBe('lost');
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(held(simulator)['last']).toBe(survive ? 'none' : 'all');
});

test('no success, failures at login, refused upgrades', async () => {
  await using simulator = await startSimulator();
  const auth = await pairByQr(simulator, PHONE);
  {
    const fault = simulator.addFault({ phoneNumber: PHONE, do: 'no-success', times: 1 });
    await using client = new BareClient(simulator, auth);
    await vi.waitFor(() => expect(fault.hits).toBe(1));
    expect(simulator.account(PHONE).connected).toBe(false);
    expect(client.updates.some(({ connection }) => connection === 'open')).toBe(false);
  }
  for (const code of [401, 402, 405, 503]) {
    simulator.addFault({ do: 'failure', code, times: 1 });
    await using client = new BareClient(simulator, auth);
    await expect(client.closed()).resolves.toBe(code);
  }
  {
    const fault = simulator.addFault({ do: 'refuse-upgrade', code: 502, times: 1 });
    await using client = new BareClient(simulator, auth);
    await vi.waitFor(() => expect(fault.hits).toBe(1));
    expect(simulator.sockets).toBe(0);
    expect(client.updates.some(({ connection }) => connection === 'open')).toBe(false);
  }
  await using client = new BareClient(simulator, auth);
  await client.opened();
});

test('a fixed round trip holds for each frame by itself', async () => {
  const rttMs = 200;
  await using simulator = await startSimulator();
  await using client = await connect(simulator, PHONE);
  simulator.setRtt(rttMs);
  const started = performance.now();
  const requests = Array.from({ length: 7 }, () =>
    client.socket.query(iq('get', 'privacy', [{ tag: 'privacy', attrs: {} }]), 5_000),
  );
  await Promise.all(requests);
  const took = performance.now() - started;
  expect(took).toBeGreaterThan(rttMs - 5);
  expect(took).toBeLessThan(2 * rttMs);
});
