import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { startSimulator } from '../simulator/simulator.ts';
import { PrivacyDocument } from './gql/graphql.ts';
import { askFor } from './support/ask.ts';
import { startCrowd, untilOpen } from './support/crowd.ts';

const INSTANCES = Number(process.env['INSTANCES'] ?? 1_000);
const LOGINS_A_SECOND = 20;
/** So long the server may be held up itself, and then take in together what came in order. */
const HELD_UP_S = 0.5;
const BACK_MS = 120_000;
const SAMPLE_MS = 250;

/** Resident memory of a process, in bytes. */
async function rssOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
}

/** The most of these times that fall into any window of this length. */
function mostWithin(times: readonly number[], windowMs: number): number {
  let [most, first] = [0, 0];
  for (const [last, time] of times.entries()) {
    while (time - (times[first] ?? time) >= windowMs) first += 1;
    most = Math.max(most, last - first + 1);
  }
  return most;
}

test(`the sockets of ${INSTANCES} instances drop at once, and all come back in order`, async () => {
  const simulator = await startSimulator();
  onTestFinished(() => simulator[Symbol.asyncDispose]());
  const { service, caller, members } = await startCrowd(simulator, { members: INSTANCES, openMs: 2 * BACK_MS });
  const times = (from: number): number[] =>
    members
      .flatMap(({ phoneNumber }) => simulator.account(phoneNumber).logins.filter((at) => at >= from))
      .sort((a, b) => a - b);
  const before = await rssOf(service.pid);

  const dropped = Date.now();
  await Promise.all(members.map(({ phoneNumber }) => simulator.disconnect(phoneNumber, 'reset')));
  const seen = { over: false, rss: 0 };
  const watching = (async () => {
    for (; !seen.over; await delay(SAMPLE_MS)) seen.rss = Math.max(seen.rss, await rssOf(service.pid));
  })();
  const backMs = await untilOpen(caller, INSTANCES, BACK_MS);
  seen.over = true;
  await watching;

  const logins = times(dropped);
  const figures = {
    instances: INSTANCES,
    backMs: Math.round(backMs),
    logins: logins.length,
    mostASecond: mostWithin(logins, 1_000),
    mostInTenSeconds: mostWithin(logins, 10_000),
    rssBeforeMb: Math.round(before / 2 ** 20),
    rssMostMb: Math.round(seen.rss / 2 ** 20),
  };
  process.stdout.write(`survival: ${JSON.stringify(figures)}\n`);
  expect(logins).toHaveLength(INSTANCES);
  expect(figures.mostASecond).toBeLessThanOrEqual((1 + HELD_UP_S) * LOGINS_A_SECOND);
  expect(figures.mostInTenSeconds).toBeLessThanOrEqual((10 + HELD_UP_S) * LOGINS_A_SECOND);
  expect(seen.rss).toBeLessThan(1.3 * before);
  const first = members.at(0)?.name ?? '';
  expect((await askFor(caller, PrivacyDocument, { instance: first })).privacy?.visibility.lastSeen).toBe('ALL');
  expect(await service.kill('SIGTERM')).toBe(0);
}, 400_000);
