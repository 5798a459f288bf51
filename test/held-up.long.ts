import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { startSimulator } from '../simulator/simulator.ts';
import { startCrowd, untilOpen } from './support/crowd.ts';

const INSTANCES = 50;
const HELD_UP_MS = 25_000;

test('a process that stands still for 25 s has all its links afterwards', async () => {
  const simulator = await startSimulator();
  onTestFinished(() => simulator[Symbol.asyncDispose]());
  const { service, caller, members } = await startCrowd(simulator, { members: INSTANCES });
  const logins = (): number => members.flatMap(({ phoneNumber }) => simulator.account(phoneNumber).logins).length;
  const before = logins();
  for (let round = 0; round < 2; round += 1) {
    process.kill(service.pid, 'SIGSTOP');
    await delay(HELD_UP_MS);
    process.kill(service.pid, 'SIGCONT');
    await delay(HELD_UP_MS);
  }
  await untilOpen(caller, INSTANCES, 5_000);
  process.stdout.write(`held up: ${JSON.stringify({ links: INSTANCES, lost: logins() - before })}\n`);
  expect(logins() - before).toBe(0);
  expect(await service.kill('SIGTERM')).toBe(0);
}, 180_000);
