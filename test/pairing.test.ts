import { describe, expect, test, vi } from 'vitest';
import { InstanceChangesDocument, PairInstanceDocument, StopInstanceDocument } from './gql/graphql.ts';
import { ask, askFor } from './support/ask.ts';
import { openEventStream } from './support/event-stream.ts';
import { create, devices, freeName, freePhone, qrOf, see } from './support/life.ts';
import { sharedPrivet } from './support/shared-privet.ts';
import { oneNodeOnly } from './support/postgres.ts';

const privet = await sharedPrivet();

describe('pairing', () => {
  test('by QR', async () => {
    const name = await create(privet);
    const phoneNumber = await privet.simulator.scan(await qrOf(privet, name));
    await privet.waitForState(name, 'OPEN');
    expect(await see(privet, name)).toMatchObject({ phoneNumber, pairing: null, reason: null });
    expect(devices(privet, phoneNumber)).toBe(1);
  });

  test('by code', async () => {
    const name = await create(privet);
    const phoneNumber = freePhone();
    const { pairInstance } = await askFor(privet, PairInstanceDocument, { instance: name, phoneNumber });
    expect(pairInstance).toMatchObject({ state: 'PAIRING', pairing: { qr: null } });
    const code = pairInstance?.pairing?.code ?? '';
    expect(code).toMatch(/^[0-9A-Z]{8}$/);
    await privet.simulator.enterCode(phoneNumber, code);
    await privet.waitForState(name, 'OPEN');
    expect(await see(privet, name)).toMatchObject({ phoneNumber });
  });

  test('a wrong code links nothing; a new one is had by asking again', async () => {
    const instance = await create(privet);
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
    const name = await create(privet);
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

  test('each QR gives way to the next; after the last one the instance says that the time is over', async () => {
    // Baileys lets the first QR live for 60 s and each other for 20 s, which is too long for a test.
    const real = globalThis.setTimeout;
    vi.spyOn(globalThis, 'setTimeout').mockImplementation((run: () => void, ms?: number) =>
      real(run, ms === 60_000 || ms === 20_000 ? 150 : ms),
    );
    const name = await create(privet);
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

    await privet.simulator.scan(await qrOf(privet, name));
    await privet.waitForState(name, 'OPEN');
  });

  oneNodeOnly('the others go on with it')('who waits for a QR has an answer before the service ends', async () => {
    const instance = await create(privet);
    using _fault = privet.simulator.addFault({ do: 'no-hello' });
    const waiting = ask(privet, PairInstanceDocument, { instance });
    await vi.waitFor(async () => expect((await see(privet, instance))?.state).toBe('PAIRING'), { timeout: 10_000 });
    const restarted = privet.restart();
    const { data } = await waiting;
    await restarted;
    expect(data?.pairInstance).toMatchObject({ state: 'UNPAIRED', reason: { code: 'PAIRING_ENDED' } });
  });

  test('a pairing that is stopped, or begun anew, while it waits for a QR is over in the right state', async () => {
    const instance = await create(privet);
    const fault = privet.simulator.addFault({ do: 'no-hello' });
    const first = ask(privet, PairInstanceDocument, { instance });
    await vi.waitFor(async () => expect((await see(privet, instance))?.state).toBe('PAIRING'), { timeout: 10_000 });
    const { stopInstance } = await askFor(privet, StopInstanceDocument, { instance });
    expect(stopInstance).toMatchObject({ state: 'UNPAIRED', reason: { code: 'STOPPED_BY_USER' } });
    expect((await first).data?.pairInstance?.state).toBe('UNPAIRED');

    const second = ask(privet, PairInstanceDocument, { instance });
    await vi.waitFor(async () => expect((await see(privet, instance))?.state).toBe('PAIRING'), { timeout: 10_000 });
    fault[Symbol.dispose]();
    const { pairInstance } = await askFor(privet, PairInstanceDocument, { instance });
    expect(pairInstance).toMatchObject({ state: 'PAIRING', pairing: { qr: expect.any(String) as string } });
    expect((await second).errors).toEqual([]);
    expect((await see(privet, instance))?.state).toBe('PAIRING');
  });

  test('what is linked is not paired anew', async () => {
    const { name, phoneNumber } = await privet.link(freeName());
    expect((await ask(privet, PairInstanceDocument, { instance: name })).errors).toMatchObject([
      { code: 'BAD_USER_INPUT', message: expect.stringContaining('linked already') as string },
    ]);
    expect(devices(privet, phoneNumber)).toBe(1);
    expect((await see(privet, name))?.state).toBe('OPEN');
  });
});
