import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { startSimulator, type HostileFrame, type Simulator } from '../simulator/simulator.ts';
import { InstanceDocument, PrivacyDocument, StartInstanceDocument, type InstanceQuery } from './gql/graphql.ts';
import { ask, askFor, type Caller } from './support/ask.ts';
import { startCrowd, type Crowd, type Member } from './support/crowd.ts';
import { fuzzedFrames } from './support/fuzz.ts';
import { hostileFrames } from './support/hostile-frames.ts';

/** So long after its link ended an instance is OPEN again. */
const BACK_MS = 10_000;
/** A link that swallows everything is noticed by its silence. */
const DEAF_MS = 45_000;
const FUZZED = Number(process.env['FUZZ_FRAMES'] ?? 10_000);
const VICTIMS = 30;
const BATCH = 24;
const seed = Number(process.env['FUZZ_SEED'] ?? Math.floor(Math.random() * 2 ** 31));

const logins = (simulator: Simulator, { phoneNumber }: Member): number => simulator.account(phoneNumber).logins.length;

/** As its user does who knows that all is well again. */
async function skipPause(user: Caller, instance: InstanceQuery['instance']): Promise<void> {
  if (!instance?.reason?.retryAt) return;
  await askFor(user, StartInstanceDocument, { instance: instance.name });
}

/**
 * Waits until a fresh read succeeds; the instance may be on its way back, but in no other state. With `skipsPauses` its user
 * waits for none of them.
 */
async function backWithin(
  user: Caller,
  { name, token }: Member,
  ms: number,
  what: string,
  { skipsPauses } = { skipsPauses: false },
): Promise<number> {
  const caller = { url: user.url, token };
  const from = performance.now();
  let last: unknown;
  while (performance.now() - from < ms) {
    const { instance } = await askFor(caller, InstanceDocument, { name });
    expect(['OPEN', 'CONNECTING', 'RECONNECTING'], what).toContain(instance?.state);
    const { errors } = await ask(caller, PrivacyDocument, { instance: name });
    if (errors.length === 0) return performance.now() - from;
    last = { state: instance?.state, reason: instance?.reason, errors };
    if (skipsPauses) await skipPause(user, instance);
    await delay(50);
  }
  throw new Error(`${what}: not back within ${ms} ms, but ${JSON.stringify(last)}`);
}

/** The process goes on, nothing went unhandled, and nobody else noticed. */
function expectCalm({ service, neighbours }: Crowd): void {
  const log = service.stderr();
  expect(log.split('\n').filter((line) => line.includes('by nobody'))).toEqual([]);
  expect(neighbours.errors).toEqual([]);
  expect(neighbours.calls).toBeGreaterThan(10);
}

async function startTest(count: number): Promise<{ simulator: Simulator; crowd: Crowd }> {
  const simulator = await startSimulator();
  onTestFinished(() => simulator[Symbol.asyncDispose]());
  return { simulator, crowd: await startCrowd(simulator, { members: count, neighbours: 3 }) };
}

test('hostile frames end the link that they came on at worst, and its instance comes back', async () => {
  const kinds = Object.keys(hostileFrames(''));
  expect(kinds.length).toBeGreaterThanOrEqual(29);
  const { simulator, crowd } = await startTest(kinds.length);
  const met = { kinds: kinds.length, ended: 0, slowestMs: 0 };
  await Promise.all(
    kinds.map(async (kind, index) => {
      const victim = crowd.members[index];
      if (!victim) throw new Error('too few members');
      const { phoneNumber } = victim;
      const before = logins(simulator, victim);
      const frames = hostileFrames(`${phoneNumber}@s.whatsapp.net`)[kind] ?? [];
      expect(simulator.sendFrames(phoneNumber, frames)).toBe(1);
      await delay(200);
      const deaf = kind === 'a length that nothing follows';
      const tookMs = await backWithin(crowd.caller, victim, deaf ? DEAF_MS : BACK_MS, kind);
      expect(simulator.account(phoneNumber).linkedDevices).toBe(1);
      if (!deaf) met.slowestMs = Math.max(met.slowestMs, Math.round(tookMs));
      if (logins(simulator, victim) > before) met.ended += 1;
    }),
  );
  await crowd.neighbours.stop();
  expectCalm(crowd);
  process.stdout.write(`hostile frames: ${JSON.stringify(met)}\n`);
  expect(await crowd.service.kill('SIGTERM')).toBe(0);
}, 120_000);

test(`${FUZZED} fuzzed frames (FUZZ_SEED=${seed})`, async () => {
  const { simulator, crowd } = await startTest(VICTIMS);
  const met = { delivered: 0, ended: 0, unforeseen: 0 };

  const send = (victim: Member, frames: readonly HostileFrame[]): void => {
    expect(simulator.sendFrames(victim.phoneNumber, frames)).toBe(1);
  };
  const torment = async (victim: Member, index: number): Promise<void> => {
    const what = `${victim.name} (FUZZ_SEED=${seed})`;
    const back = () => backWithin(crowd.caller, victim, BACK_MS, what, { skipsPauses: true });
    const fuzz = fuzzedFrames(seed + index, `${victim.phoneNumber}@s.whatsapp.net`);
    while (met.delivered < FUZZED) {
      const before = logins(simulator, victim);
      const { readable, unreadable } = await fuzz(BATCH);
      send(victim, readable);
      await back();
      if (logins(simulator, victim) > before) {
        // One of them ended the link, and nobody knows how many of the others arrived before that.
        met.unforeseen += 1;
        met.delivered += 1;
        continue;
      }
      met.delivered += readable.length;
      if (!unreadable) continue;
      send(victim, [unreadable]);
      met.delivered += 1;
      met.ended += 1;
      const loggedIn = async (): Promise<number> => {
        const { instance } = await askFor(crowd.caller, InstanceDocument, { name: victim.name });
        await skipPause(crowd.caller, instance);
        return logins(simulator, victim);
      };
      await expect.poll(loggedIn, { timeout: BACK_MS }).toBeGreaterThan(before);
      await back();
    }
  };
  await Promise.all(crowd.members.map(torment));
  await crowd.neighbours.stop();
  expectCalm(crowd);
  process.stdout.write(`fuzzed frames: ${JSON.stringify({ seed, ...met })}\n`);
  expect(await crowd.service.kill('SIGTERM')).toBe(0);
}, 240_000);
