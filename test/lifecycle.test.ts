import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import {
  CreateInstanceDocument,
  DeleteInstanceDocument,
  InstanceChangesDocument,
  InstanceDocument,
  PairInstanceDocument,
  PrivacyDocument,
  StartInstanceDocument,
  StopInstanceDocument,
  UnlinkInstanceDocument,
  type WholeInstanceFragment,
} from './gql/graphql.ts';
import { ask, askFor } from './support/ask.ts';
import { openEventStream } from './support/event-stream.ts';
import { bootPrivet, type TestPrivet } from './support/privet.ts';

let privet: TestPrivet;
let count = 0;

beforeAll(async () => {
  privet = await bootPrivet();
});
afterAll(() => privet[Symbol.asyncDispose]());
afterEach(() => {
  vi.restoreAllMocks();
  privet.simulator.clearFaults();
});

async function create(): Promise<string> {
  const name = `life-${++count}`;
  await askFor(privet, CreateInstanceDocument, { name });
  return name;
}

const freePhone = (): string => `4915200000${String(++count).padStart(3, '0')}`;

async function qrOf(instance: string): Promise<string> {
  const { pairInstance } = await askFor(privet, PairInstanceDocument, { instance });
  return pairInstance?.pairing?.qr ?? '';
}

async function see(name: string): Promise<WholeInstanceFragment | null> {
  return (await askFor(privet, InstanceDocument, { name })).instance;
}

const devices = (phoneNumber: string): number => privet.simulator.account(phoneNumber).linkedDevices;

describe('creating', () => {
  test('a new instance is unpaired, and its name is taken', async () => {
    const name = `life-${++count}`;
    const { createInstance } = await askFor(privet, CreateInstanceDocument, { name });
    expect(createInstance?.instance).toMatchObject({ name, state: 'UNPAIRED', phoneNumber: null, pairing: null });
    const again = await ask(privet, CreateInstanceDocument, { name });
    expect(again.errors).toEqual([{ code: 'CONFLICT', message: expect.stringContaining(name) as string }]);
  });

  test.each(['', 'a b', 'ü', '../x', 'x'.repeat(65)])(
    'a bad name is refused with what is accepted: %j',
    async (name) => {
      const { errors } = await ask(privet, CreateInstanceDocument, { name });
      expect(errors).toEqual([
        { code: 'BAD_USER_INPUT', message: expect.stringMatching(/^name must be 1 to 64/) as string },
      ]);
    },
  );

  test('what is not linked can neither be started nor unlinked nor read', async () => {
    const instance = await create();
    expect((await ask(privet, StartInstanceDocument, { instance })).errors).toMatchObject([{ code: 'BAD_USER_INPUT' }]);
    for (const document of [UnlinkInstanceDocument, PrivacyDocument]) {
      expect((await ask<unknown, { instance: string }>(privet, document, { instance })).errors).toMatchObject([
        { code: 'INSTANCE_NOT_CONNECTED' },
      ]);
    }
  });
});

test('where its token can not be kept, an instance is not made either', async () => {
  const name = `life-${++count}`;
  using database = new DatabaseSync(join(privet.dataDir, 'privet.db'), { timeout: 5000 });
  database.exec(`create trigger no_tokens before insert on tokens begin select raise(abort, 'made to fail'); end`);
  expect((await ask(privet, CreateInstanceDocument, { name })).errors).toMatchObject([
    { code: 'INTERNAL_SERVER_ERROR' },
  ]);
  database.exec('drop trigger no_tokens');
  expect(await see(name)).toBeNull();
  expect((await askFor(privet, CreateInstanceDocument, { name })).createInstance?.token).toMatch(/^pvti_/);
});

