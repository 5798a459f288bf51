import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { end, track } from './children.ts';
import { within } from './deadline.ts';

/** The service's program, as `npm start` runs it with `serve`. */
export const SERVICE = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const START_MS = 20_000;

/** Runs a server in a process of its own; resolves once its first line says where it listens. */
export async function startServer(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  logFd: number | 'inherit' | 'ignore',
): Promise<{ child: ChildProcess; url: string }> {
  const child = track(spawn(process.execPath, [...args], { env, stdio: ['ignore', 'pipe', logFd] }));
  try {
    if (!child.stdout) throw new Error('Nothing to read from');
    const died = once(child, 'exit').then(() => Promise.reject(new Error(`${args.join(' ')} ended before it served`)));
    const line = once(createInterface(child.stdout), 'line');
    const [text] = await within(START_MS, `starting ${args.join(' ')}`, Promise.race([line, died]));
    const url = /http:\/\/\S+/.exec(String(text))?.[0];
    if (url === undefined) throw new Error(`${args.join(' ')} said ${String(text)}`);
    return { child, url };
  } catch (error) {
    await end(child);
    throw error;
  }
}
