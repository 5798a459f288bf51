import { afterAll, beforeAll, expect, test } from 'vitest';
import { startSimulator, type Simulator } from '../simulator/simulator.ts';
import { openedLink, textOf } from './support/links.ts';

const PHONE = '491510000077';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator();
  simulator.createAccount(PHONE, { preKeys: 30 });
});
afterAll(() => simulator[Symbol.asyncDispose]());

test('a login with credentials as they are stored saves none, whatever hint for its route an earlier one left', async () => {
  const stored = simulator.linkDevice(PHONE);
  const first = await openedLink(simulator, textOf(stored));
  first.link.end({ kind: 'stopped' });
  await first.link.ended;
  const text = first.saved.at(-1) ?? textOf(stored);

  const hint = { routingInfo: { type: 'Buffer', data: 'ZWRnZQ==' } };
  for (const credentials of [text, JSON.stringify({ ...(JSON.parse(text) as object), ...hint })]) {
    const { link, saved } = await openedLink(simulator, credentials);
    link.end({ kind: 'stopped' });
    await link.ended;
    expect(saved).toEqual([]);
  }
});