describe('pairing', () => {
  test('by QR', async () => {
    const name = await create();
    const phoneNumber = await privet.simulator.scan(await qrOf(name));
    await privet.waitForState(name, 'OPEN');
    expect(await see(name)).toMatchObject({ phoneNumber, pairing: null, reason: null });
    expect(devices(phoneNumber)).toBe(1);
  });

  test('by code', async () => {
    const name = await create();
    const phoneNumber = freePhone();
    const { pairInstance } = await askFor(privet, PairInstanceDocument, { instance: name, phoneNumber });
    expect(pairInstance).toMatchObject({ state: 'PAIRING', pairing: { qr: null } });
    const code = pairInstance?.pairing?.code ?? '';
    expect(code).toMatch(/^[0-9A-Z]{8}$/);
    await privet.simulator.enterCode(phoneNumber, code);
    await privet.waitForState(name, 'OPEN');
    expect(await see(name)).toMatchObject({ phoneNumber });
  });

  test('a wrong code links nothing; a new one is had by asking again', async () => {
    const instance = await create();
    const phoneNumber = freePhone();
    const first = await askFor(privet, PairInstanceDocument, { instance, phoneNumber });
    await expect(privet.simulator.enterCode(phoneNumber, 'WRNGC0DE')).rejects.toThrow(/code/);
    const second = await askFor(privet, PairInstanceDocument, { instance, phoneNumber: `+${phoneNumber}` });
    const code = second.pairInstance?.pairing?.code ?? '';
    expect(code).not.toBe(first.pairInstance?.pairing?.code);
    await privet.simulator.enterCode(phoneNumber, code);
    await privet.waitForState(instance, 'OPEN');
  });

  test.each([
    [429, /429.*later/],
    [503, /503.*later/],
    [400, /400.*phone number/],
  ])('a code that WhatsApp refuses with %d is not shown; the instance says why', async (code, message) => {
    const name = await create();
    const phoneNumber = freePhone();
    using fault = privet.simulator.addFault({ match: { xmlns: 'md', type: 'set' }, do: 'error', code, times: 1 });
    const { pairInstance } = await askFor(privet, PairInstanceDocument, { instance: name, phoneNumber });
    expect(fault.hits).toBe(1);
    expect(pairInstance).toMatchObject({ state: 'UNPAIRED', pairing: null, reason: { code: 'PAIRING_REFUSED' } });
    expect(pairInstance?.reason?.message).toMatch(message);

    const again = await askFor(privet, PairInstanceDocument, { instance: name, phoneNumber });
    await privet.simulator.enterCode(phoneNumber, again.pairInstance?.pairing?.code ?? '');
    await privet.waitForState(name, 'OPEN');
  });

  test('a code that WhatsApp does not confirm is not shown', async () => {
    const instance = await create();
    using fault = privet.simulator.addFault({ match: { xmlns: 'md', type: 'set' }, do: 'silence' });
    const { pairInstance } = await askFor(privet, PairInstanceDocument, { instance, phoneNumber: freePhone() });
    expect(fault.hits).toBe(1);
    expect(pairInstance).toMatchObject({ state: 'UNPAIRED', pairing: null, reason: { code: 'PAIRING_UNANSWERED' } });
  });

  test('each QR gives way to the next; after the last one the instance says that the time is over', async () => {
    // Baileys lets the first QR live for 60 s and each other for 20 s, which is too long for a test.
    const real = globalThis.setTimeout;
    vi.spyOn(globalThis, 'setTimeout').mockImplementation((run: () => void, ms?: number) =>
      real(run, ms === 60_000 || ms === 20_000 ? 150 : ms),
    );
    const name = await create();
    const stream = await openEventStream(privet, InstanceChangesDocument, { name });
    await askFor(privet, PairInstanceDocument, { instance: name });
    const qrs = new Set<string>();
    const end = await stream.until(({ instance }) => {
      if (instance?.pairing?.qr) qrs.add(instance.pairing.qr);
      return instance?.state === 'UNPAIRED' && instance.reason !== null;
    });
    expect(qrs.size).toBe(6);
    expect(end.instance).toMatchObject({ pairing: null, reason: { code: 'PAIRING_EXPIRED', retryAt: null } });
    vi.restoreAllMocks();

    await privet.simulator.scan(await qrOf(name));
    await privet.waitForState(name, 'OPEN');
  });

  test('who waits for a QR has an answer before the service ends', async () => {
    const instance = await create();
    using _fault = privet.simulator.addFault({ do: 'no-hello' });
    const waiting = ask(privet, PairInstanceDocument, { instance });
    await vi.waitFor(async () => expect((await see(instance))?.state).toBe('PAIRING'));
    const restarted = privet.restart();
    const { data } = await waiting;
    await restarted;
    expect(data?.pairInstance).toMatchObject({ state: 'UNPAIRED', reason: { code: 'PAIRING_ENDED' } });
  });

  test('a pairing that is stopped, or begun anew, while it waits for a QR is over in the right state', async () => {
    const instance = await create();
    const fault = privet.simulator.addFault({ do: 'no-hello' });
    const first = ask(privet, PairInstanceDocument, { instance });
    await vi.waitFor(async () => expect((await see(instance))?.state).toBe('PAIRING'));
    const { stopInstance } = await askFor(privet, StopInstanceDocument, { instance });
    expect(stopInstance).toMatchObject({ state: 'UNPAIRED', reason: { code: 'STOPPED_BY_USER' } });
    expect((await first).data?.pairInstance?.state).toBe('UNPAIRED');

    const second = ask(privet, PairInstanceDocument, { instance });
    await vi.waitFor(async () => expect((await see(instance))?.state).toBe('PAIRING'));
    fault[Symbol.dispose]();
    const { pairInstance } = await askFor(privet, PairInstanceDocument, { instance });
    expect(pairInstance).toMatchObject({ state: 'PAIRING', pairing: { qr: expect.any(String) as string } });
    expect((await second).errors).toEqual([]);
    expect((await see(instance))?.state).toBe('PAIRING');
  });

  test('what is linked is not paired anew', async () => {
    const { name, phoneNumber } = await privet.link(`life-${++count}`);
    expect((await ask(privet, PairInstanceDocument, { instance: name })).errors).toMatchObject([
      { code: 'BAD_USER_INPUT', message: expect.stringContaining('linked already') as string },
    ]);
    expect(devices(phoneNumber)).toBe(1);
    expect((await see(name))?.state).toBe('OPEN');
  });
});

