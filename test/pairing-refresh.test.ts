import { expect, test, vi } from 'vitest';
import {
  CreateInstanceDocument,
  InstanceChangesDocument,
  InstanceDocument,
  PairInstanceDocument,
} from './gql/graphql.ts';
import { askFor } from './support/ask.ts';
import { openEventStream } from './support/event-stream.ts';
import { sharedPrivet } from './support/shared-privet.ts';

let count = 0;

const privet = await sharedPrivet();

const refOf = (qr: string): string | undefined => qr.split(',')[0];
const secretOf = (qr: string): string | undefined => qr.split(',')[3];

async function showQr() {
  const name = `refresh-${++count}`;
  await askFor(privet, CreateInstanceDocument, { name });
  const stream = await openEventStream(privet, InstanceChangesDocument, { name });
  const { pairInstance } = await askFor(privet, PairInstanceDocument, { instance: name });
  const first = pairInstance?.pairing;
  if (!first?.qr) throw new Error('no QR is shown');
  /** The first QR to be shown that fits. */
  const nextQr = async (fits: (qr: string) => boolean) => {
    const { instance } = await stream.until(({ instance: each }) => !!each?.pairing?.qr && fits(each.pairing.qr));
    return { qr: instance?.pairing?.qr ?? '', expiresAt: instance?.pairing?.expiresAt };
  };
  return { name, qr: first.qr, expiresAt: first.expiresAt, nextQr };
}

test.each(['companion_reg_refresh', 'pair-device-rotate-qr'])(
  'when WhatsApp retires the secret by %s, another QR is shown at once, and it alone links',
  async (child) => {
    const { name, qr, expiresAt, nextQr } = await showQr();
    // Resolves only once it is acknowledged.
    await privet.simulator.notifyCompanion(qr, { type: 'companion_reg_refresh', child });
    const redrawn = await nextQr((each) => each !== qr);
    expect(refOf(redrawn.qr)).toBe(refOf(qr));
    expect(secretOf(redrawn.qr)).not.toBe(secretOf(qr));
    expect(redrawn.expiresAt).toBe(expiresAt);
    expect((await askFor(privet, InstanceDocument, { name })).instance?.pairing?.qr).toBe(redrawn.qr);

    await expect(privet.simulator.scan(qr)).rejects.toMatchObject({ status: 410 });
    const phoneNumber = await privet.simulator.scan(redrawn.qr);
    await privet.waitForState(name, 'OPEN');
    expect(privet.simulator.account(phoneNumber).linkedDevices).toBe(1);
  },
);

test('the QRs that come after a retired one have the new secret too', async () => {
  // Baileys shows the next QR after 60 s, which is too long for a test.
  const real = globalThis.setTimeout;
  let showNext: (() => void) | undefined;
  vi.spyOn(globalThis, 'setTimeout').mockImplementation((run: () => void, ms?: number) => {
    if (run.name === 'genPairQR') showNext = run;
    return real(run, ms);
  });
  const { name, qr, nextQr } = await showQr();
  await privet.simulator.notifyCompanion(qr, { type: 'companion_reg_refresh', child: 'companion_reg_refresh' });
  const redrawn = await nextQr((each) => each !== qr);
  showNext?.();
  const next = await nextQr((each) => refOf(each) !== refOf(qr));
  expect(secretOf(next.qr)).toBe(secretOf(redrawn.qr));
  await privet.simulator.scan(next.qr);
  await privet.waitForState(name, 'OPEN');
});

test('another notification is acknowledged while a QR is shown, which stays', async () => {
  const { name, qr } = await showQr();
  await privet.simulator.notifyCompanion(qr, { type: 'server', child: 'news' });
  expect((await askFor(privet, InstanceDocument, { name })).instance?.pairing?.qr).toBe(qr);
  await privet.simulator.scan(qr);
  await privet.waitForState(name, 'OPEN');
});

test('a pairing by code goes on after a refresh', async () => {
  const name = `refresh-${++count}`;
  const phoneNumber = '4915200099001';
  await askFor(privet, CreateInstanceDocument, { name });
  const { pairInstance } = await askFor(privet, PairInstanceDocument, { instance: name, phoneNumber });
  const code = pairInstance?.pairing?.code ?? '';
  await privet.simulator.notifyCompanion(phoneNumber, {
    type: 'companion_reg_refresh',
    child: 'pair-device-rotate-qr',
  });
  expect((await askFor(privet, InstanceDocument, { name })).instance?.pairing).toMatchObject({ code, qr: null });
  await privet.simulator.enterCode(phoneNumber, code);
  await privet.waitForState(name, 'OPEN');
});
