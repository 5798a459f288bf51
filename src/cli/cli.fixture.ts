import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';
import { databaseEnv } from '../../test/support/postgres.ts';
import { temporaryFolder } from '../storage/storage.fixture.ts';
import { runCli } from './cli.ts';

const MAIN = new URL('../main.ts', import.meta.url).pathname;
type Env = Readonly<Record<string, string>>;

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

interface Process {
  readonly process: ChildProcess;
  readonly out: string[];
  readonly err: string[];
  /** The exit code, or the name of the signal that ended it. */
  readonly ended: Promise<number | string>;
}

/** The real command line in a process of its own. */
const start = (argv: readonly string[], env: Env): Process => {
  const child = spawn(process.execPath, [MAIN, ...argv], {
    env: {
      PATH: process.env['PATH'],
      NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
      PORT: '0',
      ...(env['PRIVET_DATA'] !== undefined && databaseEnv(env['PRIVET_DATA'])),
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [out, err]: [string[], string[]] = [[], []];
  createInterface({ input: child.stdout }).on('line', (line) => out.push(line));
  createInterface({ input: child.stderr }).on('line', (line) => err.push(line));
  const ended = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | string);
  return { process: child, out, err, ended };
};

/** A service; `ready` resolves to its URL once it has printed that. */
export const serve = (env: Env): Process & { readonly ready: Promise<string> } => {
  const service = start(['serve'], env);
  const ready = new Promise<string>((resolve) => {
    service.process.stdout?.on('data', () => {
      const url = /ready at (http:\S+)/.exec(service.out.join('\n'))?.[1];
      if (url !== undefined) resolve(url);
    });
  });
  return { ...service, ready };
};

export interface CommandLine {
  readonly env: Env;
  readonly dataDir: string;
  /** Runs a command line within this process. */
  run(...argv: string[]): Promise<Ran>;
  /** Runs it in a process of its own. */
  process(...argv: string[]): Promise<Ran>;
  /** The same data folder with other variables. */
  with(env: Env): CommandLine;
}

export const commandLine = (env: Env = {}): CommandLine => {
  const dataDir = env['PRIVET_DATA'] ?? join(temporaryFolder(), 'data');
  const all: Env = { ...databaseEnv(dataDir), ...env, PRIVET_DATA: dataDir };
  return {
    env: all,
    dataDir,
    async run(...argv) {
      const [out, err]: [string[], string[]] = [[], []];
      const code = await runCli(argv, {
        env: all,
        signal: new AbortController().signal,
        ppid: () => 1,
        say: (line) => void out.push(line),
        complain: (line) => void err.push(line),
      });
      return { code, out: out.join('\n'), err: err.join('\n') };
    },
    async process(...argv) {
      const { ended, out, err } = start(argv, all);
      const code = await ended;
      return { code: typeof code === 'number' ? code : -1, out: out.join('\n'), err: err.join('\n') };
    },
    with: (more) => commandLine({ ...env, PRIVET_DATA: dataDir, ...more }),
  };
};