describe('stopping and starting', () => {
  test('a stopped instance stays linked, also over a restart, and starts without a QR', async () => {
    const { name, phoneNumber } = await privet.link(`life-${++count}`);
    const { stopInstance } = await askFor(privet, StopInstanceDocument, { instance: name });
    expect(stopInstance).toMatchObject({ state: 'STOPPED', reason: { code: 'STOPPED_BY_USER' } });
    await vi.waitFor(() => expect(privet.simulator.account(phoneNumber).connected).toBe(false), { timeout: 2000 });

    await privet.restart();
    expect(await see(name)).toMatchObject({ state: 'STOPPED', phoneNumber });
    expect(privet.simulator.account(phoneNumber)).toMatchObject({ connected: false, linkedDevices: 1 });

    await askFor(privet, StartInstanceDocument, { instance: name });
    await privet.waitForState(name, 'OPEN');
    expect(devices(phoneNumber)).toBe(1);
  });

  test('a restart of the service brings running instances back by themselves', async () => {
    const { name, phoneNumber } = await privet.link(`life-${++count}`);
    await privet.restart();
    const { instance } = await askFor(privet, InstanceDocument, { name });
    expect(instance).toMatchObject({ phoneNumber, pairing: null });
    await privet.waitForState(name, 'OPEN');
    expect(devices(phoneNumber)).toBe(1);
  });

  test('a restart in the middle of pairing leaves an instance that can be paired', async () => {
    const name = await create();
    const stale = await qrOf(name);
    await privet.restart();
    await privet.waitForState(name, 'UNPAIRED');
    await expect(privet.simulator.scan(stale)).rejects.toThrow();
    await privet.simulator.scan(await qrOf(name));
    await privet.waitForState(name, 'OPEN');
  });
});

