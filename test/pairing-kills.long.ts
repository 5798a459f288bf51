import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { startSimulator, type Simulator } from '../simulator/simulator.ts';
import {
  CreateInstanceDocument,
  InstanceDocument,
  PairInstanceDocument,
  PrivacyDocument,
  StartInstanceDocument,
  StopInstanceDocument,
} from './gql/graphql.ts';
import { askFor, type Caller } from './support/ask.ts';
import { KILL_STEPS, type KillStep } from './support/kill-steps.ts';
import { dataFolder, runService, simulatorEnv, type ServiceProcess } from './support/service-process.ts';

const KILLS = Number(process.env['KILLS'] ?? 14);
const LANES = 3;
const STEP_MS = 20_000;
const OPEN_MS = 30_000;
const TOKEN = 'pairing-kills-account-token-0123456789';
const PRELOAD = new URL('support/kill-at.ts', import.meta.url).pathname;

interface Pairing {
  readonly name: string;
  readonly phoneNumber: string;
  readonly by: 'qr' | 'code';
}

const linkedDevices = (simulator: Simulator, { phoneNumber }: Pairing): number =>
  simulator.account(phoneNumber).linkedDevices;

/** Waits for a state that lasts. On the way there nothing may ask for a QR. */
async function settle(caller: Caller, name: string): Promise<{ state: string; reason: string | undefined }> {
  for (const end = Date.now() + OPEN_MS; Date.now() < end; await delay(20)) {
    const { instance } = await askFor(caller, InstanceDocument, { name });
    const state = instance?.state ?? 'gone';
    if (!['CONNECTING', 'RECONNECTING'].includes(state)) return { state, reason: instance?.reason?.code };
  }
  throw new Error(`${name} is still connecting`);
}

/** Shows a QR or a code, arms the kill, and lets the phone take it. */
async function pairUntilKilled(
  simulator: Simulator,
  service: ServiceProcess,
  { name, phoneNumber, by }: Pairing,
): Promise<void> {
  const caller = { url: service.url, token: TOKEN };
  await askFor(caller, CreateInstanceDocument, { name });
  const variables = { instance: name, ...(by === 'code' ? { phoneNumber } : {}) };
  const { pairInstance } = await askFor(caller, PairInstanceDocument, variables);
  const { qr, code } = pairInstance?.pairing ?? {};
  process.kill(service.pid, 'SIGUSR2');
  await expect.poll(() => service.stderr(), { timeout: STEP_MS, interval: 5 }).toContain('armed');
  const taken = by === 'qr' ? simulator.scan(qr ?? '', phoneNumber) : simulator.enterCode(phoneNumber, code ?? '');
  // Where the kill comes first, the phone hears nothing.
  taken.catch(() => undefined);
  const late = new AbortController();
  const expired = delay(STEP_MS, 'not killed', { signal: late.signal }).catch(() => 'over');
  expect(await Promise.race([service.ended, expired])).toBe('SIGKILL');
  late.abort();
  // What was written before the kill still arrives.
  await taken.catch(() => undefined);
}

async function expectKept(simulator: Simulator, caller: Caller, pairing: Pairing): Promise<boolean> {
  const linked = linkedDevices(simulator, pairing) > 0;
  const { state, reason } = await settle(caller, pairing.name);
  // Stored but never acknowledged: WhatsApp does not know the device, and says so.
  if (!linked)
    expect(['UNPAIRED because of PAIRING_ENDED', 'LOGGED_OUT because of LOGGED_OUT']).toContain(
      `${state} because of ${reason}`,
    );
  else {
    expect({ ...pairing, state }).toEqual({ ...pairing, state: 'OPEN' });
    const { privacy } = await askFor(caller, PrivacyDocument, { instance: pairing.name });
    expect(privacy?.visibility.lastSeen).toBe('ALL');
    expect(linkedDevices(simulator, pairing)).toBe(1);
  }
  return linked;
}

/** Kills a service at this step again and again; each start has to make good what the one before was at. */
async function killAt(simulator: Simulator, step: KillStep, lane: number, cache: string): Promise<void> {
  const env = {
    ...simulatorEnv(simulator),
    PRIVET_DATA: dataFolder(),
    PRIVET_ACCOUNT_TOKEN: TOKEN,
    NODE_OPTIONS: `--import=${PRELOAD}`,
    NODE_COMPILE_CACHE: cache,
    KILL_AT: step,
  };
  const preKeys = step.startsWith('pre-keys') ? 0 : 30;
  const pairings: Pairing[] = [];
  for (let kill = 0; kill <= KILLS; kill += 1) {
    const service = await runService(env);
    const caller = { url: service.url, token: TOKEN };
    const last = pairings.at(-1);
    if (last) {
      const linked = await expectKept(simulator, caller, last);
      expect({ step, linked }).toEqual({ step, ...KILL_STEPS[step] });
      // Those that are proven rest until the end, so that a start has one login to make.
      if (linked) await askFor(caller, StopInstanceDocument, { instance: last.name });
    }
    if (kill === KILLS) {
      const { linked } = KILL_STEPS[step];
      for (const { name } of linked ? pairings : []) await askFor(caller, StartInstanceDocument, { instance: name });
      for (const pairing of pairings) await expectKept(simulator, caller, pairing);
      expect(await service.kill('SIGTERM')).toBe(0);
      break;
    }
    const number = String(lane * 1_000 + kill).padStart(7, '0');
    const next = {
      name: `pairing-${kill}`,
      phoneNumber: `49172${number}`,
      by: kill % 2 === 0 ? 'qr' : 'code',
    } as const;
    simulator.createAccount(next.phoneNumber, { preKeys });
    pairings.push(next);
    await pairUntilKilled(simulator, service, next);
  }
}

const steps = Object.keys(KILL_STEPS) as KillStep[];

test(`${KILLS} kills at each of ${steps.length} steps of a pairing: never linked without keys, never a QR twice`, async () => {
  const simulator = await startSimulator();
  onTestFinished(() => simulator[Symbol.asyncDispose]());
  const cache = mkdtempSync(join(tmpdir(), 'privet-test-cache-'));
  onTestFinished(() => rmSync(cache, { recursive: true, force: true }));
  // Most of a start is compiling. A process writes the cache when it ends in good order, so one does that first.
  const first = await runService({ ...simulatorEnv(simulator), PRIVET_DATA: dataFolder(), NODE_COMPILE_CACHE: cache });
  expect(await first.kill('SIGTERM')).toBe(0);
  const left = [...steps.entries()];
  const lane = async (): Promise<void> => {
    for (let next = left.shift(); next; next = left.shift()) await killAt(simulator, next[1], next[0], cache);
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}, 600_000);
