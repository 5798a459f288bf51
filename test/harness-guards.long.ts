import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Guard } from './harness/guards/guard.ts';
import { allMarks, findMark, marksIn } from './harness/guards/marks.ts';
import { removed } from './harness/guards/remove.ts';
import { GUARDS } from './harness/guards/table.ts';

/** Where the seed that was written down shows nothing any more: the last ones were missed within two hundred. */
const SEEDS = 600;
const SOAK = join(import.meta.dirname, 'harness/soak.ts');

test('what is marked in the code and what stands in the table are the same guards, each once', () => {
  expect(
    allMarks()
      .map(({ name }) => name)
      .toSorted(),
  ).toEqual(GUARDS.map(({ name }) => name).toSorted());
});

test('every guard can be taken out of its file', () => {
  for (const { name } of GUARDS) {
    const mark = findMark(name);
    expect(removed(mark), name).not.toBe(mark.source);
  }
});

describe('a mark', () => {
  const without = (source: string): string => removed(findMark('it holds', marksIn('a.ts', source)));

  test('takes the statement behind it out of the code', () => {
    expect(without('f();\n// guard: it holds\nif (a) {\n  g();\n}\nh();')).toBe('f();\n// guard: it holds\n;\nh();');
    expect(without('// guard: it holds\n// Because.\nf();\nf();')).toBe('// guard: it holds\n// Because.\n;\nf();');
    expect(without('// guard: it holds\nfor (const a of b) f(a);')).toBe('// guard: it holds\n;');
  });

  test('or puts another expression in the place of its own', () => {
    expect(without('// guard: it holds, else true\nif (a) f();')).toContain('if ((true)) f();');
    expect(without('// guard: it holds, else f(1, 2)\nconst a: number = b;')).toContain('const a: number = (f(1, 2));');
    expect(without('() => {\n  // guard: it holds, else 0\n  return a;\n};')).toContain('return (0);');
    expect(without('// guard: it holds, else g()\nf();')).toContain('\n(g());');
  });

  test('that is missing, stands twice or stands before nothing that can be taken out is an error', () => {
    expect(() => without('f();')).toThrow('No guard is marked "it holds"');
    expect(() => without('// guard: it holds\nf();\n// guard: it holds\ng();')).toThrow('is marked 2 times');
    expect(() => without('const a = {\n  // guard: it holds\n  b: 1,\n};\nf();')).toThrow('does not stand before');
    expect(() => without('// guard: it holds, else true\nfor (const a of b) f(a);')).toThrow('has no expression');
  });
});

test('without any one of its guards the service breaks the promise that the table names', async () => {
  const left = [...GUARDS];
  const unnoticed: string[] = [];
  const work = async (): Promise<void> => {
    for (let guard = left.shift(); guard; guard = left.shift()) {
      const isMissed = (await misses(guard, guard.seed, 1)) || (await misses(guard, 1, SEEDS));
      if (!isMissed) unnoticed.push(guard.name);
    }
  };
  await Promise.all(Array.from({ length: Math.min(4, availableParallelism()) }, work));
  expect(unnoticed).toEqual([]);
}, 900_000);

/** Whether its check notices on these seeds that the guard is gone. It is removed from what a process of its own loads. */
async function misses({ name, breaks, nodes }: Guard, from: number, seeds: number): Promise<boolean> {
  const args = [SOAK, '--without', name, '--until', breaks, '--from', String(from), '--seeds', String(seeds)];
  if (nodes) args.push('--nodes');
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let summary = '';
  let errors = '';
  child.stdout.on('data', (data: Buffer) => (summary += data.toString()));
  child.stderr.on('data', (data: Buffer) => (errors += data.toString()));
  await once(child, 'close');
  // Without a summary nothing ran, as where a module does not load.
  if (!summary.startsWith('{')) throw new Error(`Without "${name}" the harness does not run: ${errors}`);
  const { broken } = JSON.parse(summary) as { broken: { rules: string[] }[] };
  return broken.some(({ rules }) => rules.includes(breaks));
}
