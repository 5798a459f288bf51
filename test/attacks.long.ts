import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { heldBy, LATE_MS, mostLate, probedSince, startAttacked, type Attacked } from './support/attacked.ts';
import { AttackRequests, type Visit } from './support/attack-requests.ts';
import { ATTACKS, Sockets } from './support/attacks.ts';
import { expectHarmless, runAttacks } from './support/run-attacks.ts';

/** Another one by ATTACK_SEED, to look for more or to see a failure again. */
const SEED = Number(process.env['ATTACK_SEED'] ?? 20_261_127);
const REQUESTS = Number(process.env['ATTACK_REQUESTS'] ?? 10_000);
/** A machine with others on it holds a process up now and then: of so many starts, half may be late. */
const STARTS = 5;
/** How many connections send at a time. */
const LANES = 6;
/** Of those who never read, so many stay to the end. */
const UNREAD_MOST = 300;
/** Memory is back at so many times of what it was, and so are sockets, once those who never read were cut off. */
const GROWTH = 1.3;
const FILES_MORE = 5;
const BACK_MS = 90_000;

async function make({ bytes, reads }: Visit, lanes: Sockets, unread: Sockets): Promise<void> {
  if (reads === 'none' && unread.size < UNREAD_MOST) return void unread.open(bytes);
  const socket = lanes.open(bytes);
  const closed = new Promise((resolve) => socket.once('close', resolve));
  if (reads === 'late') await delay(200);
  socket.resume();
  // Nobody says when the last answer is there: it is when nothing comes any more.
  const quiet = new Promise<void>((resolve) => socket.setTimeout(150, resolve));
  await Promise.race([closed, quiet]);
  socket.destroy();
}

/** Sends so many requests, a few connections at a time; resolves with how many there were. */
async function send(attacked: Attacked, requests: AttackRequests, count: number, unread: Sockets): Promise<number> {
  using lanes = new Sockets(attacked.url);
  let sent = 0;
  const lane = async (): Promise<void> => {
    while (sent < count) {
      const visit = requests.visit();
      sent += visit.requests;
      await make(visit, lanes, unread);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return sent;
}

test('what has been tried does not hold the service up, nor end it', async () => {
  const attacked = await startAttacked();
  await runAttacks({ ...attacked, share: 1, holdMs: 2_500 });
  await expectHarmless(attacked);
}, 300_000);

test.each(ATTACKS.filter(({ isCrowd }) => isCrowd))(
  'a service that has just started answers while it gets $name',
  async ({ run }) => {
    const most: number[] = [];
    for (let start = 0; start < STARTS; start++) {
      const attacked = await startAttacked();
      const began = Date.now();
      await run({ ...attacked, share: 1, holdMs: 2_500 });
      const probed = await probedSince(attacked, began);
      expect(probed.lost).toBe(0);
      most.push(probed.most);
      await expectHarmless(attacked);
      await attacked.probe.kill('SIGKILL');
    }
    process.stdout.write(`attacks: slowest answers ${most.join(', ')} ms\n`);
    expect(most.toSorted((a, b) => a - b)[Math.floor(STARTS / 2)]).toBeLessThanOrEqual(LATE_MS);
  },
  300_000,
);

test(`${REQUESTS} requests of a generator neither (seed ${SEED}): memory is back at what it was, and who reads nothing is cut off`, async () => {
  process.stdout.write(`attacks: seed ${SEED}\n`);
  const attacked = await startAttacked();
  const requests = new AttackRequests(SEED, { account: attacked.token, instance: attacked.instanceToken });
  // The first ones fill what is bounded, such as the documents that are kept, and let V8 see all of the code.
  {
    using unread = new Sockets(attacked.url);
    await send(attacked, requests, REQUESTS / 5, unread);
  }
  await delay(2_000);
  const before = await heldBy(attacked);

  using unread = new Sockets(attacked.url);
  const began = Date.now();
  const sent = await send(attacked, requests, REQUESTS, unread);
  const probed = await probedSince(attacked, began);
  const unreadOnes = unread.size;
  const atOnce = await heldBy(attacked);
  let after = atOnce;
  const isBack = (): boolean =>
    after.open <= before.open + FILES_MORE &&
    after.resident < GROWTH * before.resident &&
    after.heap < GROWTH * before.heap;
  for (const end = Date.now() + BACK_MS; Date.now() < end && !isBack(); await delay(500))
    after = await heldBy(attacked);

  const figures = { sent, ms: Date.now() - began, ...probed, unreadOnes, before, atOnce, after };
  process.stdout.write(`attacks: ${JSON.stringify(figures)}\n`);
  expect(probed.lost).toBe(0);
  expect(probed.late).toBeLessThanOrEqual(mostLate(probed.count));
  expect(after.open).toBeLessThanOrEqual(before.open + FILES_MORE);
  expect(after.resident).toBeLessThan(GROWTH * before.resident);
  expect(after.heap).toBeLessThan(GROWTH * before.heap);
  await expectHarmless(attacked);
}, 600_000);
