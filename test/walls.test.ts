import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { PARTS } from '../parts.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const Report = z.object({
  diagnostics: z.array(
    z.object({
      code: z.string(),
      filename: z.string(),
      labels: z.array(z.object({ span: z.object({ line: z.number() }) })),
    }),
  ),
});

const isFile = (name: string): boolean => name.endsWith('.ts');
const fileOf = (part: string): string => (isFile(part) ? `src/${part}` : `src/${part}/probe.ts`);
const PACKAGES = [
  ...new Set(['node:fs', 'node:stream/promises', 'left-pad', ...PARTS.flatMap(({ packages = [] }) => packages)]),
]
  // A pattern stands for the packages of one publisher.
  .map((name) => name.replace('*', 'core'));
/** Files that some part may import without the rest of their part. */
const SINGLE_FILES = [...new Set(PARTS.flatMap(({ imports }) => imports))]
  .filter((name) => name.includes('/') && isFile(name))
  .map((name) => `src/${name}`);
/** Folders without a row in the table, of which the first lies in `src`. */
const STRANGERS = [
  'src/jobs/probe.ts',
  'simulator/probe.ts',
  'test/probe.ts',
  'bench/probe.ts',
  'console/src/pages/probe.ts',
];

/** Where each part has files: at its top, and one and two folders below. */
const PROBES = PARTS.flatMap((part) =>
  [
    fileOf(part.name),
    ...(isFile(part.name) ? [] : ['below', 'below/it'].map((below) => `src/${part.name}/${below}/probe.ts`)),
  ].map((path) => ({
    part,
    path,
  })),
);

let folder: string;
/** By file, the lines that a rule refuses. */
const refused = new Map<string, Map<string, number[]>>();

const importsIn = (path: string): string[] => {
  const relative = (target: string): string => {
    const way = posix.relative(dirname(path), target);
    return way.startsWith('.') ? way : `./${way}`;
  };
  const others = [...PARTS.map(({ name }) => fileOf(name)), ...SINGLE_FILES, ...STRANGERS].filter(
    (target) => target !== path,
  );
  // Also by a way round that looks like one's own folder.
  return [...others.map(relative), `./../${posix.basename(dirname(path))}/x.ts`, ...PACKAGES];
};

const partOf = (path: string): string | undefined =>
  PARTS.map(({ name }) => name)
    .filter((name) => path.startsWith(`src/${name}/`))
    .toSorted((one, other) => other.length - one.length)[0];

/** What the table says, read anew: not by what makes the rules from it. */
function mayImport(part: (typeof PARTS)[number], path: string, specifier: string): boolean {
  const { name, imports, packages = [] } = part;
  if (!specifier.startsWith('.')) {
    const within = (own: string): string => (own.endsWith('/*') ? own.slice(0, -1) : `${own}/`);
    if (packages.some((own) => `${specifier}/`.startsWith(within(own)))) return true;
    return specifier.startsWith('node:') && specifier !== 'node:timers' && specifier !== 'node:sqlite';
  }
  const target = posix.join(dirname(path), specifier);
  if (specifier.startsWith('./../')) return false;
  return [name, ...imports].some((granted) =>
    isFile(granted)
      ? target === `src/${granted}`
      : // The part of a folder within another one is a part of its own.
        target.startsWith(`src/${granted}/`) && partOf(target) === granted,
  );
}

const BAD_HABITS = `import type { Clock } from '../clock.ts';
export const a = (): unknown => setTimeout(() => {}, 1);
export const b = process.env['HOME'];
console.log(b);
export const c = (clock: Clock): unknown => { const { now } = clock; return now; };
export const d = (list: string[], work: () => Promise<void>): void => list.forEach(work);
export const e = (work: () => Promise<void>): void => { work(); };
`;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'privet-walls-'));
  const write = async (path: string, text: string): Promise<void> => {
    await mkdir(join(folder, dirname(path)), { recursive: true });
    await writeFile(join(folder, path), text);
  };
  for (const file of ['oxlint.config.ts', 'parts.ts', 'tsconfig.json', 'package.json']) {
    await copyFile(join(ROOT, file), join(folder, file));
  }
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  for (const path of [...PROBES.map((probe) => probe.path), ...STRANGERS]) {
    const forms = [
      (name: string) => `export * from '${name}';`,
      (name: string) => `export type * from '${name}';`,
      (name: string) => `void import('${name}');`,
    ];
    // Each import in one of the forms by turns; a wall that let one of them through would show in many rows.
    await write(
      path,
      importsIn(path)
        .map((name, at) => forms[at % forms.length]?.(name))
        .join('\n'),
    );
  }
  await write('src/clock.ts', 'export interface Clock { now(): number }\n');
  await write('src/instance/habits.ts', BAD_HABITS);
  await write('src/instance/hen.ts', "export { egg } from './egg.ts';\nexport const hen = 1;\n");
  await write('src/instance/egg.ts', "export { hen } from './hen.ts';\nexport const egg = 1;\n");
  const args = ['--type-aware', '--format=json', 'src', 'simulator', 'console'];
  const { stdout } = await promisify(execFile)(join(ROOT, 'node_modules/.bin/oxlint'), args, {
    cwd: folder,
    maxBuffer: 64 << 20,
  }).catch((error: unknown) => z.object({ stdout: z.string() }).parse(error));
  for (const { code, filename, labels } of Report.parse(JSON.parse(stdout)).diagnostics) {
    const rules = refused.get(filename) ?? new Map<string, number[]>();
    const lines = rules.get(code) ?? [];
    rules.set(code, [...lines, ...labels.slice(0, 1).map(({ span }) => span.line)]);
    refused.set(filename, rules);
  }
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const importsRefusedIn = (path: string): string[] => {
  const lines = refused.get(path)?.get('eslint(no-restricted-imports)') ?? [];
  const names = importsIn(path);
  return lines.map((line) => names[line - 1] ?? `line ${line}`);
};

