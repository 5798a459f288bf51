import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Guard } from './harness/guards/guard.ts';
import { countOf } from './harness/guards/remove.ts';
import { GUARDS } from './harness/guards/table.ts';

/** Most are missed within ten seeds, the last ones within two hundred. */
const SEEDS = 600;
const SOAK = join(import.meta.dirname, 'harness/soak.ts');

test('the table names each guard as it stands, and once', () => {
  expect(GUARDS.filter((guard) => countOf(guard) !== 1).map(({ name }) => name)).toEqual([]);
  expect(new Set(GUARDS.map(({ name }) => name)).size).toBe(GUARDS.length);
});

test('without any one of its guards the service breaks a promise', async () => {
  const left = [...GUARDS];
  const unnoticed: string[] = [];
  const work = async (): Promise<void> => {
    for (let guard = left.shift(); guard; guard = left.shift()) {
      if (!(await isMissed(guard))) unnoticed.push(guard.name);
    }
  };
  await Promise.all(Array.from({ length: Math.min(4, availableParallelism()) }, work));
  expect(unnoticed).toEqual([]);
}, 900_000);

/** Whether the harness notices that this guard is gone. It is removed from what a process of its own loads. */
async function isMissed({ name }: Guard): Promise<boolean> {
  const args = [SOAK, '--without', name, '--seeds', String(SEEDS), '--stop'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let summary = '';
  let errors = '';
  child.stdout.on('data', (data: Buffer) => (summary += data.toString()));
  child.stderr.on('data', (data: Buffer) => (errors += data.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  // Exit code 1 is also that of a module that does not load: without a summary nothing ran.
  if (!summary.startsWith('{')) throw new Error(`Without "${name}" the harness does not run: ${errors}`);
  return code === 1;
}
