import { existsSync, readFileSync } from 'node:fs';
import { isBuiltin, stripTypeScriptTypes } from 'node:module';
import { expect, test } from 'vitest';
import { ENV_NAMES } from '../src/config/variables.ts';

const ROOT = new URL('..', import.meta.url);
const { dependencies } = JSON.parse(readFileSync(new URL('package.json', ROOT), 'utf8')) as {
  readonly dependencies: Readonly<Record<string, string>>;
};

/** Of imports as they run: those of types alone are gone by then. */
const SPECIFIER = /\b(?:from\s+|import\s*\(\s*|import\s+)(['"])([^'"\n]+)\1/g;

const nameOf = (specifier: string): string => specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');

/** Every package that is loaded when `entry` is, with the file that asks for it. */
function packagesFrom(entry: string): Map<string, string> {
  const packages = new Map<string, string>();
  const files = new Set([new URL(entry, ROOT).href]);
  for (const file of files) {
    const code = stripTypeScriptTypes(readFileSync(new URL(file), 'utf8'));
    for (const [, , specifier = ''] of code.matchAll(SPECIFIER)) {
      if (specifier.startsWith('.')) files.add(new URL(specifier, file).href);
      else if (!isBuiltin(specifier)) packages.set(nameOf(specifier), file);
    }
  }
  return packages;
}

test.each(['src/main.ts', 'simulator/main.ts', 'demo/main.ts'])(
  '%s runs on what "npm ci --omit=dev" installs',
  (entry) => {
    const missing = [...packagesFrom(entry)].filter(([name]) => !Object.hasOwn(dependencies, name));
    expect(missing).toEqual([]);
  },
);

test('the service is made of what it is known to be made of, so the walk reaches all of it', () => {
  const found = packagesFrom('src/main.ts');
  for (const name of ['@whiskeysockets/baileys', 'graphql-yoga', 'kysely', '@graphql-yoga/render-graphiql', 'pino']) {
    expect([...found.keys()]).toContain(name);
  }
});

test('the unit for systemd starts what such an install has, with variables that there are', () => {
  const unit = readFileSync(new URL('deploy/privet.service', ROOT), 'utf8');
  const [, node = '', script = ''] = /^ExecStart=\/opt\/privet\/(\S+) (\S+) serve$/m.exec(unit) ?? [];
  expect([node, script].filter((path) => path === '' || !existsSync(new URL(path, ROOT)))).toEqual([]);
  const names = [...unit.matchAll(/\b(PRIVET_\w+)=/g)].map(([, name]) => name);
  expect(names).not.toEqual([]);
  expect(names.filter((name) => !ENV_NAMES.some((known) => known === name))).toEqual([]);
});

test('Node itself comes along', () => expect(dependencies).toHaveProperty('node'));
