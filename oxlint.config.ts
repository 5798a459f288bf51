import { posix } from 'node:path';
import { defineConfig, type OxlintOverride } from 'oxlint';
import { type Part, PARTS } from './parts.ts';

/** What boots or measures the service, or sets this project up. */
const BESIDE = [
  'test/**/*.ts',
  'bench/**/*.ts',
  'demo/**/*.ts',
  'src/**/*.test.ts',
  'src/**/*.fixture.ts',
  // Each by its name: a pattern without a folder matches at every depth.
  'codegen.ts',
  'console/compress.ts',
  'console/vite.config.ts',
  'examples/**/*.ts',
  'examples/**/*.tsx',
  'oxlint.config.ts',
  'parts.ts',
  'vitest.config.ts',
  'vitest.long.config.ts',
];

const isFile = (name: string): boolean => name.endsWith('.ts');
const ascents = (path: string): number => path.split('../').length;

/** How a file in `folder` names a part, or all files of it. */
function seenFrom(folder: string, part: string): string {
  const path = posix.relative(folder, `src/${part}`) || '.';
  const relative = path.startsWith('.') ? path : `./${path}`;
  return isFile(part) ? relative : `${relative}/**`;
}

/** What files of a part that lie in `folder` may not import: everything, less what the table grants. What comes last counts. */
function restricted({ name, imports, packages = [] }: Part, folder: string): string[] {
  const granted = [...(isFile(name) ? [] : [name]), ...imports].map((part) => ({
    pattern: seenFrom(folder, part),
    partsInIt: PARTS.filter((other) => other.name.startsWith(`${part}/`) && other.name !== name),
  }));
  return [
    '*',
    '**/*',
    ...(isFile(name) ? [] : ['!./**', './../**']),
    ...granted
      .toSorted((one, other) => ascents(one.pattern) - ascents(other.pattern))
      .flatMap(({ pattern, partsInIt }) => [
        `!${pattern}`,
        ...partsInIt.map((part) => seenFrom(folder, part.name)),
        // Without this `../**` would open `../../x` too, and `./**` whatever is written `./../x`.
        ...(pattern.endsWith('/**') ? [pattern.replace(/\*\*$/, '../**')] : []),
      ]),
    ...['node:*', 'node:*/**'].map((pattern) => `!${pattern}`),
    'node:timers',
    'node:timers/**',
    'node:sqlite',
    ...packages.flatMap((name_) => [`!${name_}`, `!${name_}/**`]),
  ];
}

const wall = (group: string[], message: string): NonNullable<OxlintOverride['rules']> => ({
  'no-restricted-imports': ['error', { patterns: [{ group, message }] }],
});

const walls = PARTS.flatMap((part) => {
  const message = `${part.name} may import ${part.imports.join(', ') || 'no other part'}: see parts.ts`;
  if (isFile(part.name)) return { files: [`src/${part.name}`], rules: wall(restricted(part, 'src'), message) };
  return ['', '/*', '/*/*']
    .map((below) => `src/${part.name}${below}`)
    .map((folder) => ({
      files: [`${folder}/*.ts`],
      rules: wall(restricted(part, folder), message),
    }));
});

export default defineConfig({
  plugins: ['typescript', 'unicorn', 'oxc', 'import', 'promise', 'node'],
  categories: { correctness: 'error', suspicious: 'error' },
  options: { typeAware: true },
  ignorePatterns: [
    'test/gql/**',
    'console/src/gql/**',
    'src/cli/remote/gql/**',
    'console/dist/**',
    'examples/*/src/gql/**',
    'examples/*/dist/**',
  ],
  rules: {
    'import/no-cycle': 'error',
    'typescript/no-explicit-any': 'error',
    'typescript/no-non-null-assertion': 'error',
    'typescript/no-floating-promises': 'error',
    'typescript/no-misused-promises': 'error',
    'typescript/consistent-type-imports': 'error',
    'typescript/no-unsafe-type-assertion': 'off',
    'no-console': 'error',
    'node/no-process-env': 'error',
    'no-restricted-globals': [
      'error',
      { name: 'setTimeout', message: 'Timers live in src/clock.ts.' },
      { name: 'setInterval', message: 'Timers live in src/clock.ts.' },
    ],
    'import/no-unassigned-import': 'off',
    'unicorn/no-array-sort': 'off',
    'unicorn/consistent-function-scoping': 'off',
    'no-underscore-dangle': 'off',
    'no-await-in-loop': 'off',
    'no-shadow': 'off',
    'promise/always-return': 'off',
    'promise/no-multiple-resolved': 'off',
    'unicorn/no-array-reverse': 'off',
    'consistent-return': 'off',
    'typescript/consistent-return': 'off',
  },
  // Of several that match a file, the last one that sets a rule counts, and it replaces what the others say.
  overrides: [
    { files: ['src/**/*.ts'], rules: wall(['*', '**/*'], 'This folder has no row in parts.ts.') },
    ...walls,
    { files: ['src/clock.ts'], rules: { 'no-restricted-globals': 'off' } },
    { files: ['src/config/env.ts', 'src/main.ts'], rules: { 'node/no-process-env': 'off' } },
    {
      files: ['simulator/**/*.ts'],
      rules: {
        ...wall(['**/src/**', '**/test/**', '**/bench/**', '**/demo/**'], 'The simulator stands alone.'),
        'no-restricted-globals': 'off',
        'node/no-process-env': 'off',
      },
    },
    {
      files: ['console/src/**/*.ts', 'console/src/**/*.tsx'],
      rules: {
        ...wall(
          ['node:*', '**/src/**', '**/test/**', '**/bench/**', '**/demo/**', '**/simulator/**'],
          'The console is a client of the public API and stands alone.',
        ),
        'no-restricted-globals': 'off',
      },
    },
    {
      files: BESIDE,
      rules: {
        'no-restricted-imports': 'off',
        'no-restricted-globals': 'off',
        'node/no-process-env': 'off',
        'typescript/unbound-method': 'off',
        'typescript/no-misused-promises': 'off',
      },
    },
  ],
});
