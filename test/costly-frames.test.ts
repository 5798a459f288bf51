import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { startSimulator } from '../simulator/simulator.ts';
import { InstanceDocument, PrivacyDocument } from './gql/graphql.ts';
import { ask, askFor } from './support/ask.ts';
import { startCrowd, type Crowd, type Member } from './support/crowd.ts';
import { costlyFrames } from './support/hostile-frames.ts';
import { endedWithin, openTestLink } from './support/links.ts';

/** What V8 takes by itself on a small machine. */
const SMALL_HEAP = { NODE_OPTIONS: '--max-old-space-size=256' };
const BACK_MS = 45_000;
const LOOK_MS = 20;

/** Looks on until the instance shows this reason. */
async function untilReason({ caller }: Crowd, { name }: Member, code: string): Promise<void> {
  let last: unknown;
  for (const end = performance.now() + BACK_MS; performance.now() < end; await delay(LOOK_MS)) {
    const { instance } = await askFor(caller, InstanceDocument, { name });
    if (instance?.reason?.code === code) return;
    last = instance;
  }
  throw new Error(`${name} never showed ${code}, but ${JSON.stringify(last)}`);
}

async function untilRead({ caller }: Crowd, { name, token }: Member): Promise<void> {
  let last: unknown;
  for (const end = performance.now() + BACK_MS; performance.now() < end; await delay(LOOK_MS)) {
    const { errors } = await ask({ url: caller.url, token }, PrivacyDocument, { instance: name });
    if (errors.length === 0) return;
    last = errors;
  }
  throw new Error(`${name} is not back: ${JSON.stringify(last)}`);
}

test('frames that cost more than they weigh end their link at worst: the process has a small heap and lives', async () => {
  const simulator = await startSimulator();
  onTestFinished(() => simulator[Symbol.asyncDispose]());
  const costly = Object.entries(costlyFrames());
  const crowd = await startCrowd(simulator, { members: costly.length, neighbours: 2, env: SMALL_HEAP });
  for (const [index, [kind, { frames, reason }]] of costly.entries()) {
    const member = crowd.members[index];
    if (!member) throw new Error('too few members');
    const before = crowd.neighbours.calls;
    expect(simulator.sendFrames(member.phoneNumber, frames), kind).toBe(1);
    if (reason !== undefined) await untilReason(crowd, member, reason);
    await expect.poll(() => crowd.neighbours.calls, { message: kind, timeout: BACK_MS }).toBeGreaterThan(before);
  }
  const refused = crowd.members.filter((_, index) => costly[index]?.[1].reason !== undefined);
  await Promise.all(refused.map((member) => untilRead(crowd, member)));
  await crowd.neighbours.stop();
  expect(crowd.neighbours.errors).toEqual([]);
  expect(crowd.service.stderr()).not.toContain('by nobody');
  expect(await crowd.service.kill('SIGTERM')).toBe(0);
}, 120_000);

test('a server that compresses what nobody asked it to is not talked to', async () => {
  const simulator = await startSimulator();
  onTestFinished(() => simulator[Symbol.asyncDispose]());
  const crowd = await startCrowd(simulator, { members: 1, neighbours: 1 });
  const [member] = crowd.members;
  if (!member) throw new Error('no member');
  using fault = simulator.addFault({ do: 'compress', times: 1 });
  await simulator.disconnect(member.phoneNumber, 'reset');
  await untilReason(crowd, member, 'COMPRESSION_FORCED');
  expect(fault.hits).toBe(1);
  await untilRead(crowd, member);
  await crowd.neighbours.stop();
  expect(crowd.neighbours.errors).toEqual([]);
}, 60_000);

test('nobody is offered to compress', async () => {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const upgrade = once(server, 'upgrade');
  const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { link } = openTestLink({ url, rootKey: Buffer.alloc(32), rootSerial: 0 }, undefined);
  const [{ headers }, socket] = (await upgrade) as [IncomingMessage, { destroy(): void }];
  expect(headers['upgrade']).toBe('websocket');
  expect(headers).not.toHaveProperty('sec-websocket-extensions');
  socket.destroy();
  await expect(endedWithin(link, 10_000)).resolves.toMatchObject({ kind: 'closed' });
});
