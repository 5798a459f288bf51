import { expect } from 'vitest';
import { heldBy, mostLate, probedSince, type Attacked } from './attacked.ts';
import { ATTACKS, type Target } from './attacks.ts';

/** The largest answer that a request may have, in bytes: that to all of an introspection has a quarter. */
const LARGEST = 300_000;

/** Runs one attack after the other on the same service: what the first leaves behind, the last one meets. */
export async function runAttacks(target: Target): Promise<void> {
  const failed: object[] = [];
  for (const { name, run } of ATTACKS) {
    const began = Date.now();
    const largest = await run(target);
    const ms = Date.now() - began;
    const probed = await probedSince(target, began);
    const { resident: residentMb } = await heldBy(target);
    const figures = { name, ms, ...probed, largest, residentMb };
    process.stdout.write(`attack: ${JSON.stringify(figures)}\n`);
    if (probed.lost > 0 || probed.late > mostLate(probed.count) || largest > LARGEST) failed.push(figures);
  }
  expect(failed).toEqual([]);
}

/** That the service still works, ends when it is told to, and has not logged a failure of its own. */
export async function expectHarmless({ url, service }: Attacked): Promise<void> {
  expect((await fetch(`${url}/health/ready`)).status).toBe(200);
  expect(await service.kill('SIGTERM')).toBe(0);
  expect(service.stderr()).not.toMatch(/"level":"(error|fatal)"|nhandled|uncaught/);
}
