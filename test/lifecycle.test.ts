import { describe, expect, test, vi } from 'vitest';
import {
  CreateInstanceDocument,
  DeleteInstanceDocument,
  InstanceDocument,
  PrivacyDocument,
  StartInstanceDocument,
  StopInstanceDocument,
  UnlinkInstanceDocument,
} from './gql/graphql.ts';
import { allowAgain, behindTheBack, refuseTo } from '../src/storage/storage.fixture.ts';
import { ask, askFor } from './support/ask.ts';
import { create, devices, freeName, qrOf, see } from './support/life.ts';
import { sharedPrivet } from './support/shared-privet.ts';

const privet = await sharedPrivet();

describe('creating', () => {
  test('a new instance is unpaired, and its name is taken', async () => {
    const name = freeName();
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
    const instance = await create(privet);
    expect((await ask(privet, StartInstanceDocument, { instance })).errors).toMatchObject([{ code: 'BAD_USER_INPUT' }]);
    for (const document of [UnlinkInstanceDocument, PrivacyDocument]) {
      expect((await ask<unknown, { instance: string }>(privet, document, { instance })).errors).toMatchObject([
        { code: 'INSTANCE_NOT_CONNECTED' },
      ]);
    }
  });
});

test('where its token can not be kept, an instance is not made either', async () => {
  const name = freeName();
  await refuseTo(privet.dataDir, 'insert', 'tokens');
  expect((await ask(privet, CreateInstanceDocument, { name })).errors).toMatchObject([
    { code: 'INTERNAL_SERVER_ERROR' },
  ]);
  await allowAgain(privet.dataDir, 'tokens');
  expect(await see(privet, name)).toBeNull();
  expect((await askFor(privet, CreateInstanceDocument, { name })).createInstance?.token).toMatch(/^pvti_/);
});

describe('stopping and starting', () => {
  test('a stopped instance stays linked, also over a restart, and starts without a QR', async () => {
    const { name, phoneNumber } = await privet.link(freeName());
    const { stopInstance } = await askFor(privet, StopInstanceDocument, { instance: name });
    expect(stopInstance).toMatchObject({ state: 'STOPPED', reason: { code: 'STOPPED_BY_USER' } });
    await vi.waitFor(() => expect(privet.simulator.account(phoneNumber).connected).toBe(false), { timeout: 2000 });

    await privet.restart();
    expect(await see(privet, name)).toMatchObject({ state: 'STOPPED', phoneNumber });
    expect(privet.simulator.account(phoneNumber)).toMatchObject({ connected: false, linkedDevices: 1 });

    await askFor(privet, StartInstanceDocument, { instance: name });
    await privet.waitForState(name, 'OPEN');
    expect(devices(privet, phoneNumber)).toBe(1);
  });

  test('a restart of the service brings running instances back by themselves', async () => {
    const { name, phoneNumber } = await privet.link(freeName());
    await privet.restart();
    const { instance } = await askFor(privet, InstanceDocument, { name });
    expect(instance).toMatchObject({ phoneNumber, pairing: null });
    await privet.waitForState(name, 'OPEN');
    expect(devices(privet, phoneNumber)).toBe(1);
  });

  test('a restart in the middle of pairing is known as its end, and leaves an instance that can be paired', async () => {
    const name = await create(privet);
    const stale = await qrOf(privet, name);
    await privet.restart();
    await privet.waitForState(name, 'UNPAIRED');
    expect(await see(privet, name)).toMatchObject({
      reason: { code: 'PAIRING_ENDED' },
      phoneNumber: null,
      pairing: null,
    });
    await expect(privet.simulator.scan(stale)).rejects.toThrow();
    await privet.simulator.scan(await qrOf(privet, name));
    await privet.waitForState(name, 'OPEN');
  });
});

