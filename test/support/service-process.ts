import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { databaseEnv } from './postgres.ts';
import type { Simulator } from '../../simulator/simulator.ts';

const MAIN = new URL('../../src/main.ts', import.meta.url).pathname;
const READY_MS = 50_000;

/** The real command line in a process of its own, ended with the test. */
export interface CommandProcess {
  readonly pid: number;
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Resolves to the exit code, or to the name of the signal that ended it, once all output is in. */
  readonly ended: Promise<number | string>;
  /** Sends a signal, and resolves like `ended`. */
  kill(signal: NodeJS.Signals): Promise<number | string>;
}

/** A service that has said where it listens. */
export interface ServiceProcess extends CommandProcess {
  readonly url: string;
}

/** Runs `privet <args>` with these variables and no others; `enter` is put before the command line. */
export const runCommand = (
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  enter: readonly string[] = [],
): CommandProcess => runProgram(MAIN, args, env, enter);

/** What there is for the data folder that the variables name, where that is a database of Postgres. */
const databaseFor = ({ PRIVET_DATA: dataDir }: Readonly<Record<string, string>>): Record<string, string> =>
  dataDir === undefined ? {} : databaseEnv(dataDir);

/** What every process of ours needs. */
export const inherited = (): NodeJS.ProcessEnv => {
  const { PATH, NODE_COMPILE_CACHE } = process.env;
  return { PATH, NODE_COMPILE_CACHE };
};

/** Runs a program of ours, by its path. */
export function runProgram(
  path: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  enter: readonly string[] = [],
): CommandProcess {
  const [command = '', ...words] = [...enter, process.execPath, path, ...args];
  const child = spawn(command, words, {
    env: { ...inherited(), HOST: '127.0.0.1', PORT: '0', ...databaseFor(env), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [out, err]: [Buffer[], Buffer[]] = [[], []];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
  const ended = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | string);
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  return {
    pid: child.pid ?? 0,
    stdout: () => Buffer.concat(out).toString(),
    stderr: () => Buffer.concat(err).toString(),
    ended,
    async kill(signal) {
      child.kill(signal);
      return ended;
    },
  };
}

/** Runs the service, and waits until it is ready. Rejects with its output where it is not. */
export async function runService(
  env: Readonly<Record<string, string>>,
  enter: readonly string[] = [],
): Promise<ServiceProcess> {
  const command = runCommand(['serve'], env, enter);
  const outcome = { over: false };
  void command.ended.then(() => (outcome.over = true));
  for (const end = Date.now() + READY_MS; Date.now() < end && !outcome.over; await delay(10)) {
    const url = /ready at (http:\S+)/.exec(command.stdout())?.[1];
    if (url !== undefined) return { ...command, url };
  }
  throw new Error(`The service is not ready: ${command.stdout()}${command.stderr()}`);
}

/** The variables that point a service at a simulator. */
export const simulatorEnv = ({ url, rootKey, rootSerial }: Simulator): Record<string, string> => ({
  PRIVET_WHATSAPP_URL: url,
  PRIVET_WHATSAPP_ROOT_KEY: rootKey.toString('hex'),
  PRIVET_WHATSAPP_ROOT_SERIAL: String(rootSerial),
  PRIVET_RATE_LIMIT: '1000000',
});

/** A data folder that is not there yet; its parent is gone when the test ends. */
export function dataFolder(): string {
  const parent = mkdtempSync(join(tmpdir(), 'privet-test-'));
  onTestFinished(() => rmSync(parent, { recursive: true, force: true }));
  return join(parent, 'data');
}
