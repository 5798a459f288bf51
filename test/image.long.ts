import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { freePort } from '../demo/child.ts';
import { copied, ignoredBy, type Step, stagesOf } from './support/dockerfile.ts';

const ROOT = join(import.meta.dirname, '..');
const textOf = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const stages = stagesOf(textOf('Dockerfile'));
const isIgnored = ignoredBy(textOf('.dockerignore'));
/** In place of the image's Node: this one, which is no younger than what package.json asks for. */
const NODE_FIRST = `${dirname(process.execPath)}:${process.env['PATH']}`;

let scratch: string;
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'privet-image-'));
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** Where a stage's files are here. */
const rootOf = (stage: string): string => join(scratch, stage);

/** What Docker sends to a build: the project's files as they are, less what is left out. */
function context(): string {
  const folder = join(scratch, 'context');
  const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: ROOT });
  for (const path of files.toString().split('\0')) {
    if (path === '' || isIgnored(path) || !existsSync(join(ROOT, path))) continue;
    cpSync(join(ROOT, path), join(folder, path));
  }
  return folder;
}

/** Its steps one after the other, in a folder in place of a file system: of commands those of npm, as they stand. */
function make(stage: string, steps: readonly Step[], files: string): void {
  let at = rootOf(stage);
  mkdirSync(at);
  for (const step of steps) {
    if (step.name === 'WORKDIR') mkdirSync((at = join(rootOf(stage), step.text)), { recursive: true });
    if (step.name === 'COPY') {
      const { stage: from, sources, target } = copied(step);
      for (const source of sources) {
        const to = target.endsWith('/') ? join(target, source) : target;
        cpSync(join(from === undefined ? files : rootOf(from), source), resolve(at, to), { recursive: true });
      }
    }
    if (step.name === 'RUN' && step.text.startsWith('npm ')) {
      const { NODE_ENV: _tests, ...env } = process.env;
      // The cache of whoever runs this stays.
      const command = step.text.replace(/ && npm cache clean --force$/, '');
      execFileSync('sh', ['-c', command], { cwd: at, env: { ...env, PATH: NODE_FIRST, CI: 'true' }, stdio: 'pipe' });
    }
  }
}

test('the Dockerfile, step by step: what it makes shows the console, is ready, and ends in order', async () => {
  const files = context();
  for (const [name, steps] of stages) make(name, steps, files);

  const [name = '', image = []] = [...stages].at(-1) ?? [];
  const textsOf = (step: string): string[] => image.filter((each) => each.name === step).map(({ text }) => text);
  expect(textsOf('RUN').filter((command) => !command.startsWith('npm '))).toEqual([
    'mkdir -m 700 /data && chown node:node /data',
  ]);
  const port = String(await freePort(0));
  const set = Object.fromEntries(textsOf('ENV').flatMap((text) => text.split(' ').map((each) => each.split('='))));
  const env = {
    ...(set as Record<string, string>),
    PATH: NODE_FIRST,
    HOST: '127.0.0.1',
    PORT: port,
    PRIVET_DATA: join(scratch, 'data'),
  };
  const [command, ...args] = JSON.parse(textsOf('CMD')[0] ?? '') as [string, ...string[]];
  const service = spawn(command, args, {
    cwd: join(rootOf(name), textsOf('WORKDIR')[0] ?? ''),
    env: { ...env, PRIVET_CONSOLE: 'on' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void service.kill('SIGKILL'));
  const ended = once(service, 'exit');

  const [, check = ''] = textsOf('HEALTHCHECK')[0]?.split(' CMD ') ?? [];
  const [probe, ...rest] = JSON.parse(check) as [string, ...string[]];
  const isReady = async (): Promise<boolean> => {
    const [code] = await once(spawn(probe, rest, { env }), 'exit');
    return code === 0;
  };
  expect(await isReady()).toBe(false);
  await expect.poll(isReady, { timeout: 60_000 }).toBe(true);
  const page = await fetch(`http://127.0.0.1:${port}/`, { headers: { accept: 'text/html' } });
  expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('<script')]);

  service.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
}, 600_000);
