import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../src/storage/storage.fixture.ts';

const ROOT = new URL('..', import.meta.url).pathname;
const run = promisify(execFile);

/** As that Node would see it, up to the one number. */
const AS_OLD = 'Object.defineProperty(process, "versions", { value: { node: "20.20.2" } });';
const OLD = ['-r', './as-old.cjs'];

/** What Node prints, and its exit code. */
const node = async (args: readonly string[], cwd: string): Promise<unknown> =>
  run(process.execPath, args, { cwd }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({ code, stdout, stderr }),
  );

/** A copy of the project with what an install has left in `node_modules`. */
const project = (...installed: readonly string[]): string => {
  const folder = temporaryFolder();
  for (const part of ['bin', 'src', 'demo', 'package.json'])
    cpSync(join(ROOT, part), join(folder, part), { recursive: true });
  writeFileSync(join(folder, 'as-old.cjs'), AS_OLD);
  for (const path of installed) {
    const file = join(folder, 'node_modules', path);
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, '{}');
  }
  return folder;
};

const STARTS = [
  ['bin/privet.cjs', 'serve'],
  ['bin/privet.cjs', '--help'],
  ['-r', './bin/check-node.cjs', 'demo/main.ts'],
];

const expectLine = async (folder: string, flags: readonly string[], line: string): Promise<void> => {
  for (const args of STARTS) {
    expect(await node([...flags, ...args], folder)).toEqual({ code: 1, stdout: '', stderr: `${line}\n` });
  }
};

test('which Nodes will do', () => {
  const { refusal } = createRequire(import.meta.url)('../bin/check-node.cjs') as {
    readonly refusal: (version: string) => string | undefined;
  };
  for (const version of ['24.0.0', '26.1.2', process.versions.node]) expect(refusal(version)).toBeUndefined();
  for (const version of ['23.11.1', '8.17.0']) {
    expect(refusal(version)).toMatch(`Privet needs Node.js 24 or later, not ${version}: `);
  }
});

test('a Node that is too old is told so in one line, and where the right one is', async () => {
  await expectLine(
    project('node/package.json', 'node/bin/node'),
    OLD,
    'Privet needs Node.js 24 or later, not 20.20.2: "npm start", "npm run demo" and "npx privet" use its own, which is installed here',
  );
});

test('an install without scripts, which brought no Node, is named as that', async () => {
  await expectLine(
    project('node/package.json'),
    OLD,
    'Privet needs Node.js 24 or later, not 20.20.2; its own is missing, because install scripts did not run: "npm rebuild node --ignore-scripts=false" brings it',
  );
});

test('before any install the line says so, to an old Node and to a new one', async () => {
  await expectLine(
    project(),
    OLD,
    'Privet needs Node.js 24 or later, not 20.20.2: "npm ci" brings one along for "npm start", "npm run demo" and "npx privet"',
  );
  const { dependencies } = createRequire(import.meta.url)('../package.json') as { readonly dependencies: object };
  const [first] = Object.keys(dependencies);
  const missing = `Privet's packages are not installed (there is no ${first}): "npm ci" brings them`;
  await expectLine(project(), [], missing);
});

test('no npm script runs TypeScript before the Node is looked at', async () => {
  const { default: manifest } = (await import('../package.json', { with: { type: 'json' } })) as {
    default: { readonly scripts: Readonly<Record<string, string>> };
  };
  for (const [name, script] of Object.entries(manifest.scripts)) {
    if (/\bnode .*\.ts\b|\bvitest\b|privet\.cjs/.test(script)) {
      expect(script, name).toMatch(/^(exec )?node (-r \.\/bin\/check-node\.cjs |bin\/(check-node|privet)\.cjs)/);
    }
  }
});
