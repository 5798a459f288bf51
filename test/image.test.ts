import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseYaml } from '@redocly/openapi-core';
import { expect, test } from 'vitest';
import { ENV_NAMES } from '../src/config/variables.ts';
import { copied, ignoredBy, stagesOf } from './support/dockerfile.ts';

const ROOT = join(import.meta.dirname, '..');
const textOf = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const stages = stagesOf(textOf('Dockerfile'));
const image = [...stages.values()].at(-1) ?? [];
const isIgnored = ignoredBy(textOf('.dockerignore'));

/** What somebody has who cloned the project. */
const FILES = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: ROOT,
  encoding: 'utf8',
})
  .trim()
  .split('\n');

/** Its variables. */
const set = Object.fromEntries(
  image.filter(({ name }) => name === 'ENV').flatMap(({ words }) => words.map((word) => word.split('='))),
) as Record<string, string>;

const textsOf = (name: string): string[] => image.filter((step) => step.name === name).map(({ text }) => text);
const isKnown = (name: string): boolean => ENV_NAMES.some((known) => known === name);
/** How long the service may take to end, as README says. */
const END_S = 15;

interface Compose {
  readonly services: {
    readonly privet: {
      readonly build: string;
      readonly environment: Readonly<Record<string, string>>;
      readonly ports: readonly string[];
      readonly volumes: readonly string[];
      readonly read_only: boolean;
      readonly stop_grace_period: string;
    };
  };
  readonly volumes: Readonly<Record<string, unknown>>;
}

/** What its stages take of the project. */
const sources = [...stages.values()]
  .flat()
  .filter(({ name }) => name === 'COPY')
  .map(copied)
  .flatMap(({ stage, sources }) => (stage === undefined ? sources : []));
const isTaken = (path: string): boolean => sources.some((source) => path === source || path.startsWith(`${source}/`));

test('each of its stages takes what there is, and all is there for it', () => {
  expect(sources).toContain('src');
  const there = FILES.filter((path) => !isIgnored(path));
  for (const source of sources) {
    expect([source, there.some((path) => path === source || path.startsWith(`${source}/`))]).toEqual([source, true]);
  }
  expect(there.filter((path) => !isTaken(path))).toEqual([]);
  const missing = FILES.filter((path) => isTaken(path) && isIgnored(path));
  expect(missing.filter((path) => !/\.(test|fixture)\.ts$/.test(path))).toEqual([]);
});

test('no data, no token, nothing that this machine made and no test goes into it', () => {
  const ofThisMachine = [
    'data/encryption.key',
    '.env',
    'examples/.env',
    'node_modules/x/x.js',
    'console/dist/index.html',
  ];
  expect(ofThisMachine.filter((path) => !isIgnored(path))).toEqual([]);
  expect(FILES.filter((path) => path.endsWith('.test.ts') && !isIgnored(path))).toEqual([]);
});

test('the service in it is no superuser, holds no secret, and says whether it is ready', () => {
  expect(textsOf('USER')).toEqual(['node']);
  expect(Object.keys(set).filter((name) => name !== 'NODE_ENV' && !isKnown(name))).toEqual([]);
  expect(Object.keys(set).filter((name) => /TOKEN|KEY|DATABASE/.test(name))).toEqual([]);
  expect(textsOf('VOLUME')).toEqual([set['PRIVET_DATA']]);
  expect(textsOf('EXPOSE')).toEqual([set['PORT']]);
  expect(JSON.parse(textsOf('CMD')[0] ?? '')).toEqual(['node', 'bin/privet.cjs', 'serve']);
  const [, check = ''] = textsOf('HEALTHCHECK')[0]?.split(' CMD ') ?? [];
  expect((JSON.parse(check) as string[]).join(' ')).toContain('/health/ready');
});

test('examples/compose.yaml runs it, for this machine alone, with time to end and variables that there are', () => {
  const { services, volumes } = parseYaml(textOf('examples/compose.yaml')) as Compose;
  const { build, environment, ports, read_only, stop_grace_period, ...rest } = services.privet;
  expect(join(ROOT, 'examples', build, 'Dockerfile')).toBe(join(ROOT, 'Dockerfile'));
  expect(ports).toEqual([`127.0.0.1:4000:${set['PORT']}`]);
  const [[volume = '', path] = []] = rest.volumes.map((each) => each.split(':'));
  expect(path).toBe(set['PRIVET_DATA']);
  expect(Object.keys(volumes)).toEqual([volume]);
  expect(read_only).toBe(true);
  expect(Number(/^(\d+)s$/.exec(stop_grace_period)?.[1])).toBeGreaterThan(END_S);
  expect(textOf('README.md')).toContain(`within ${END_S} s.`);
  const named = [...textOf('examples/compose.yaml').matchAll(/\b(PRIVET_\w+|DATABASE_URL)\b/g)].map(([name]) => name);
  expect(named).toEqual(expect.arrayContaining(Object.keys(environment)));
  expect(named.filter((name) => !isKnown(name))).toEqual([]);
});
