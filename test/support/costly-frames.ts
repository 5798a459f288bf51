import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished } from 'vitest';
import { startSimulator, type Simulator } from '../../simulator/simulator.ts';
import { InstanceDocument, PrivacyDocument } from '../gql/graphql.ts';
import { ask, askFor } from './ask.ts';
import { startCrowd, type Crowd, type Member } from './crowd.ts';
import type { Costly } from './hostile-frames.ts';

/** What V8 takes by itself on a small machine. */
const SMALL_HEAP = { NODE_OPTIONS: '--max-old-space-size=256' };
const BACK_MS = 45_000;
const LOOK_MS = 20;

/** Looks on until the instance shows this reason. */
export async function untilReason({ caller }: Crowd, { name }: Member, code: string): Promise<void> {
  let last: unknown;
  for (const end = performance.now() + BACK_MS; performance.now() < end; await delay(LOOK_MS)) {
    const { instance } = await askFor(caller, InstanceDocument, { name });
    if (instance?.reason?.code === code) return;
    last = instance;
  }
  throw new Error(`${name} never showed ${code}, but ${JSON.stringify(last)}`);
}

export async function untilRead({ caller }: Crowd, { name, token }: Member): Promise<void> {
  let last: unknown;
  for (const end = performance.now() + BACK_MS; performance.now() < end; await delay(LOOK_MS)) {
    const { errors } = await ask({ url: caller.url, token }, PrivacyDocument, { instance: name });
    if (errors.length === 0) return;
    last = errors;
  }
  throw new Error(`${name} is not back: ${JSON.stringify(last)}`);
}

/** A crowd on a small machine, and its WhatsApp. */
export interface SmallCrowd extends Crowd {
  readonly simulator: Simulator;
}

export async function startSmallCrowd(members: number): Promise<SmallCrowd> {
  const simulator = await startSimulator();
  onTestFinished(() => simulator[Symbol.asyncDispose]());
  return { simulator, ...(await startCrowd(simulator, { members, neighbours: 2, env: SMALL_HEAP })) };
}

/** Sends frames that cost more than they weigh, each kind to a member of its own: they end that one's link at worst. */
export async function expectLinksAtWorst(crowd: SmallCrowd, costly: readonly Costly[]): Promise<void> {
  for (const [index, { kind, frames, reason }] of costly.entries()) {
    const member = crowd.members[index];
    if (!member) throw new Error('too few members');
    const before = crowd.neighbours.calls;
    expect(crowd.simulator.sendFrames(member.phoneNumber, frames), kind).toBe(1);
    if (reason !== undefined) await untilReason(crowd, member, reason);
    await expect.poll(() => crowd.neighbours.calls, { message: kind, timeout: BACK_MS }).toBeGreaterThan(before);
  }
  const refused = crowd.members.filter((_, index) => costly[index]?.reason !== undefined);
  await Promise.all(refused.map((member) => untilRead(crowd, member)));
}

/** The neighbours noticed nothing, nor did the process. */
export async function expectUnharmed({ neighbours, service }: Crowd): Promise<void> {
  await neighbours.stop();
  expect(neighbours.errors).toEqual([]);
  expect(service.stderr()).not.toContain('by nobody');
  expect(await service.kill('SIGTERM')).toBe(0);
}
