import { afterAll, beforeAll, expect, test } from 'vitest';
import { startSimulator, type Fault, type Simulator } from '../simulator/simulator.ts';
import { endedWithin, openedLink, openTestLink, textOf } from './support/links.ts';
import { scaledClock } from './support/scaled-clock.ts';

/** CONNECTING is left within this time, whatever the server leaves undone. */
const CONNECTING_MS = 30_000;
/** A link on which nothing comes any more is noticed within this time. */
const HALF_OPEN_MS = 45_000;
const FACTOR = 5;
/** What the machine may take by itself, in real time. */
const OVERHEAD_MS = 1_000;

const [PHONE, DEAF] = ['491510000088', '491510000089'] as const;
const ENCRYPT = { xmlns: 'encrypt' };

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator();
});
afterAll(() => simulator[Symbol.asyncDispose]());

/** Opens a link at quick time, and sees that it is given up in that time by what watches over this phase. */
async function expectGivenUp(phoneNumber: string, phase: 'hello' | 'login'): Promise<void> {
  const clock = scaledClock(FACTOR);
  const credentials = textOf(simulator.linkDevice(phoneNumber));
  const from = clock.monotonic();
  const { link } = openTestLink(simulator, credentials, { clock });
  const ended = endedWithin(link, CONNECTING_MS / FACTOR + OVERHEAD_MS);
  await expect(ended).resolves.toMatchObject({ kind: 'watchdog', phase });
  expect(clock.monotonic() - from).toBeLessThan(CONNECTING_MS + FACTOR * OVERHEAD_MS);
}

test('an attempt is given up in time where the upgrade or the hello does not come', async () => {
  const attempts: Promise<void>[] = [];
  for (const [fault, phoneNumber] of [
    ['no-upgrade', '491510000086'],
    ['no-hello', '491510000087'],
  ] as const) {
    // Such a connection is nobody's yet: the next one has the fault.
    const next = simulator.addFault({ do: fault, times: 1 });
    attempts.push(expectGivenUp(phoneNumber, 'hello'));
    await expect.poll(() => next.hits).toBe(1);
  }
  await Promise.all(attempts);
});

test.concurrent.each<[string, string, Fault]>([
  ['a login that is neither accepted nor refused', '491510000081', { do: 'no-success' }],
  ['the count of keys', '491510000082', { match: { ...ENCRYPT, type: 'get' }, do: 'silence' }],
  ['the upload of keys', '491510000083', { match: { ...ENCRYPT, type: 'set' }, do: 'silence' }],
  ['the end of passiveness', '491510000084', { match: { xmlns: 'passive' }, do: 'silence' }],
  ['anything at all', '491510000085', { match: {}, do: 'silence' }],
])('an attempt is given up in time when the server leaves unanswered: %s', async (_what, phoneNumber, fault) => {
  using _fault = simulator.addFault({ ...fault, phoneNumber });
  await expectGivenUp(phoneNumber, 'login');
});

test.concurrent('a login goes on by itself where only the first question stays unanswered', async () => {
  const credentials = textOf(simulator.linkDevice(PHONE));
  using _fault = simulator.addFault({
    phoneNumber: PHONE,
    match: { ...ENCRYPT, type: 'get' },
    do: 'silence',
    times: 1,
  });
  const { link } = await openedLink(simulator, credentials);
  expect(link.phase).toBe('open');
  link.end({ kind: 'stopped' });
  await link.ended;
});

test.concurrent('a link that is half open is given up by its silence', async () => {
  const clock = scaledClock(FACTOR);
  simulator.createAccount(DEAF, { preKeys: 30 });
  const { link } = await openedLink(simulator, textOf(simulator.linkDevice(DEAF)), { clock });
  using _fault = simulator.addFault({ phoneNumber: DEAF, match: {}, do: 'silence' });
  const from = clock.monotonic();
  await expect(endedWithin(link, HALF_OPEN_MS / FACTOR + OVERHEAD_MS)).resolves.toMatchObject({ kind: 'silent' });
  process.stdout.write(`a half-open link was noticed after ${Math.round(clock.monotonic() - from)} ms\n`);
});

test.each([200, 302, 401, 403, 404, 405, 429, 500, 502, 503])(
  'an attempt whose upgrade is refused with %d ends with that',
  async (code) => {
    using _fault = simulator.addFault({ do: 'refuse-upgrade', code });
    const { link } = openTestLink(simulator, textOf(simulator.linkDevice(PHONE)));
    await expect(endedWithin(link, CONNECTING_MS)).resolves.toMatchObject({ kind: 'upgrade_refused', status: code });
  },
);
