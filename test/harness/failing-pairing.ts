import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { startSimulator, type Simulator } from '../../simulator/simulator.ts';
import { CALL_MS, type Call } from '../../src/call.ts';
import { deadlineIn, systemClock, type Clock } from '../../src/clock.ts';
import { linkTo } from '../../src/wire/baileys/socket.ts';
import { Fleet } from '../../src/fleet/fleet.ts';
import type { InstanceView } from '../../src/instance/state.ts';
import { openStorage, type Storage } from '../../src/storage/storage.ts';
import type { SessionEvents } from '../../src/telemetry/events.ts';
import { installSqlFaults } from './sql-faults.ts';

const MOST = 100;
const WAIT_MS = 15_000;
const FINAL = ['OPEN', 'UNPAIRED', 'STOPPED', 'LOGGED_OUT'];

/** Pauses between connections take seconds, which forty runs need not. */
const SPEED = 4;
const quickClock: Clock = {
  now: () => systemClock.now() * SPEED,
  monotonic: () => systemClock.monotonic() * SPEED,
  after: (ms, callback) => systemClock.after(ms / SPEED, callback),
  sleep: (ms, signal) => systemClock.sleep(ms / SPEED, signal),
};

interface Rig {
  readonly fleet: Fleet;
  readonly storage: Storage;
  readonly simulator: Simulator;
  readonly reach: { readonly accountId: string };
}

async function waitFor(rig: Rig, name: string, states: readonly string[]): Promise<InstanceView> {
  for (const end = performance.now() + WAIT_MS; performance.now() < end; await delay(5)) {
    const view = await rig.fleet.directory.find(rig.reach, name);
    if (view && states.includes(view.state)) return view;
  }
  throw new Error(`${name} is ${JSON.stringify(await rig.fleet.directory.find(rig.reach, name))}`);
}

/** Each pairing has a statement that fails, every so many statements later than the one before. */
export const failWhilePairing = (every: number): void =>
  test('the n-th statement fails while the real link pairs and stores its keys: never linked on the phone without them', async () => {
    await using stack = new AsyncDisposableStack();
    const dataDir = mkdtempSync(join(tmpdir(), 'privet-test-'));
    stack.defer(() => rmSync(dataDir, { recursive: true, force: true }));
    const storage = stack.use(await openStorage({ dataDir }));
    const simulator = stack.use(await startSimulator());
    const { id: accountId } = await storage.accounts.create({ label: 'test' });
    const root = { publicKey: simulator.rootKey, serial: simulator.rootSerial };
    const fleet = stack.use(
      new Fleet({
        clock: quickClock,
        log: pino({ level: 'silent' }),
        telemetry: new Proxy({} as SessionEvents, { get: () => () => undefined }),
        storage,
        owner: { incarnation: 'this one', held: true },
        openLink: linkTo({ url: simulator.url, root }),
      }),
    );
    const failed: string[] = [];
    const faults = stack.use(installSqlFaults((statement) => failed.push(statement)));
    const rig = { fleet, storage, simulator, reach: { accountId } };
    let nth = 1;
    for (let run = 1; nth <= MOST; run += 1, nth += every) {
      const before = failed.length;
      await pairWithFault(rig, nth, () => faults.arm(nth, run % 2 === 0 ? 'before' : 'after'));
      faults.disarm();
      if (failed.length === before) break;
      await checkTruth(rig, nth);
    }
    // Pairing and the login behind it take about forty statements.
    expect(nth).toBeGreaterThan(30);
  }, 240_000);

const phoneOf = (nth: number): string => `49170${String(nth).padStart(7, '0')}`;

const newCall = (): Call => ({
  signal: new AbortController().signal,
  deadline: deadlineIn(systemClock, CALL_MS),
});

async function pairWithFault(rig: Rig, nth: number, arm: () => void): Promise<void> {
  const name = `n-${nth}`;
  await rig.fleet.lifecycle.create(rig.reach, name);
  rig.simulator.createAccount(phoneOf(nth));
  const { pairing } = await rig.fleet.lifecycle.pair(rig.reach, name, undefined, newCall());
  arm();
  // The phone waits in vain where the fault comes before its device is linked.
  const scanned = rig.simulator.scan(pairing?.qr ?? '', phoneOf(nth)).catch(() => undefined);
  await Promise.race([scanned, waitFor(rig, name, FINAL)]);
  await waitFor(rig, name, FINAL);
}

/** A device that the phone lists has its credentials and keys, and logs in with them. */
async function checkTruth(rig: Rig, nth: number): Promise<void> {
  const name = `n-${nth}`;
  const view = await rig.fleet.directory.find(rig.reach, name);
  const credentials = await rig.storage.credentials.load(view?.id ?? '');
  const isListed = rig.simulator.account(phoneOf(nth)).linkedDevices > 0;
  if (isListed) expect(credentials, `${name} is listed on the phone`).toBeDefined();
  if (credentials !== undefined && view?.state !== 'OPEN') {
    await rig.fleet.lifecycle.start(rig.reach, name, newCall());
    // Credentials that the phone never heard of are refused, which is a confirmed logout.
    await waitFor(rig, name, isListed ? ['OPEN'] : ['OPEN', 'LOGGED_OUT']);
  }
  if (credentials !== undefined && isListed) {
    const { snapshot } = await rig.fleet.privacy.read(rig.reach, name, newCall());
    expect(snapshot.categories.size).toBeGreaterThan(0);
  }
  await rig.fleet.lifecycle.stop(rig.reach, name, newCall());
}
