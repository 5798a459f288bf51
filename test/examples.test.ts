import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { describe, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
const PAGES = ['examples/apollo-react', 'examples/urql-react'];

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly overrides: Readonly<Record<string, string>>;
}

const textOf = (...path: string[]): string => readFileSync(join(ROOT, ...path), 'utf8');
const manifestOf = (folder: string): Manifest => JSON.parse(textOf(folder, 'package.json')) as Manifest;

describe.each(PAGES)('%s', (folder) => {
  test('names the versions that it is tested with here', () => {
    const here = manifestOf('.');
    const installed = { ...here.dependencies, ...here.devDependencies };
    const { dependencies, devDependencies, overrides } = manifestOf(folder);
    expect(installed).toMatchObject({ ...dependencies, ...devDependencies });
    expect(here.overrides).toMatchObject(overrides);
  });

  test('imports what it names and itself alone, so that it can be copied away', () => {
    const { dependencies, devDependencies } = manifestOf(folder);
    const named = Object.keys({ ...dependencies, ...devDependencies });
    const sources = readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).filter(
      (path) => /\.tsx?$/.test(path) && !/^(node_modules|dist|src\/gql)\//.test(path),
    );
    expect(sources).toContain('src/main.tsx');
    const imports = sources.flatMap((path) =>
      [...textOf(folder, path).matchAll(/\bfrom '([^']*)'/g)].map(([, name = '']) =>
        name.startsWith('.') ? posix.join(posix.dirname(path), name) : name,
      ),
    );
    const known = [...named.flatMap((name) => [name, `${name}/`]), 'src/'];
    const isKnown = (name: string): boolean =>
      known.some((start) => name === start || (start.endsWith('/') && name.startsWith(start)));
    expect(imports.length).toBeGreaterThan(10);
    expect(imports.filter((name) => !isKnown(name))).toEqual([]);
  });
});

test('what has no word of its client is the same in both pages', () => {
  const uiOf = (folder: string): Record<string, string> =>
    Object.fromEntries(readdirSync(join(ROOT, folder, 'src/ui')).map((file) => [file, textOf(folder, 'src/ui', file)]));
  const [apollo = '', urql = ''] = PAGES;
  expect(Object.keys(uiOf(apollo))).toContain('SettingsForm.tsx');
  expect(uiOf(urql)).toEqual(uiOf(apollo));
});