it.each(PROBES.filter(({ path }) => path !== 'src/clock.ts'))(
  '$path may import what the table says',
  ({ part, path }) => {
    const forbidden = importsIn(path).filter((name) => !mayImport(part, path, name));
    expect(importsRefusedIn(path).toSorted()).toEqual(forbidden.toSorted());
  },
);

it('a folder without a row may import nothing', () => {
  expect(importsRefusedIn('src/jobs/probe.ts').toSorted()).toEqual(importsIn('src/jobs/probe.ts').toSorted());
});

it('the simulator stands alone', () => {
  expect(importsRefusedIn('simulator/probe.ts')).toEqual(
    expect.arrayContaining(['../src/errors.ts', '../src/instance/probe.ts', '../test/probe.ts', '../bench/probe.ts']),
  );
});

it('the console is a client like any other', () => {
  const path = 'console/src/pages/probe.ts';
  const others = [...PARTS.map(({ name }) => fileOf(name)), ...STRANGERS].filter((target) => target !== path);
  const forbidden = [...others.map((target) => posix.relative(dirname(path), target)), 'node:fs', 'node:sqlite'];
  expect(importsRefusedIn(path)).toEqual(expect.arrayContaining(forbidden));
});

it('timers, the environment, the console and lost promises are refused in src', () => {
  const found = [...(refused.get('src/instance/habits.ts') ?? [])].flatMap(([code, lines]) =>
    lines.map((line) => `${line} ${code}`),
  );
  expect(found).toEqual(
    expect.arrayContaining([
      '2 eslint(no-restricted-globals)',
      '3 node(no-process-env)',
      '4 eslint(no-console)',
      '5 typescript(unbound-method)',
      '6 typescript(no-misused-promises)',
      '7 typescript(no-floating-promises)',
    ]),
  );
});

it('no folder of src holds more files than one can look over, and no file more lines', async () => {
  const files = (await readdir(join(ROOT, 'src'), { recursive: true, withFileTypes: true })).filter(
    // What is generated nobody looks over.
    (entry) => entry.isFile() && posix.basename(entry.parentPath) !== 'gql',
  );
  const inFolder = Map.groupBy(files, ({ parentPath }) => posix.relative(ROOT, parentPath));
  expect([...inFolder].filter(([, { length }]) => length > 20).map(([name]) => name)).toEqual([]);
  const lines = await Promise.all(
    files.map(async ({ parentPath, name }) => {
      const path = join(parentPath, name);
      return [posix.relative(ROOT, path), (await readFile(path, 'utf8')).split('\n').length - 1] as const;
    }),
  );
  expect(lines.filter(([name, count]) => count > 300 && !name.endsWith('.test.ts'))).toEqual([]);
});

it('imports in a circle are refused', () => {
  expect(refused.get('src/instance/hen.ts')?.get('import(no-cycle)')).toEqual([1]);
});

it('CONTRIBUTING.md shows the table', async () => {
  const rows = (await readFile(join(ROOT, 'CONTRIBUTING.md'), 'utf8'))
    .split('\n')
    .filter((line) => line.startsWith('| `src/'))
    .map((line) =>
      line
        .split('|')
        .slice(1, 4)
        .map((cell) => cell.trim()),
    );
  const names = (all: readonly string[]): string => all.map((name) => `\`${name}\``).join(', ');
  expect(rows).toEqual(
    PARTS.map(({ name, holds, imports }) => [`\`src/${name}\``, holds, names(imports) || 'no other part']),
  );
});