describe('the end of a link', () => {
  test('unlinking logs the device out on WhatsApp, and the instance can be paired again', async () => {
    const { name, phoneNumber } = await privet.link(`life-${++count}`);
    const { unlinkInstance } = await askFor(privet, UnlinkInstanceDocument, { instance: name });
    expect(unlinkInstance).toMatchObject({ state: 'LOGGED_OUT', reason: { code: 'UNLINKED_BY_USER' } });
    expect(devices(phoneNumber)).toBe(0);
    expect((await ask(privet, StartInstanceDocument, { instance: name })).errors).toMatchObject([
      { code: 'BAD_USER_INPUT' },
    ]);

    await privet.simulator.scan(await qrOf(name), phoneNumber);
    await privet.waitForState(name, 'OPEN');
    expect(devices(phoneNumber)).toBe(1);
  });

  test('deleting unlinks, and frees the name', async () => {
    const { name, phoneNumber } = await privet.link(`life-${++count}`);
    const before = await see(name);
    expect(await askFor(privet, DeleteInstanceDocument, { instance: name })).toEqual({ deleteInstance: { name } });
    expect(await see(name)).toBeNull();
    expect(devices(phoneNumber)).toBe(0);
    const { createInstance } = await askFor(privet, CreateInstanceDocument, { name });
    expect(createInstance?.instance).toMatchObject({ state: 'UNPAIRED', phoneNumber: null });
    expect(createInstance?.instance.id).not.toBe(before?.id);
  });

  test('deleting leaves nothing of a login, also where the device could not be logged out', async () => {
    const { name } = await privet.link(`life-${++count}`);
    const id = (await see(name))?.id.replace('Instance:', '') ?? '';
    await askFor(privet, StopInstanceDocument, { instance: name });
    await askFor(privet, DeleteInstanceDocument, { instance: name });
    using database = new DatabaseSync(join(privet.dataDir, 'privet.db'), { readOnly: true });
    for (const table of ['credentials', 'archives', 'signal_keys', 'tokens']) {
      expect(database.prepare(`select 1 from ${table} where instance_id = ?`).all(id)).toEqual([]);
    }
  });

  test.each([
    ['device_removed', 'DEVICE_REMOVED'],
    ['stream:401', 'LOGGED_OUT'],
  ] as const)('%s ends in LOGGED_OUT, which is still known after a restart', async (how, code) => {
    const { name, phoneNumber } = await privet.link(`life-${++count}`);
    await privet.simulator.disconnect(phoneNumber, how);
    expect((await privet.waitForState(name, 'LOGGED_OUT')).reason).toMatchObject({ code, retryAt: null });
    expect(privet.simulator.account(phoneNumber).connected).toBe(false);
    await privet.restart();
    expect(await see(name)).toMatchObject({ state: 'LOGGED_OUT', reason: { code } });
  });

  test.each([402, 403, 406])('one that WhatsApp refused with %d is unlinked here, and linked anew', async (code) => {
    const { name, phoneNumber } = await privet.link(`life-${++count}`);
    const { id } = (await see(name)) ?? {};
    const fault = privet.simulator.addFault({ phoneNumber, do: 'failure', code });
    await privet.simulator.disconnect(phoneNumber, 'reset');
    expect((await privet.waitForState(name, 'BANNED')).reason?.retryAt === null).toBe(code !== 402);
    await privet.restart();
    const { unlinkInstance } = await askFor(privet, UnlinkInstanceDocument, { instance: name });
    expect(unlinkInstance).toMatchObject({ state: 'LOGGED_OUT', reason: { code: 'UNLINKED_HERE' } });
    await privet.restart();
    expect(await see(name)).toMatchObject({ id, state: 'LOGGED_OUT', reason: { code: 'UNLINKED_HERE' } });

    fault[Symbol.dispose]();
    await privet.simulator.scan(await qrOf(name), phoneNumber);
    await privet.waitForState(name, 'OPEN');
    expect((await see(name))?.id).toBe(id);
  });

  test('what may come back is not unlinked without WhatsApp: the device would stay linked', async () => {
    const { name, phoneNumber } = await privet.link(`life-${++count}`);
    const unlink = async (): Promise<unknown> => (await ask(privet, UnlinkInstanceDocument, { instance: name })).errors;
    const refused = [{ code: 'INSTANCE_NOT_CONNECTED' }];
    const fault = privet.simulator.addFault({ phoneNumber, do: 'failure', code: 503 });
    await privet.simulator.disconnect(phoneNumber, 'reset');
    await privet.waitForState(name, 'RECONNECTING');
    expect(await unlink()).toMatchObject(refused);
    await askFor(privet, StopInstanceDocument, { instance: name });
    expect(await unlink()).toMatchObject(refused);
    fault[Symbol.dispose]();
    await askFor(privet, StartInstanceDocument, { instance: name });
    await privet.waitForState(name, 'OPEN');
    expect(devices(phoneNumber)).toBe(1);
  });

  test('one that was replaced leaves the other alone for a minute, and comes back when it is started', async () => {
    const { name, phoneNumber } = await privet.link(`life-${++count}`);
    await privet.simulator.disconnect(phoneNumber, 'replaced');
    const { reason } = await privet.waitForState(name, 'REPLACED');
    expect(reason?.code).toBe('REPLACED');
    expect(Date.parse(reason?.retryAt ?? '')).toBeGreaterThan(Date.now() + 50_000);
    expect(privet.simulator.account(phoneNumber)).toMatchObject({ connected: false, linkedDevices: 1 });
    await askFor(privet, StartInstanceDocument, { instance: name });
    await privet.waitForState(name, 'OPEN');
    expect(devices(phoneNumber)).toBe(1);
  });
});
