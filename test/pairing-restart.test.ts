import { setTimeout as delay } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import {
  CreateInstanceDocument,
  InstanceChangesDocument,
  PairInstanceDocument,
  PrivacyDocument,
} from './gql/graphql.ts';
import { askFor } from './support/ask.ts';
import { openEventStream } from './support/event-stream.ts';
import { sharedPrivet } from './support/shared-privet.ts';

const PHONE = '4915200500001';

const privet = await sharedPrivet();

test('a linked device that WhatsApp does not tell to come back comes back by itself, and never shows a QR again', async () => {
  // Baileys shows the next QR after 60 s, which is too long for a test.
  const real = globalThis.setTimeout;
  let showNext: (() => void) | undefined;
  vi.spyOn(globalThis, 'setTimeout').mockImplementation((run: () => void, ms?: number) => {
    if (run.name === 'genPairQR') showNext = run;
    return real(run, ms);
  });
  const name = 'no-restart';
  await askFor(privet, CreateInstanceDocument, { name });
  const { pairInstance } = await askFor(privet, PairInstanceDocument, { instance: name });
  vi.restoreAllMocks();
  const stream = await openEventStream(privet, InstanceChangesDocument, { name });
  const fault = privet.simulator.addFault({ do: 'no-restart', phoneNumber: PHONE });
  // Resolves once the device has signed.
  await privet.simulator.scan(pairInstance?.pairing?.qr ?? '', PHONE);
  expect(fault.hits).toBe(1);
  await stream.until(({ instance }) => instance?.state === 'CONNECTING');
  showNext?.();
  const seen: unknown[] = [];
  await stream.until(({ instance }) => {
    const { state, phoneNumber, pairing } = instance ?? {};
    seen.push({ state, phoneNumber, pairing });
    return state === 'OPEN' || state === 'PAIRING';
  });
  const linked = { phoneNumber: PHONE, pairing: null };
  expect(seen).toEqual([
    { state: 'RECONNECTING', ...linked },
    { state: 'CONNECTING', ...linked },
    { state: 'OPEN', ...linked },
  ]);
  expect(privet.simulator.account(PHONE)).toMatchObject({ linkedDevices: 1, connected: true });
  const { privacy } = await askFor(privet, PrivacyDocument, { instance: name });
  expect(privacy?.visibility.lastSeen).toBe('ALL');
  // The link that paired is gone.
  for (const end = Date.now() + 5_000; privet.simulator.sockets > 1 && Date.now() < end;) await delay(10);
  expect(privet.simulator.sockets).toBe(1);
}, 60_000);
