import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
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
async function npmStart(dataDir: string, port = '0', command = 'exec npm start'): Promise<NpmStart> {
  const { HOME } = process.env;
  const npm = spawn('sh', ['-c', command], {
    cwd: ROOT,
    env: { ...inherited(), HOME, PORT: port, PRIVET_DATA: dataDir, ...databaseEnv(dataDir) },
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
  const second = await npmStart(data, new URL(first.url).port);
  expect(second.url).toBe(first.url);
  second.npm.kill('SIGTERM');
  expect(await second.exited).toBe(0);
});

test('an npm that was killed takes the service along', async () => {
  const { npm, url, log, closed } = await npmStart(dataFolder());
  npm.kill('SIGKILL');
  // What is left of its process may stay listed until the machine's first process looks.
  await closed;
  await expect(fetch(url)).rejects.toThrow();
  expect(log()).toMatch(/the parent process has ended[^]*service ended/);
});

test.each(['SIGINT', 'SIGTERM'] as const)(
  '%s to all of the group, as from a terminal, ends it once',
  async (signal) => {
    const { npm, log, exited, closed } = await npmStart(dataFolder());
    process.kill(-(npm.pid ?? 0), signal);
    expect(await exited).toBe(0);
    await closed;
    expect(log().match(/service ended/g)).toHaveLength(1);
    expect(log()).not.toContain('the parent process has ended');
  },
);

/** Long enough for a service that looks for its parent to have looked. */
const LOOKED_MS = 2_500;

test('a shell that started it in the background and has ended leaves it there', async () => {
  const { pid, url, log, exited, closed } = await npmStart(dataFolder(), '0', 'npm start & sleep 0.1');
  expect(await exited).toBe(0);
  await delay(LOOKED_MS);
  expect((await fetch(`${url}/health/ready`)).status).toBe(200);
  process.kill(pid, 'SIGTERM');
  await closed;
  expect(log()).toMatch(/service ended/);
});

test('without a terminal on its streams, as under nohup, it outlives the hang-up that npm dies of', async () => {
  const { npm, pid, url, log, exited, closed } = await npmStart(dataFolder());
  process.kill(-(npm.pid ?? 0), 'SIGHUP');
  expect(await exited).toBe('SIGHUP');
  await delay(LOOKED_MS);
  expect((await fetch(`${url}/health/ready`)).status).toBe(200);
  expect(log()).not.toContain('service ended');
  process.kill(pid, 'SIGTERM');
  await closed;
  expect(log()).toMatch(/service ended/);
});