describe('the end of a link', () => {
  test('unlinking logs the device out on WhatsApp, and the instance can be paired again', async () => {
    const { name, phoneNumber } = await privet.link(freeName());
    const { unlinkInstance } = await askFor(privet, UnlinkInstanceDocument, { instance: name });
    expect(unlinkInstance).toMatchObject({ state: 'LOGGED_OUT', reason: { code: 'UNLINKED_BY_USER' } });
    expect(devices(privet, phoneNumber)).toBe(0);
    expect((await ask(privet, StartInstanceDocument, { instance: name })).errors).toMatchObject([
      { code: 'BAD_USER_INPUT' },
    ]);

    await privet.simulator.scan(await qrOf(privet, name), phoneNumber);
    await privet.waitForState(name, 'OPEN');
    expect(devices(privet, phoneNumber)).toBe(1);
  });

  test('deleting unlinks, and frees the name', async () => {
    const { name, phoneNumber } = await privet.link(freeName());
    const before = await see(privet, name);
    expect(await askFor(privet, DeleteInstanceDocument, { instance: name })).toEqual({ deleteInstance: { name } });
    expect(await see(privet, name)).toBeNull();
    expect(devices(privet, phoneNumber)).toBe(0);
    const { createInstance } = await askFor(privet, CreateInstanceDocument, { name });
    expect(createInstance?.instance).toMatchObject({ state: 'UNPAIRED', phoneNumber: null });
    expect(createInstance?.instance.id).not.toBe(before?.id);
  });

  test('deleting leaves nothing of a login, also where the device could not be logged out', async () => {
    const { name } = await privet.link(freeName());
    const id = (await see(privet, name))?.id.replace('Instance:', '') ?? '';
    await askFor(privet, StopInstanceDocument, { instance: name });
    await askFor(privet, DeleteInstanceDocument, { instance: name });
    for (const table of ['credentials', 'archives', 'signal_keys', 'tokens']) {
      expect(await behindTheBack(privet.dataDir, `select 1 from ${table} where instance_id = '${id}'`)).toEqual([]);
    }
  });

  test.each([
    ['device_removed', 'DEVICE_REMOVED'],
    ['stream:401', 'LOGGED_OUT'],
  ] as const)('%s ends in LOGGED_OUT, which is still known after a restart', async (how, code) => {
    const { name, phoneNumber } = await privet.link(freeName());
    await privet.simulator.disconnect(phoneNumber, how);
    expect((await privet.waitForState(name, 'LOGGED_OUT')).reason).toMatchObject({ code, retryAt: null });
    expect(privet.simulator.account(phoneNumber).connected).toBe(false);
    await privet.restart();
    expect(await see(privet, name)).toMatchObject({ state: 'LOGGED_OUT', reason: { code } });
  });

  test.each([402, 403, 406])('one that WhatsApp refused with %d is unlinked here, and linked anew', async (code) => {
    const { name, phoneNumber } = await privet.link(freeName());
    const { id } = (await see(privet, name)) ?? {};
    const fault = privet.simulator.addFault({ phoneNumber, do: 'failure', code });
    await privet.simulator.disconnect(phoneNumber, 'reset');
    expect((await privet.waitForState(name, 'BANNED')).reason?.retryAt === null).toBe(code !== 402);
    await privet.restart();
    const { unlinkInstance } = await askFor(privet, UnlinkInstanceDocument, { instance: name });
    expect(unlinkInstance).toMatchObject({ state: 'LOGGED_OUT', reason: { code: 'UNLINKED_HERE' } });
    await privet.restart();
    expect(await see(privet, name)).toMatchObject({ id, state: 'LOGGED_OUT', reason: { code: 'UNLINKED_HERE' } });

    fault[Symbol.dispose]();
    await privet.simulator.scan(await qrOf(privet, name), phoneNumber);
    await privet.waitForState(name, 'OPEN');
    expect((await see(privet, name))?.id).toBe(id);
  });

  test('what may come back is not unlinked without WhatsApp: the device would stay linked', async () => {
    const { name, phoneNumber } = await privet.link(freeName());
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
    expect(devices(privet, phoneNumber)).toBe(1);
  });

  test('one that was replaced leaves the other alone for a minute, and comes back when it is started', async () => {
    const { name, phoneNumber } = await privet.link(freeName());
    await privet.simulator.disconnect(phoneNumber, 'replaced');
    const { reason } = await privet.waitForState(name, 'REPLACED');
    expect(reason?.code).toBe('REPLACED');
    expect(Date.parse(reason?.retryAt ?? '')).toBeGreaterThan(Date.now() + 50_000);
    expect(privet.simulator.account(phoneNumber)).toMatchObject({ connected: false, linkedDevices: 1 });
    await askFor(privet, StartInstanceDocument, { instance: name });
    await privet.waitForState(name, 'OPEN');
    expect(devices(privet, phoneNumber)).toBe(1);
  });
});
