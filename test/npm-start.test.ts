import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { createApp } from '../src/app.ts';
import { createSettings } from '../src/config/config.ts';
import { readEnv } from '../src/config/env.ts';
import { databaseEnv } from './support/postgres.ts';
import { dataFolder, inherited } from './support/service-process.ts';

const ROOT = new URL('..', import.meta.url).pathname;

interface NpmStart {
  readonly npm: ChildProcess;
  readonly url: string;
  /** Of the service itself. */
  readonly pid: number;
  readonly log: () => string;
  /** npm's exit code or signal. */
  readonly exited: Promise<number | string>;
  /** Once nothing holds its output any more, so that the service has ended too. */
  readonly closed: Promise<unknown>;
}

/** `npm start`, or a shell with it, in a process group of its own, once the service is ready. */
async function npmStart(dataDir: string, command = 'exec npm start'): Promise<NpmStart> {
  const { HOME } = process.env;
  const npm = spawn('sh', ['-c', command], {
    cwd: ROOT,
    env: { ...inherited(), HOME, PORT: '0', PRIVET_DATA: dataDir, ...databaseEnv(dataDir) },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const group = npm.pid ?? 0;
  onTestFinished(() => {
    if (isThere(-group)) process.kill(-group, 'SIGKILL');
  });
  const [out, err]: [Buffer[], Buffer[]] = [[], []];
  const text = (chunks: readonly Buffer[]) => Buffer.concat(chunks).toString();
  npm.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  npm.stderr.on('data', (chunk: Buffer) => err.push(chunk));
  const exited = once(npm, 'exit').then(([code, signal]) => (code ?? signal) as number | string);
  const closed = once(npm, 'close');
  await expect.poll(() => text(out), { timeout: 20_000 }).toMatch(/ready at http:/);
  // Another pipe, which may bring its line later.
  await expect.poll(() => text(err), { timeout: 20_000 }).toMatch(/"pid":\d+/);
  const url = /ready at (http:\S+)/.exec(text(out))?.[1] ?? '';
  const pid = Number(/"pid":(\d+)/.exec(text(err))?.[1]);
  expect(isThere(pid)).toBe(true);
  return { npm, url, pid, log: () => text(err), exited, closed };
}

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

test('SIGTERM to npm ends the service in good order, before npm itself: port and data folder are free at once', async () => {
  const data = dataFolder();
  const first = await npmStart(data);
  first.npm.kill('SIGTERM');
  expect(await first.exited).toBe(0);
  expect(isThere(first.pid)).toBe(false);
  expect(first.log().match(/service ended/g)).toHaveLength(1);
  const env = { HOST: '127.0.0.1', PORT: new URL(first.url).port, PRIVET_DATA: data, ...databaseEnv(data) };
  const { config, secrets } = createSettings(readEnv(env));
  await using second = await createApp(config, secrets, { logDestination: { write: () => undefined } });
  expect(second.url).toBe(first.url);
});

test('an npm that was killed takes the service along', async () => {
  const { npm, url, log, closed } = await npmStart(dataFolder());
  npm.kill('SIGKILL');
  // What is left of its process may stay listed until the machine's first process looks.
  await closed;
  await expect(fetch(url)).rejects.toThrow();
  expect(log()).toMatch(/the parent process has ended[^]*service ended/);
});

test('SIGINT or SIGTERM to all of the group, as from a terminal, ends it once', async () => {
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    const { npm, log, exited, closed } = await npmStart(dataFolder());
    process.kill(-(npm.pid ?? 0), signal);
    expect(await exited).toBe(0);
    await closed;
    expect(log().match(/service ended/g)).toHaveLength(1);
    expect(log()).not.toContain('the parent process has ended');
  };
  await Promise.all([end('SIGINT'), end('SIGTERM')]);
});

/** Long enough for a service that looks for its parent to have looked. */
const LOOKED_MS = 2_500;

const parentOf = (pid: number): number => Number(/\) \S (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1]);

test('a shell that started it in the background and has ended leaves it there; without a terminal on its streams, as under nohup, it outlives the hang-up that npm dies of', async () => {
  const { npm, pid, url, log, exited, closed } = await npmStart(dataFolder(), 'npm start & sleep 0.1');
  const isLeft = async (): Promise<void> => {
    await delay(LOOKED_MS);
    expect((await fetch(`${url}/health/ready`)).status).toBe(200);
    expect(log()).not.toContain('service ended');
  };
  expect(await exited).toBe(0);
  await isLeft();
  const parent = parentOf(pid);
  process.kill(-(npm.pid ?? 0), 'SIGHUP');
  await expect.poll(() => parentOf(pid)).not.toBe(parent);
  await isLeft();
  process.kill(pid, 'SIGTERM');
  await closed;
  expect(log()).toMatch(/service ended/);
});
