import { afterAll, beforeAll, expect, test } from 'vitest';
import { startSimulator, type Fault, type Simulator } from '../simulator/simulator.ts';
import type { CloseEvidence } from '../src/wire/link.ts';
import { endedWithin, openedLink, openTestLink, textOf } from './support/links.ts';
import { scaledClock } from './support/scaled-clock.ts';

/** CONNECTING is left within this time, whatever the server leaves undone. */
const CONNECTING_MS = 30_000;
/** A link on which nothing comes any more is noticed within this time. */
const HALF_OPEN_MS = 45_000;
const FACTOR = 50;
const PING_FACTOR = 10;

const [PHONE, DEAF] = ['491510000088', '491510000089'] as const;
const ENCRYPT = { xmlns: 'encrypt' };

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator();
});
afterAll(() => simulator[Symbol.asyncDispose]());

const hello: Partial<CloseEvidence> = { kind: 'watchdog', phase: 'hello' };
const login: Partial<CloseEvidence> = { kind: 'watchdog', phase: 'login' };

test.each<[string, Fault, Partial<CloseEvidence>]>([
  ['an upgrade that is not answered', { do: 'no-upgrade' }, hello],
  ['a hello that is not answered', { do: 'no-hello' }, hello],
  ['a login that is neither accepted nor refused', { do: 'no-success' }, login],
  ['the count of keys', { match: { ...ENCRYPT, type: 'get' }, do: 'silence' }, login],
  ['the upload of keys', { match: { ...ENCRYPT, type: 'set' }, do: 'silence' }, login],
  ['the end of passiveness', { match: { xmlns: 'passive' }, do: 'silence' }, login],
  ['anything at all', { match: {}, do: 'silence' }, login],
  ...[200, 302, 401, 403, 404, 405, 429, 500, 502, 503].map((code): [string, Fault, Partial<CloseEvidence>] => [
    `an upgrade, but refused with ${code}`,
    { do: 'refuse-upgrade', code },
    { kind: 'upgrade_refused', status: code },
  ]),
])('an attempt is given up in time when the server leaves unanswered: %s', async (_name, fault, evidence) => {
  const clock = scaledClock(FACTOR);
  const credentials = textOf(simulator.linkDevice(PHONE));
  using _fault = simulator.addFault(fault);
  const from = clock.monotonic();
  const { link } = openTestLink(simulator, credentials, { clock });
  await expect(endedWithin(link, CONNECTING_MS / FACTOR + 500)).resolves.toMatchObject(evidence);
  // What the machine takes by itself goes by as fast.
  expect(clock.monotonic() - from).toBeLessThan(CONNECTING_MS + 0.2 * FACTOR * 1000);
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
  const clock = scaledClock(PING_FACTOR);
  simulator.createAccount(DEAF, { preKeys: 30 });
  const { link } = await openedLink(simulator, textOf(simulator.linkDevice(DEAF)), { clock });
  using _fault = simulator.addFault({ phoneNumber: DEAF, match: {}, do: 'silence' });
  const from = clock.monotonic();
  await expect(endedWithin(link, HALF_OPEN_MS / PING_FACTOR + 500)).resolves.toMatchObject({ kind: 'silent' });
  process.stdout.write(`a half-open link was noticed after ${Math.round(clock.monotonic() - from)} ms\n`);
});
