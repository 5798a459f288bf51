import { afterAll, afterEach, vi } from 'vitest';
import { bootPrivet, type BootOptions, type TestPrivet } from './privet.ts';

/** One service for all tests of a file; the faults and the mocks of one are gone before the next one. */
export async function sharedPrivet(options?: BootOptions): Promise<TestPrivet> {
  const privet = await bootPrivet(options);
  afterAll(() => privet[Symbol.asyncDispose]());
  afterEach(() => {
    vi.restoreAllMocks();
    privet.simulator.clearFaults();
  });
  return privet;
}
