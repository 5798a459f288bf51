import { fork } from 'node:child_process';
import { on, once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { startSimulator } from '../simulator/simulator.ts';
import { storeMembers } from './support/crowd.ts';
import type { Holdings } from './support/reconnecting-service.ts';
import { dataFolder, simulatorEnv } from './support/service-process.ts';

const RECONNECTS = Number(process.env['RECONNECTS'] ?? 1_000);
const WARM_UP = 100;
const HEAP_BYTES_EACH = 5 * 1024;
/** Baileys keeps the deadline of a query that its link did not answer, 10 s at most. */
const SETTLE_MS = 12_000;
const STEP_MS = 15_000;

test(`${RECONNECTS} reconnects of one instance leave less than ${HEAP_BYTES_EACH} bytes each, and no timer`, async () => {
  const simulator = await startSimulator();
  onTestFinished(() => simulator[Symbol.asyncDispose]());
  const dataDir = dataFolder();
  const [member] = await storeMembers(dataDir, simulator, [{ name: 'one', phoneNumber: '491760000001' }]);
  if (!member) throw new Error('nobody was stored');

  const child = fork(new URL('support/reconnecting-service.ts', import.meta.url), {
    execArgv: ['--expose-gc'],
    env: { ...process.env, ...simulatorEnv(simulator), PRIVET_DATA: dataDir, PORT: '0', LOG_LEVEL: 'info' },
  });
  onTestFinished(async () => {
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  });
  const messages = on(child, 'message')[Symbol.asyncIterator]();
  const told = async (): Promise<unknown> => {
    const late = new AbortController();
    const expired = delay(STEP_MS, undefined, { signal: late.signal }).then(() => Promise.reject(new Error('no word')));
    try {
      const { value } = await Promise.race([messages.next(), expired]);
      return (value as readonly unknown[])[0];
    } finally {
      late.abort();
      expired.catch(() => undefined);
    }
  };
  const holdings = async (): Promise<Holdings> => {
    await delay(SETTLE_MS);
    child.send('what do you hold?');
    return (await told()) as Holdings;
  };
  const reconnect = async (times: number): Promise<void> => {
    for (let count = 0; count < times; count += 1) {
      await simulator.disconnect(member.phoneNumber, count % 2 === 0 ? 'close' : 'stream:503');
      expect(await told()).toBe('open');
    }
  };

  const first = [await told(), await told()];
  expect(new Set(first)).toEqual(new Set(['open', 'ready']));
  await reconnect(WARM_UP);
  const before = await holdings();
  await reconnect(RECONNECTS);
  const after = await holdings();

  const bytesEach = Math.round((after.heapBytes - before.heapBytes) / RECONNECTS);
  const figures = { reconnects: RECONNECTS, bytesEach, before: before.resources, after: after.resources };
  process.stdout.write(`survival of reconnects: ${JSON.stringify(figures)}\n`);
  expect(simulator.account(member.phoneNumber).logins).toHaveLength(1 + WARM_UP + RECONNECTS);
  expect(bytesEach).toBeLessThan(HEAP_BYTES_EACH);
  // Also a single former one is too many where a thousand instances keep one each.
  expect(after.sockets).toBe(1);
  expect(after.resources).toEqual(before.resources);
}, 240_000);
